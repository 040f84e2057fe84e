"""Reads for the pages of agreements: their versions, their drafts and their order."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit import queries as audit
from sla.models import Agreement
from sla.queries.policy import Policy
from sla.rules import AgreementTerms, Fault, TargetTerms, faults

STEP = 10  # between two agreements there is room for others


def in_force(at: datetime) -> QuerySet[Agreement]:
    """Return the agreements that are, or will be, in force, in their order."""
    still = Q(valid_until__isnull=True) | Q(valid_until__gt=at)
    return Agreement.objects.filter(still, valid_from__isnull=False).order_by("order", "pk")


def drafts() -> QuerySet[Agreement]:
    """Return every draft, in the order the agreements would have."""
    return Agreement.objects.filter(valid_from__isnull=True).order_by("order", "pk")


def draft_of(slug: str) -> Agreement | None:
    """Return the draft of an agreement; there is at most one."""
    return drafts().filter(slug=slug).first()


def versions_of(slug: str) -> QuerySet[Agreement]:
    """Return the published versions of an agreement, the newest first."""
    found = Agreement.objects.filter(slug=slug, valid_from__isnull=False)
    return found.order_by("-version")


def others_in_order(kind: str, slug: str, at: datetime) -> list[Agreement]:
    """Return the agreements of a kind that stand beside one, in their order."""
    return list(in_force(at).filter(kind=kind).exclude(slug=slug))


def place_of(row: Agreement, others: Sequence[Agreement]) -> int:
    """Return the place of an agreement among the others of its kind; the first is 1."""
    return 1 + sum((other.order, other.pk) < (row.order, row.pk) for other in others)


def last_change(row: Agreement) -> int:
    """Return the number of the last event about an agreement; 0 before any."""
    found = audit.of_subject("agreement", row.pk).values_list("seq", flat=True)
    return max(found, default=0)


def faults_of(terms: AgreementTerms, rules: Policy, at: datetime) -> list[Fault]:
    """Return what keeps an agreement from being published, its calendars included."""
    return [*faults(terms), *_never_due(terms, rules, at), *_retired(terms, rules, at)]


def _never_due(terms: AgreementTerms, rules: Policy, at: datetime) -> list[Fault]:
    found = []
    for target in terms.targets:
        for calendar in _calendars(target, rules):
            if rules.calendars[calendar].add(at, max(target.seconds)) is None:
                words = {"calendar": rules.calendar_name(calendar)}
                text = _("By “%(calendar)s” this never falls due: it does not open that long.")
                found.append(Fault(f"{target.metric}-calendar", text % words))
    return found


def _retired(terms: AgreementTerms, rules: Policy, at: datetime) -> list[Fault]:
    """Who counts by a retired calendar goes on with it; nothing new does."""
    known = rules.calendars_in_force(terms.kind, terms.slug)
    text = _("“%(calendar)s” is retired. Choose another calendar.")
    return [
        Fault(f"{t.metric}-calendar", text % {"calendar": rules.calendar_name(t.calendar)})
        for t in terms.targets
        if t.calendar is not None and t.calendar not in known and rules.is_retired(t.calendar, at)
    ]


def _calendars(target: TargetTerms, rules: Policy) -> list[int]:
    """Return the calendars a target may count by."""
    if target.calendar is not None:
        return [target.calendar]
    found = set(rules.by_site.values())
    if rules.default_calendar is not None:
        found.add(rules.default_calendar)
    return sorted(found)
