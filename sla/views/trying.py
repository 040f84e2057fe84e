"""The preview beside an agreement: what was tried, what comes of it, and the saved examples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from sla import actions, queries
from sla.choices import Metric
from sla.forms.preview import TryForm, key_of
from sla.models import Example
from sla.queries import preview
from sla.queries.words import Vocabulary
from sla.rules import AgreementTerms

PREFIX = "try-"


def previewed(
    request: Request,
    data: QueryDict,
    terms: AgreementTerms | None,
    *,
    names: Vocabulary,
    now: datetime,
) -> dict[str, Any]:
    """Return what the preview shows; terms None: what is written cannot be read yet."""
    rules = queries.policy()
    if terms is not None:
        rules = rules.with_draft(terms, at=now)
    form = TryForm(_given(request, data, rules, names, now), names=names, rules=rules)
    found: dict[str, Any] = {"tried": None, "dues": [], "elsewhere": []}
    if form.is_valid() and terms is not None:
        tried = form.tried()
        found = {
            "tried": tried,
            "dues": preview.preview(terms, rules, tried),
            "elsewhere": preview.elsewhere(terms, rules, tried, names.sites),
        }
    return found | {
        "try_form": form,
        "tries": _tries(form.data, rules, names, now),
        "examples": queries.checked_examples(terms, rules) if terms is not None else [],
        "metric_name": lambda metric: str(Metric(metric).label),
        "calendar_name": rules.calendar_name,
        "site_names": {site.pk: site.name for site in names.sites},
    }


def keep_or_forget(request: Request, data: QueryDict, terms: AgreementTerms) -> bool:
    """Do what `do` asks for with the examples: "keep:<metric>" or "forget:<key>"; say it."""
    word, _colon, value = data.get("do", "").partition(":")
    try:
        if word == "forget":
            _forget(request, terms, value)
        else:
            return _keep(request, data, terms, value)
    except DomainError as error:
        messages.error(request, str(error))
        return False
    return True


def _forget(request: Request, terms: AgreementTerms, key: str) -> None:
    known = Example.objects.filter(slug=terms.slug)
    example = known.filter(pk=key).first() if key.isdecimal() and len(key) < 10 else None
    if example is None:
        raise Http404
    actions.remove_example(example, origin=Origin.of_request(request))
    messages.success(request, _("“%(name)s” is not kept any more.") % {"name": example})


def _keep(request: Request, data: QueryDict, terms: AgreementTerms, metric: str) -> bool:
    names, now = Vocabulary(), timezone.now()
    shown = previewed(request, data, terms, names=names, now=now)
    due = next((d for d in shown["dues"] if d.promise.metric == metric), None)
    tried = shown["tried"]
    if due is None or tried is None:
        messages.error(request, _("This example cannot be kept: its fields cannot be read."))
        return False
    example = Example(
        slug=terms.slug, metric=metric, priority=tried.priority, site_id=tried.site,
        opened_at=tried.opened_at, expected_due=due.due,
        name=data.get("example_name", "").strip()[:120] or _named(tried, shown["site_names"]),
        pauses=[[a.isoformat(), b.isoformat(), reason] for a, b, reason in tried.pauses],
    )  # fmt: skip
    actions.save_example(example, origin=Origin.of_request(request))
    messages.success(
        request, _("“%(name)s” is kept: publishing has to keep it, too.") % {"name": example}
    )
    return True


def _named(tried: preview.Try, sites: Mapping[int, str]) -> str:
    said = [f"P{tried.priority}", formats.date_time(tried.opened_at)]
    if tried.site is not None and tried.site in sites:
        said.insert(1, sites[tried.site])
    return ", ".join(said)


def _given(
    request: Request, data: QueryDict, rules: queries.Policy, names: Vocabulary, now: datetime
) -> dict[str, Any]:
    """Return the fields of the preview: as typed, as a quick try says, or something to see."""
    given = {name: data.get(name, "") for name in data if name.startswith(PREFIX)}
    if f"{PREFIX}opened" not in given:
        site = getattr(request.user, "site", None)
        given = {
            f"{PREFIX}opened": _typed(timezone.localtime(now)),
            f"{PREFIX}priority": "3",
            f"{PREFIX}site": site.slug if site else "",
        }
    wanted = data.get("try", "")
    if wanted:
        known = _tries(given, rules, names, now)
        if wanted in known:
            given[f"{PREFIX}opened"] = _typed(timezone.localtime(known[wanted][1]))
    # A hold that is not typed waits for whatever comes first in the list.
    given.setdefault(f"{PREFIX}reason", next(iter(rules.reasons), ""))
    return given


def _typed(at: datetime) -> str:
    return f"{at:%d.%m.%Y %H:%M}"


def _tries(
    given: Mapping[str, Any], rules: queries.Policy, names: Vocabulary, now: datetime
) -> dict[str, tuple[str, datetime]]:
    """Return what is worth trying by the hours of the site that is given."""
    hours = rules.hours_of_site(key_of(names.sites, given.get(f"{PREFIX}site", "")))
    return preview.tries(hours, now) if hours else {}
