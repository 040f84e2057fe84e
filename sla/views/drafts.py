"""The editor of an agreement: the draft with its live preview."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from sla import actions, queries
from sla.forms.agreements import Editor
from sla.models import Agreement
from sla.queries import words
from sla.rules import AgreementTerms, Fault
from sla.views.agreements import compare, context, reads, writes
from sla.views.trying import keep_or_forget, previewed


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Request, slug: str) -> HttpResponse:
    """Show the draft, or offer to make one; write it, by the button that was pressed."""
    reads(request)
    draft, live = queries.draft_of(slug), queries.versions_of(slug).first()
    if draft is None and live is None:
        raise Http404
    if request.method == "POST":
        writes(request)
        return _answer(request, slug, draft, live)
    if draft is None:
        more = context(request, row=live)
        return TemplateResponse(request, "sla/agreements/no_draft.html", more)
    return _shown(request, draft, None)


@require_POST
def preview(request: Request, slug: str) -> HttpResponse:
    """Answer with what is typed, saved or not; nothing is written. A fragment."""
    reads(request)
    draft = queries.draft_of(slug) or queries.versions_of(slug).first()
    if draft is None:
        raise Http404
    names, now = words.Vocabulary(), timezone.now()
    terms, editor = _written(draft, request.POST if "name_en" in request.POST else None, names)
    more = previewed(request, request.POST, terms, names=names, now=now)
    return TemplateResponse(
        request, "sla/agreements/partials/preview.html",
        context(request, row=draft, draft=draft, faults=_faults(terms, editor), **more),
    )  # fmt: skip


def _answer(
    request: Request, slug: str, draft: Agreement | None, live: Agreement | None
) -> HttpResponse:
    word, _colon, value = request.POST.get("do", "save").partition(":")
    try:
        if word == "make":
            return _make(request, slug, draft)
        if draft is not None:
            return _do(request, draft, word, value)
    except DomainError as error:
        return _refused(request, draft or live, error, status=error.status)
    gone = _(
        "This draft was published or discarded meanwhile. What you wrote is still here: "
        "make a new draft to keep it."
    )
    return _refused(request, live, gone, status=409)


def _make(request: Request, slug: str, draft: Agreement | None) -> HttpResponse:
    """Make a draft, and write what was typed in one that is gone."""
    row = draft or actions.make_draft(slug, origin=Origin.of_request(request))
    if "name_en" not in request.POST:
        return redirect("agreement-draft", slug=slug)
    return _save(request, row, is_new=draft is None)


def _do(request: Request, draft: Agreement, word: str, value: str) -> HttpResponse:
    if word == "discard":
        actions.discard_draft(draft, origin=Origin.of_request(request))
        messages.success(request, _("The draft of “%(name)s” is gone.") % {"name": draft})
        return redirect("agreements")
    if word == "save":
        return _save(request, draft)
    data = request.POST.copy()
    if word in {"keep", "forget"}:
        terms, _editor = _written(draft, data, words.Vocabulary())
        if terms is not None:
            keep_or_forget(request, data, terms)
        return _shown(request, draft, data)
    _change_rows(data, word, value)
    return _shown(request, draft, data)


def _refused(
    request: Request, row: Agreement | None, why: DomainError | str, *, status: int
) -> HttpResponse:
    """Show what was typed, over a draft or the version in force, and why it is not done."""
    if row is None:
        raise Http404
    data = request.POST if "name_en" in request.POST else None
    terms, editor = _written(row, data, words.Vocabulary())
    editor.add([Fault(getattr(why, "field", ""), str(why))])
    return _shown(request, row, data, status=status, written=(terms, editor))


def _save(request: Request, draft: Agreement, *, is_new: bool = False) -> HttpResponse:
    names, data = words.Vocabulary(), request.POST
    terms, editor = _written(draft, data, names)
    if terms is None:
        return _shown(request, draft, data, status=422, written=(terms, editor))
    content = editor.content()
    found = queries.faults_of(terms, queries.policy(), timezone.now())
    if found:
        editor.add(found)
        return _shown(request, draft, data, status=422, written=(terms, editor))
    seen = data.get("seen", "")
    is_known = seen.isdecimal() and len(seen) < 10 and not is_new
    actions.save_draft(
        draft, content, origin=Origin.of_request(request), seen=int(seen) if is_known else None
    )
    messages.success(request, _("The draft of “%(name)s” is saved.") % {"name": draft})
    return redirect("agreement-draft", slug=draft.slug)


def _change_rows(data: QueryDict, word: str, value: str) -> None:
    """Add or take away a row of what was typed."""
    if word == "add-condition":
        data.appendlist("word", data.get("add_word", ""))
    elif word == "remove-condition":
        data.setlist("word", [w for w in data.getlist("word") if w != value])
    elif word == "remove-step":
        data.setlist("step", [n for n in data.getlist("step") if n != value])
    elif word == "add-step":
        sent = [int(n) for n in data.getlist("step") if n.isdecimal() and len(n) < 4]
        place = max(sent, default=-1) + 1
        data.appendlist("step", str(place))
        metric = data.get("add_metric", "")
        given = {"metric": metric, "amount": "75", "unit": "percent", "action": "warn"}
        for name, text in {**given, "tell": "assignee"}.items():
            data[f"step-{place}-{name}"] = text


def _editor(draft: Agreement, data: QueryDict | None, names: words.Vocabulary) -> Editor:
    others = queries.others_in_order(draft.kind, draft.slug, timezone.now())
    keys = queries.keys_of_words()
    return Editor(
        queries.agreement_terms(draft, keys), draft.conditions, data, keys=keys,
        place=queries.place_of(draft, others), places=len(others) + 1,
        rules=queries.policy(), names=names,
    )  # fmt: skip


def _written(
    draft: Agreement, data: QueryDict | None, names: words.Vocabulary
) -> tuple[AgreementTerms | None, Editor]:
    """Return the terms as they are typed, None when they cannot be read; without data, saved."""
    editor = _editor(draft, data, names)
    if data is None:
        return editor.saved, editor
    return (editor.terms() if editor.is_valid() else None), editor


def _faults(terms: AgreementTerms | None, editor: Editor) -> list[str]:
    if terms is None:
        return [text for _id, text in editor.errors]
    return [f.text for f in queries.faults_of(terms, queries.policy(), timezone.now())]


def _shown(
    request: Request,
    draft: Agreement,
    data: QueryDict | None,
    *,
    status: int = 200,
    written: tuple[AgreementTerms | None, Editor] | None = None,
) -> HttpResponse:
    names, now = words.Vocabulary(), timezone.now()
    terms, editor = written or _written(draft, data, names)
    live = queries.versions_of(draft.slug).first()
    given = data if data is not None else request.GET
    more: dict[str, Any] = {
        "row": draft, "draft": draft, "live": live, "editor": editor,
        "is_gone": draft.valid_from is not None,
        "seen": queries.last_change(draft), "faults": _faults(terms, editor),
        "differences": _changed(live, draft, editor, names),
        "milestones": _milestones(), "words": words,
        **previewed(request, given, terms, names=names, now=now),
    }  # fmt: skip
    answer = context(request, **more)
    return TemplateResponse(request, "sla/agreements/draft.html", answer, status=status)


def _changed(
    live: Agreement | None, draft: Agreement, editor: Editor, names: words.Vocabulary
) -> list[tuple[str, str, str]]:
    """Return what the saved draft changes in the version in force."""
    if live is None:
        return []
    terms = queries.agreement_terms(live, editor.keys)
    return compare([(live, terms), (draft, editor.saved)], names)


def _milestones() -> list[str]:
    found = {
        step.milestone
        for agreements in queries.policy().agreements.values()
        for agreement in agreements
        for target in agreement.targets
        for step in target.steps
    }
    return sorted(found)
