"""Reads of the policy: all calendars and agreements, kept in memory until a revision changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Func, TextField
from django.utils import translation

from accounts.models import Organisation, Site, Team
from catalog.models import Category, Service
from common.translated import translated
from sla.choices import AgreementKind, DayKind, HoldReason, Reopening
from sla.engine import BusinessCalendar, Terms
from sla.engine.rules import WEEKDAYS
from sla.models import (
    Agreement,
    Calendar,
    CalendarVersion,
    PauseReason,
    SiteCalendar,
    Target,
    TeamCalendar,
)
from sla.rules import AgreementTerms, Facts, StepTerms, TargetTerms, match

_BY_SLUG: dict[str, Any] = {
    "service": Service,
    "category": Category,
    "organisation": Organisation,
    "site": Site,
    "team": Team,
    "supplier": Organisation,
}

Keys = Mapping[str, Mapping[str, int]]  # of each word of a condition, primary keys by short name

_IN_FORCE = "SELECT stamp::text FROM sla_policyrevision LIMIT 1"
# A column for statements that are made anyway: `policy_of` then costs none of its own.
REVISION = Func(template=f"({_IN_FORCE})", output_field=TextField())


@dataclass(frozen=True, slots=True)
class ReasonTerms:
    """A reason for a hold: what it asks for and what ends it; see sla.models.PauseReason."""

    slug: str
    names: Mapping[str, str]
    needs_date: bool
    needs_message: bool
    wakes_on_answer: bool
    wakes_on_date: bool
    max_seconds: int | None = None
    is_active: bool = True

    @property
    def name(self) -> str:
        """The name in the active language."""
        return translated(self.names) if self.names else str(HoldReason(self.slug).label)

    def name_in(self, language: str) -> str:
        """Return the name in a language."""
        with translation.override(language):
            return self.name


@dataclass(frozen=True, slots=True)
class Promise:
    """What one metric of a ticket is promised: the engine's terms and what goes with them."""

    metric: str
    agreement: int
    terms: Terms
    pause_reasons: frozenset[str]
    steps: tuple[StepTerms, ...]
    calendar: int
    reopening: str = Reopening.RESUME


@dataclass(frozen=True)
class Policy:
    """Every calendar and agreement of one revision.

    closed_names: of each calendar, what its holidays and other dated exceptions are called.
    retired: from which date on nothing new may count by a calendar.
    """

    calendars: Mapping[int, BusinessCalendar]
    calendar_names: Mapping[int, Mapping[str, str]]
    default_calendar: int | None
    by_site: Mapping[int, int]
    by_team: Mapping[int, int]
    agreements: Mapping[str, tuple[AgreementTerms, ...]]
    reasons: Mapping[str, ReasonTerms]
    closed_names: Mapping[int, Mapping[date, Mapping[str, str]]] = field(default_factory=dict)
    retired: Mapping[int, date] = field(default_factory=dict)
    _made: dict[tuple[int, str, int, int], Promise] = field(default_factory=dict, compare=False)

    def promises(
        self, facts: Facts, *, at: datetime, kind: str = AgreementKind.SLA
    ) -> list[Promise]:
        """Return what the first agreement of a kind that matches promises; none: nothing."""
        agreement = self.agreement(facts, at=at, kind=kind)
        if agreement is None:
            return []
        return self.promised_by(agreement, priority=facts.priority, site=facts.site)

    def agreement(
        self, facts: Facts, *, at: datetime, kind: str = AgreementKind.SLA
    ) -> AgreementTerms | None:
        """Return the first agreement of a kind that is in force at `at` and matches."""
        agreements = self.agreements.get(kind, ())
        index = match(agreements, facts, at=at)
        return None if index is None else agreements[index]

    def promised_by(
        self, agreement: AgreementTerms, *, priority: int, site: int | None
    ) -> list[Promise]:
        """Return what one agreement promises, whether it would be found or not."""
        return [self._promise(agreement, target, priority, site) for target in agreement.targets]

    def with_draft(self, draft: AgreementTerms, *, at: datetime) -> "Policy":
        """Return this policy as if a draft, saved or not, were published at `at`."""
        ended = (
            replace(a, valid_until=at) if a.slug == draft.slug and a.valid_until is None else a
            for a in self.agreements.get(draft.kind, ())
            if a.pk != draft.pk
        )
        ordered = sorted([*ended, replace(draft, valid_from=at)], key=lambda a: (a.order, a.pk))
        agreements = {**self.agreements, draft.kind: tuple(ordered)}
        # What was made by the terms in force must not be found under those of the draft.
        return replace(self, agreements=agreements, _made={})

    def stored(self, agreement: int, metric: str, calendar: int, seconds: int) -> Promise | None:
        """Return a promise as a clock has stored it; None: its target is no more."""
        target = self._targets.get((agreement, metric))
        hours = self.calendars.get(calendar)
        if target is None or hours is None:
            return None
        terms = _terms(target, hours, seconds)
        return Promise(metric, agreement, terms, target.pause_reasons, target.steps, calendar)

    @cached_property
    def _targets(self) -> dict[tuple[int, str], TargetTerms]:
        return {
            (agreement.pk, target.metric): target
            for found in self.agreements.values()
            for agreement in found
            for target in agreement.targets
        }

    def hours_of_site(self, site_id: int | None) -> BusinessCalendar | None:
        """Return the calendar of a site, else the default one; None: there is none at all."""
        calendar = self._calendar_of_site(site_id)
        return None if calendar is None else self.calendars[calendar]

    def _calendar_of_site(self, site: int | None) -> int | None:
        return self.by_site.get(site or 0) or self.default_calendar

    def calendar_name(self, calendar: int) -> str:
        """Return the name of a calendar in the active language."""
        return translated(self.calendar_names[calendar])

    def is_retired(self, calendar: int, at: datetime) -> bool:
        """Test if nothing new may count by a calendar at an instant."""
        on = self.retired.get(calendar)
        return on is not None and on <= at.astimezone(self.calendars[calendar].rules.zone).date()

    def calendars_in_force(self, kind: str, slug: str) -> set[int | None]:
        """Return the calendars that the version of an agreement that goes on counts by."""
        return {
            target.calendar
            for agreement in self.agreements.get(kind, ())
            if agreement.slug == slug and agreement.valid_until is None
            for target in agreement.targets
        }

    def name_of_day(self, calendar: int, day: date) -> str:
        """Return what a date is called in a calendar, such as a holiday; empty: nothing."""
        names = self.closed_names.get(calendar, {}).get(day)
        return translated(names) if names else ""

    def terms_of(self, agreement: int) -> AgreementTerms | None:
        """Return an agreement by its key; None for a draft."""
        every = (a for found in self.agreements.values() for a in found)
        return next((a for a in every if a.pk == agreement), None)

    def reason(self, slug: str) -> ReasonTerms:
        """Return a reason for a hold; one that was taken away is known by its short name."""
        known = self.reasons.get(slug)
        return known or ReasonTerms(slug, {"en": slug}, False, False, False, False)

    @property
    def offered_reasons(self) -> list[ReasonTerms]:
        """The reasons one can choose, in their order."""
        return [reason for reason in self.reasons.values() if reason.is_active]

    def on_duty_hours(self, team_id: int) -> BusinessCalendar | None:
        """Return the calendar a team works by, or None when it has none: always."""
        calendar = self.by_team.get(team_id)
        return None if calendar is None else self.calendars[calendar]

    def _promise(
        self, agreement: AgreementTerms, target: TargetTerms, priority: int, site: int | None
    ) -> Promise:
        calendar = target.calendar or self._calendar_of_site(site)
        if calendar is None:
            raise LookupError("An agreement counts by site, and there is no calendar at all.")
        key = (agreement.pk, target.metric, calendar, priority)
        if key not in self._made:
            terms = _terms(target, self.calendars[calendar], target.seconds[priority - 1])
            self._made[key] = Promise(
                metric=target.metric,
                agreement=agreement.pk,
                terms=terms,
                pause_reasons=target.pause_reasons,
                steps=target.steps,
                calendar=calendar,
                reopening=agreement.reopening,
            )
        return self._made[key]


def _terms(target: TargetTerms, hours: BusinessCalendar, seconds: int) -> Terms:
    return Terms(
        calendar=hours,
        seconds=seconds,
        at_risk_percent=target.at_risk_percent,
        step_seconds=tuple((s.milestone, s.seconds_of(seconds)) for s in target.steps),
    )


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
    days = list(calendar.exceptions.all())
    return {
        "tz": calendar.time_zone,
        "versions": [
            {"from": version.valid_from.isoformat(), "week": _week(version)}
            for version in calendar.versions.all()
        ],
        "holiday_rule": calendar.holiday_rule,
        "holidays": [d.date.isoformat() for d in days if d.kind == DayKind.CLOSED],
        "overrides": {d.date.isoformat(): d.hours for d in days if d.kind == DayKind.HOURS},
        "breaks": {d.date.isoformat(): d.hours for d in days if d.kind == DayKind.BREAK},
    }


def _week(version: CalendarVersion) -> dict[str, list[list[str]]]:
    week: dict[str, list[list[str]]] = defaultdict(list)
    for window in version.windows.all():
        week[WEEKDAYS[window.weekday - 1]].append([window.opens, window.closes])
    return dict(week)


@lru_cache(maxsize=2)
def _load(_stamp: str | None) -> Policy:
    return read_policy()


def read_policy() -> Policy:
    """Read every calendar and agreement; raises CalendarError for hours nobody can read."""
    found = Calendar.objects.prefetch_related("versions__windows", "exceptions")
    calendars = list(found.order_by("pk"))
    return Policy(
        calendars={c.pk: BusinessCalendar.from_dict(calendar_object(c)) for c in calendars},
        calendar_names={c.pk: c.names for c in calendars},
        default_calendar=calendars[0].pk if calendars else None,
        by_site=dict(SiteCalendar.objects.values_list("site_id", "calendar_id")),
        by_team=dict(TeamCalendar.objects.values_list("team_id", "calendar_id")),
        agreements=_agreements(),
        reasons=_reasons(),
        closed_names={
            c.pk: {day.date: day.names for day in c.exceptions.all() if day.names}
            for c in calendars
        },
        retired={c.pk: c.retired_on for c in calendars if c.retired_on is not None},
    )


def _reasons() -> dict[str, ReasonTerms]:
    """The reasons by their order: those of the tables, and what nobody has worded is built in."""
    rows = {
        r.slug: ReasonTerms(
            r.slug, r.names, r.needs_date, r.needs_message, r.wakes_on_answer, r.wakes_on_date,
            r.max_seconds, r.is_active,
        )
        for r in PauseReason.objects.all()
    }  # fmt: skip
    return rows | {slug: built for slug, built in BUILT_IN.items() if slug not in rows}


def _built_in(slug: HoldReason, *, dated: bool = False, answer: bool = False) -> ReasonTerms:
    return ReasonTerms(slug, {}, dated, False, answer, True)


BUILT_IN = {
    HoldReason.REQUESTER: _built_in(HoldReason.REQUESTER, answer=True),
    HoldReason.SUPPLIER: _built_in(HoldReason.SUPPLIER, dated=True),
    HoldReason.PART: _built_in(HoldReason.PART, dated=True),
    HoldReason.CHANGE: _built_in(HoldReason.CHANGE),
    HoldReason.APPROVAL: _built_in(HoldReason.APPROVAL),
    HoldReason.SCHEDULED: _built_in(HoldReason.SCHEDULED, dated=True),
    HoldReason.PROBLEM: _built_in(HoldReason.PROBLEM),
}


def _agreements() -> dict[str, tuple[AgreementTerms, ...]]:
    keys = keys_of_words()
    rows = (
        Agreement.objects.filter(valid_from__isnull=False)
        .prefetch_related("targets__steps__persons")
        .order_by("order", "pk")
    )
    found = defaultdict[str, list[AgreementTerms]](list)
    for row in rows:
        found[row.kind].append(agreement_terms(row, keys))
    return {kind: tuple(terms) for kind, terms in found.items()}


def agreement_terms(row: Agreement, keys: Keys | None = None) -> AgreementTerms:
    """Return a saved agreement, a draft too, as it is matched.

    keys: those of keys_of_words, where the caller has read them already.
    """
    return AgreementTerms(
        pk=row.pk,
        slug=row.slug,
        version=row.version,
        kind=row.kind,
        order=row.order,
        names=row.names,
        conditions=matched_by(row.conditions, keys_of_words() if keys is None else keys),
        reopening=row.reopening,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        targets=tuple(_target(t) for t in row.targets.all()),
    )


def keys_of_words() -> dict[str, dict[str, int]]:
    """Return the primary keys by short name for each word of a condition that is a row."""
    return {
        word: dict(model._base_manager.values_list("slug", "pk"))
        for word, model in _BY_SLUG.items()
    }


def matched_by(conditions: Mapping[str, Sequence[Any]], keys: Keys) -> dict[str, frozenset[Any]]:
    """Return conditions as facts are compared with them: short names become primary keys."""
    return {
        # A word nobody knows is no row: 0, and not None, which a caller without a site is.
        word: frozenset(keys[word].get(v, 0) if word in keys else v for v in values)
        for word, values in conditions.items()
    }


def _target(target: Target) -> TargetTerms:
    return TargetTerms(
        metric=target.metric,
        calendar=target.calendar_id,
        seconds=tuple(target.seconds),
        at_risk_percent=target.at_risk_percent,
        pause_reasons=frozenset(target.pause_reasons),
        steps=tuple(
            StepTerms(
                milestone=s.milestone, action=s.action, percent=s.percent,
                offset=s.offset_seconds, team=s.team_id, tell=frozenset(s.tell),
                persons=tuple(p.pk for p in s.persons.all()), wakes=s.wakes,
            )
            for s in target.steps.all()
        ),
    )  # fmt: skip
