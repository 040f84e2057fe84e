"""Reads of the policy: all calendars and agreements, kept in memory until a revision changes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Func, TextField

from accounts.models import Organisation, Site, Team
from catalog.models import Category, Service
from sla import rules
from sla.choices import DayKind
from sla.engine import BusinessCalendar, Terms
from sla.models import (
    Agreement,
    Calendar,
    SiteCalendar,
    Target,
    TeamCalendar,
)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BY_SLUG: dict[str, Any] = {
    "service": Service,
    "category": Category,
    "organisation": Organisation,
    "site": Site,
    "team": Team,
}


_IN_FORCE = "SELECT stamp::text FROM sla_policyrevision LIMIT 1"
# A column for statements that are made anyway: `policy_of` then costs none of its own.
REVISION = Func(template=f"({_IN_FORCE})", output_field=TextField())


@dataclass(frozen=True, slots=True)
class StepTerms:
    """A step as the sweep needs it."""

    milestone: str
    percent: int
    action: str
    tell_lead: bool


@dataclass(frozen=True, slots=True)
class TargetTerms:
    """A target with its steps; calendar None counts by the caller's site."""

    metric: str
    calendar: int | None
    seconds: tuple[int, ...]
    at_risk_percent: int
    pause_reasons: frozenset[str]
    steps: tuple[StepTerms, ...]


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """An agreement with its conditions as primary keys and its targets."""

    pk: int
    names: Mapping[str, str]
    conditions: Mapping[str, frozenset[Any]]
    valid_from: datetime
    valid_until: datetime | None
    targets: tuple[TargetTerms, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What one metric of a ticket is promised: the engine's terms and what goes with them."""

    metric: str
    agreement: int
    terms: Terms
    pause_reasons: frozenset[str]
    steps: tuple[StepTerms, ...]
    calendar: int


@dataclass(frozen=True, slots=True)
class Policy:
    """Every calendar and agreement of one revision."""

    calendars: Mapping[int, BusinessCalendar]
    calendar_names: Mapping[int, Mapping[str, str]]
    default_calendar: int | None
    by_site: Mapping[int, int]
    by_team: Mapping[int, int]
    agreements: tuple[AgreementTerms, ...]
    _made: dict[tuple[int, str, int, int], Promise] = field(default_factory=dict, compare=False)

    def promises(self, facts: rules.Facts, *, at: datetime) -> list[Promise]:
        """Return what the first agreement matching `facts` promises; none matches: nothing."""
        index = rules.match(self.agreements, facts, at=at)
        if index is None:
            return []
        agreement = self.agreements[index]
        return [self._promise(agreement, target, facts) for target in agreement.targets]

    def on_duty_hours(self, team_id: int) -> BusinessCalendar | None:
        """Return the calendar a team works by, or None when it has none: always."""
        calendar = self.by_team.get(team_id)
        return None if calendar is None else self.calendars[calendar]

    def _promise(
        self, agreement: AgreementTerms, target: TargetTerms, facts: rules.Facts
    ) -> Promise:
        calendar = target.calendar or self.by_site.get(facts.site or 0) or self.default_calendar
        if calendar is None:
            raise LookupError("An agreement counts by site, and there is no calendar at all.")
        key = (agreement.pk, target.metric, calendar, facts.priority)
        if key not in self._made:
            terms = Terms(
                calendar=self.calendars[calendar],
                seconds=target.seconds[facts.priority - 1],
                at_risk_percent=target.at_risk_percent,
                step_percents=tuple((s.milestone, s.percent) for s in target.steps),
            )
            self._made[key] = Promise(
                metric=target.metric,
                agreement=agreement.pk,
                terms=terms,
                pause_reasons=target.pause_reasons,
                steps=target.steps,
                calendar=calendar,
            )
        return self._made[key]


def policy() -> Policy:
    """Return the policy in force; one statement, and a full read when it has changed."""
    return _load(revision())


def policy_of(stamp: str | None) -> Policy:
    """Return the policy of a revision that a statement has read as REVISION."""
    return _load(stamp)


def revision() -> str | None:
    """Return the stamp of the policy in force; None before there is any."""
    # Asked by every change of a ticket; through the ORM it would cost three times as much.
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        row: tuple[str] | None = cursor.fetchone()
    return None if row is None else row[0]


def calendar_object(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar in the shape `BusinessCalendar.from_dict` reads."""
    week: dict[str, list[list[str]]] = defaultdict(list)
    for window in calendar.windows.all():
        week[_DAYS[window.weekday - 1]].append([window.opens, window.closes])
    days = list(calendar.exceptions.all())
    return {
        "tz": calendar.time_zone,
        "week": dict(week),
        "holiday_rule": calendar.holiday_rule,
        "holidays": [d.date.isoformat() for d in days if d.kind == DayKind.CLOSED],
        "overrides": {d.date.isoformat(): d.hours for d in days if d.kind == DayKind.HOURS},
        "breaks": {d.date.isoformat(): d.hours for d in days if d.kind == DayKind.BREAK},
    }


@lru_cache(maxsize=2)
def _load(_stamp: str | None) -> Policy:
    return read_policy()


def read_policy() -> Policy:
    """Read every calendar and agreement; raises CalendarError for hours nobody can read."""
    calendars = list(Calendar.objects.prefetch_related("windows", "exceptions").order_by("pk"))
    return Policy(
        calendars={c.pk: BusinessCalendar.from_dict(calendar_object(c)) for c in calendars},
        calendar_names={c.pk: c.names for c in calendars},
        default_calendar=calendars[0].pk if calendars else None,
        by_site=dict(SiteCalendar.objects.values_list("site_id", "calendar_id")),
        by_team=dict(TeamCalendar.objects.values_list("team_id", "calendar_id")),
        agreements=_agreements(),
    )


def _agreements() -> tuple[AgreementTerms, ...]:
    keys = {
        word: dict(model._base_manager.values_list("slug", "pk"))
        for word, model in _BY_SLUG.items()
    }
    found = Agreement.objects.prefetch_related("targets__steps").order_by("order", "pk")
    return tuple(
        AgreementTerms(
            pk=a.pk,
            names=a.names,
            conditions={
                # A word nobody knows is no row: 0, and not None, which a caller without a site is.
                word: frozenset(keys[word].get(v, 0) if word in keys else v for v in values)
                for word, values in a.conditions.items()
            },
            valid_from=a.valid_from,
            valid_until=a.valid_until,
            targets=tuple(_target(t) for t in a.targets.all()),
        )
        for a in found
    )


def _target(target: Target) -> TargetTerms:
    return TargetTerms(
        metric=target.metric,
        calendar=target.calendar_id,
        seconds=tuple(target.seconds),
        at_risk_percent=target.at_risk_percent,
        pause_reasons=frozenset(target.pause_reasons),
        steps=tuple(
            StepTerms(s.milestone, s.percent, s.action, s.tell_lead) for s in target.steps.all()
        ),
    )
