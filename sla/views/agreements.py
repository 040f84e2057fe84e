"""The pages of agreements: readable by the whole desk, written by administrators."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Person
from accounts.permissions import can_look_up_persons, can_read_desk, is_administrator
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from sla import actions, queries
from sla.choices import AgreementKind
from sla.forms.preview import TestForm, of_person
from sla.models import Agreement
from sla.queries import listing, tester, words
from sla.rules import AgreementTerms
from sla.rules.starters import STARTERS
from sla.views.trying import keep_or_forget, previewed


def reads(request: Request) -> None:
    """Refuse, in words, whoever does not work at the desk."""
    if not can_read_desk(request.user):
        raise PermissionDenied(
            _("Service levels are for the people of the desk. Ask an administrator to see them.")
        )


def writes(request: Request) -> None:
    """Refuse, in words, whoever may not change how the desk works."""
    if not is_administrator(request.user):
        raise PermissionDenied(
            _("Only administrators change agreements. Tell one of them what should be different.")
        )


def context(request: Request, **more: Any) -> dict[str, Any]:
    """Return what every page of the agreements knows."""
    return {
        "request": request, "nav": "setup", "part": "agreements",
        "may_write": is_administrator(request.user), **more,
    }  # fmt: skip


@require_safe
def index(request: Request) -> HttpResponse:
    """Show the agreements by kind in their order, and which one would apply."""
    reads(request)
    names, now = words.Vocabulary(), timezone.now()
    found = listing.listing(names, at=now)
    asked = "kind" in request.GET
    form = TestForm(
        _asked(request) if asked else None, names=names,
        initial={"opened": now, "priority": 3},
    )  # fmt: skip
    answers = []
    if asked and form.is_valid():
        facts, at = form.facts()
        answers = tester.test(facts, queries.policy(), names, at=at)
    more = {
        "groups": found,
        "is_empty": not any(group.rows or group.new for group in found),
        "starters": [s for s in STARTERS if s.kind == AgreementKind.SLA],
        "form": form, "answers": answers, "requester": request.GET.get("requester_text", ""),
        "may_look_up": can_look_up_persons(request.user),
    }  # fmt: skip
    status = 422 if asked and form.errors else 200
    return TemplateResponse(
        request, "sla/agreements/index.html", context(request, **more), status=status
    )


def _asked(request: Request) -> Any:
    """Return what was asked; a requester brings site, organisation and VIP where none is given."""
    data = request.GET.copy()
    key = data.get("requester", "")
    person = None
    if key.isdecimal() and len(key) < 10 and can_look_up_persons(request.user):
        person = Person.objects.filter(pk=key).select_related("site", "organisation").first()
    for name, value in (of_person(person) if person else {}).items():
        if not data.get(name):
            data[name] = value
    return data


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """Begin an agreement from a template or as a copy of another."""
    reads(request)
    writes(request)
    if request.method == "POST":
        origin = Origin.of_request(request)
        starter = next((s for s in STARTERS if s.slug == request.POST.get("starter")), None)
        try:
            if starter is not None:
                content = actions.Content(
                    names=starter.names, targets=starter.targets, conditions=starter.conditions
                )
                draft = actions.new_draft(content, kind=starter.kind, origin=origin)
            else:
                draft = actions.copy_draft(request.POST.get("copy", ""), origin=origin)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("agreement-new")
        return redirect("agreement-draft", slug=draft.slug)
    more = {
        "starters": [(kind, [s for s in STARTERS if s.kind == kind]) for kind in AgreementKind],
        "others": queries.in_force(timezone.now()),
    }
    return TemplateResponse(request, "sla/agreements/new.html", context(request, **more))


@require_safe
def detail(request: Request, slug: str) -> HttpResponse:
    """Show the version in force with its preview, its examples and its history."""
    reads(request)
    versions = list(queries.versions_of(slug))
    draft = queries.draft_of(slug)
    if not versions:
        if draft is None:
            raise Http404
        return redirect("agreement-draft", slug=slug)
    row = _wanted(versions, request.GET.get("version", ""))
    names, now = words.Vocabulary(), timezone.now()
    rules, terms = queries.policy(), queries.agreement_terms(row)
    others = queries.others_in_order(row.kind, slug, now)
    more = {
        "row": row, "terms": terms, "draft": draft, "names": names, "now": now,
        "is_newest": row.pk == versions[0].pk,
        "conditions": words.condition_words(row.conditions, names),
        "place": queries.place_of(row, others), "places": len(others) + 1,
        "services": listing.services_of(terms, names),
        "targets": listing.sorted_targets(terms),
        "rules": rules, "words": words,
        "versions": listing.history(versions),
        "compared": _compared(request, versions, names),
        **previewed(request, request.GET, terms, names=names, now=now),
    }  # fmt: skip
    return TemplateResponse(request, "sla/agreements/page.html", context(request, **more))


def _newest(slug: str) -> Agreement:
    row = queries.versions_of(slug).first()
    if row is None:
        raise Http404
    return row


def _wanted(versions: list[Agreement], number: str) -> Agreement:
    if not number:
        return versions[0]
    found = next((row for row in versions if str(row.version) == number), None)
    if found is None:
        raise Http404
    return found


def _compared(
    request: Request, versions: list[Agreement], names: words.Vocabulary
) -> dict[str, Any] | None:
    """Return two versions and what differs, when two are asked for."""
    by_number = {str(row.version): row for row in versions}
    old = by_number.get(request.GET.get("old", ""))
    new_ = by_number.get(request.GET.get("new", ""))
    if old is None or new_ is None:
        return None
    keys = queries.keys_of_words()
    pair = [(version, queries.agreement_terms(version, keys)) for version in (old, new_)]
    return {"old": old, "new": new_, "lines": compare(pair, names)}


def compare(
    pair: Sequence[tuple[Agreement, AgreementTerms]], names: words.Vocabulary
) -> list[tuple[str, str, str]]:
    """Return in words what differs between two versions."""
    rules = queries.policy()
    return words.differences(*(words.lines(row, terms, rules, names) for row, terms in pair))


@require_safe
def preview(request: Request, slug: str) -> HttpResponse:
    """Answer "opened at X is due at Y" for the version in force; a fragment."""
    reads(request)
    row = _newest(slug)
    terms = queries.agreement_terms(row)
    more = previewed(request, request.GET, terms, names=words.Vocabulary(), now=timezone.now())
    return TemplateResponse(
        request, "sla/agreements/partials/preview.html", context(request, row=row, **more)
    )


@require_POST
def examples(request: Request, slug: str) -> HttpResponse:
    """Keep or forget an example of the version in force."""
    reads(request)
    writes(request)
    keep_or_forget(request, request.POST, queries.agreement_terms(_newest(slug)))
    return redirect("agreement", slug=slug)


@require_POST
def move(request: Request, slug: str) -> HttpResponse:
    """Move an agreement up or down by one place, in its draft."""
    reads(request)
    writes(request)
    place = request.POST.get("place", "")
    if not place.isdecimal() or len(place) > 4 or not queries.versions_of(slug).exists():
        raise Http404
    try:
        draft = actions.reorder(slug, place=int(place), origin=Origin.of_request(request))
        messages.success(
            request,
            _("“%(name)s” moves in its draft. Publish it to let it count.") % {"name": draft},
        )
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("agreements")


@require_POST
def retire(request: Request, slug: str) -> HttpResponse:
    """End an agreement for the tickets to come."""
    reads(request)
    writes(request)
    row = _newest(slug)
    try:
        actions.retire(slug, origin=Origin.of_request(request))
        messages.success(request, _("“%(name)s” is not in force any more.") % {"name": row})
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("agreements")
