"""When an imagined ticket is due, with the days that make it up, here and at other sites."""

from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _

from accounts.models import Site
from sla import engine
from sla.queries.examples import Pause, known_at, timeline
from sla.queries.policy import Policy, Promise
from sla.rules import AgreementTerms, StepTerms

MOST_DAYS = 45  # of one target; the rest is summed up


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A ticket that is only imagined."""

    opened_at: datetime
    priority: int
    site: int | None
    pauses: tuple[Pause, ...] = ()


@dataclass(slots=True)
class Day:
    """A local date of a calendar: what of it counted, what was on hold, or why it was closed.

    shift: seconds by which the day is longer than others because the clock changes.
    """

    on: date
    counted: list[tuple[datetime, datetime]] = field(default_factory=list)
    held: list[tuple[datetime, datetime]] = field(default_factory=list)
    seconds: int = 0
    name: str = ""
    shift: int = 0

    @property
    def is_closed(self) -> bool:
        """Say whether nothing of the day counted and nothing was on hold."""
        return not self.counted and not self.held


@dataclass(frozen=True, slots=True)
class Due:
    """When one metric is due; due None: never. more: days that are not listed."""

    promise: Promise
    due: datetime | None
    at_risk: datetime | None
    days: tuple[Day, ...]
    more: int
    zone: tzinfo
    steps: tuple[tuple[StepTerms, datetime | None], ...]

    @property
    def seconds(self) -> int:
        """The open time that was counted."""
        return self.promise.terms.seconds


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """When the same ticket is due at another site, and the holidays that are worked there."""

    site: Site
    due: datetime | None
    worked: tuple[str, ...]


def preview(terms: AgreementTerms, rules: Policy, tried: Try) -> list[Due]:
    """Return every promise an agreement makes for an imagined ticket.

    rules: a policy that has made no promise for other terms of the same agreement
    (Policy.with_draft).
    """
    promises = rules.promised_by(terms, priority=tried.priority, site=tried.site)
    return [_due(promise, rules, tried) for promise in promises]


def elsewhere(
    terms: AgreementTerms, rules: Policy, tried: Try, sites: Sequence[Site]
) -> list[Elsewhere]:
    """Return the last promise at every other site; nothing where no site makes a difference."""
    if not terms.targets or all(target.calendar for target in terms.targets):
        return []
    here = _last(terms, rules, tried, tried.site)
    found = []
    for site in sites:
        if site.pk == tried.site:
            continue
        there = _last(terms, rules, tried, site.pk)
        hours = there.promise.terms.calendar
        names = [d.name for d in here.days if d.is_closed and d.name and _is_worked(hours, d.on)]
        found.append(Elsewhere(site, there.due, tuple(dict.fromkeys(names))))
    return found


def _is_worked(hours: engine.BusinessCalendar, on: date) -> bool:
    midnight = datetime.combine(on, time(), hours.rules.zone)
    return hours.measure(midnight, midnight + timedelta(days=1)) > 0


def _last(terms: AgreementTerms, rules: Policy, tried: Try, site: int | None) -> Due:
    promise = rules.promised_by(terms, priority=tried.priority, site=site)[-1]
    return _due(promise, rules, tried)


def _due(promise: Promise, rules: Policy, tried: Try) -> Due:
    line = timeline(promise, tried.opened_at, tried.pauses)
    now = known_at(tried.opened_at, tried.pauses)
    reading = engine.evaluate(promise.terms, line, now)
    zone = promise.terms.calendar.rules.zone
    days: list[Day] = []
    if reading.due_at is not None:
        days = _days(engine.explain(promise.terms, line, now), zone)
        for day in days:
            day.name = rules.name_of_day(promise.calendar, day.on)
    instants = dict(reading.step_ats)
    steps = tuple((step, instants.get(step.milestone)) for step in promise.steps)
    return Due(
        promise, reading.due_at, reading.at_risk_at, tuple(days[:MOST_DAYS]),
        max(len(days) - MOST_DAYS, 0), zone, steps,
    )  # fmt: skip


def _days(pieces: Sequence[engine.Segment], zone: tzinfo) -> list[Day]:
    """Lay segments out on the local dates they touch; every date in between has its row."""
    found: dict[date, Day] = {}
    for piece in pieces:
        for on, start, end in _by_date(piece.start, piece.end, zone):
            day = found.get(on)
            if day is None:
                day = found[on] = Day(on, shift=_shift(on, zone))
            if piece.kind == "counted":
                day.counted.append((start, end))
                day.seconds += int((end - start).total_seconds())
            elif piece.kind == "paused":
                day.held.append((start, end))
    return list(found.values())


def _by_date(
    start: datetime, end: datetime, zone: tzinfo
) -> Iterator[tuple[date, datetime, datetime]]:
    at = start
    while at < end:
        on = at.astimezone(zone).date()
        midnight = datetime.combine(on + timedelta(days=1), time(), zone).astimezone(UTC)
        until = min(midnight, end)
        yield on, at, until
        at = until


def _shift(on: date, zone: tzinfo) -> int:
    begins = datetime.combine(on, time(), zone).astimezone(UTC)
    ends = datetime.combine(on + timedelta(days=1), time(), zone).astimezone(UTC)
    return int((ends - begins).total_seconds()) - 86_400


# --- Quick tries ---------------------------------------------------------------------------


def tries(hours: engine.BusinessCalendar, at: datetime) -> dict[str, tuple[str, datetime]]:
    """Return what is worth trying, each with its name and an instant in the hours' own zone."""
    zone = hours.rules.zone
    today = at.astimezone(zone).date()
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    return {
        "end": (_("end of day"), _before_closing(hours, today + timedelta(days=1))),
        "weekend": (_("before a weekend"), _before_closing(hours, friday)),
        "clock": (_("clock change"), _clock_change(today, zone)),
        "leap": (_("leap day"), _before_closing(hours, _leap_day(today))),
    }


def _before_closing(hours: engine.BusinessCalendar, on: date) -> datetime:
    """Return twenty minutes before the last closing of a date, else 16:40."""
    zone = hours.rules.zone
    midnight = datetime.combine(on + timedelta(days=1), time(), zone)
    closing = hours.prev_open(midnight)
    if closing is None or closing.astimezone(zone).date() != on:
        return datetime.combine(on, time(16, 40), zone)
    return (closing - timedelta(minutes=20)).astimezone(zone)


def _clock_change(today: date, zone: tzinfo) -> datetime:
    """Return 00:30 of the next date that is an hour short, else of tomorrow."""
    ahead = (today + timedelta(days=n) for n in range(1, 400))
    on = next((day for day in ahead if _shift(day, zone) < 0), today + timedelta(days=1))
    return datetime.combine(on, time(0, 30), zone)


def _leap_day(today: date) -> date:
    years = range(today.year, today.year + 9)
    found = (date(year, 2, 29) for year in years if isleap(year))
    return next(day for day in found if day >= today)
