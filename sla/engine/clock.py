"""Read a clock off its history: a pure replay, so that nothing stored can drift.

A reading knows only what has happened by `now`: a pause, stop or cancellation that lies
later is not seen yet, and a pause that ends later is still open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from sla.engine import pauses
from sla.engine.calendar import BusinessCalendar
from sla.engine.instants import moment_of, moment_or_none, seconds_of
from sla.engine.intervals import Interval
from sla.errors import CalendarError


class ClockState(StrEnum):
    """Where a clock stands; breached runs on, missed was stopped late."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to a clock.

    pauses: from and to, in any order, overlapping or not; no end means still open.
    terms_since: when the present terms began to apply; a breach is never dated before it.
    """

    started_at: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None
    terms_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What was promised: open seconds of a calendar.

    step_percents: milestone word and percent of the target; 100 is due, more is late.
    step_seconds: milestone word and open seconds since the start.
    """

    calendar: BusinessCalendar
    seconds: int
    at_risk_percent: int = 75
    step_percents: tuple[tuple[str, int], ...] = ()
    step_seconds: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        budgets = (seconds for _, seconds in self.budgets)
        if self.seconds < 0 or self.at_risk_percent < 0 or min(budgets, default=0) < 0:
            raise CalendarError("A target and its percentages cannot be negative.")

    @property
    def at_risk_seconds(self) -> int:
        """The open seconds from which on the clock is at risk."""
        return self.seconds * self.at_risk_percent // 100

    @property
    def budgets(self) -> tuple[tuple[str, int], ...]:
        """Each step with the open seconds since the start after which it comes."""
        of_percents = ((name, self.seconds * part // 100) for name, part in self.step_percents)
        return (*of_percents, *self.step_seconds)


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at one instant; every instant in UTC.

    due_at: None while paused before it, and when the calendar never opens long enough.
    elapsed_seconds: open, unpaused time used until now or the stop.
    remaining_seconds: negative when late, by the open time since due, paused or not.
    paused_seconds: open time that pauses took until now or the stop.
    step_ats: in order of time; those of an ended clock only as far as they were passed.
    """

    state: ClockState
    due_at: datetime | None
    at_risk_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    elapsed_seconds: int
    remaining_seconds: int
    paused_seconds: int
    step_ats: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A timeline as known at one instant, in epoch seconds; `until` is now or the end."""

    start: int
    until: int
    stopped: int | None
    cancelled: bool
    is_paused: bool
    pauses: list[Interval]

    @classmethod
    def known(cls, timeline: Timeline, now: datetime) -> Self:
        """Cut a timeline to what has happened by now; the first of stop and cancel ends it."""
        until = seconds_of(now)
        stopped, cancelled = _past(timeline.stopped_at, until), _past(timeline.cancelled_at, until)
        if stopped is not None and cancelled is not None:
            stopped, cancelled = (None, cancelled) if cancelled < stopped else (stopped, None)
        has_ended = stopped is not None or cancelled is not None
        if has_ended:
            until = min(at for at in (stopped, cancelled) if at is not None)
        known = pauses.joined(_known_pauses(timeline, until, has_ended=has_ended))
        return cls(
            start=seconds_of(timeline.started_at),
            until=until,
            stopped=stopped,
            cancelled=cancelled is not None,
            is_paused=bool(known) and known[-1][1] == pauses.FOREVER,
            pauses=known,
        )

    @property
    def has_ended(self) -> bool:
        """Say whether the clock was stopped or cancelled."""
        return self.cancelled or self.stopped is not None

    def dues(self, terms: Terms) -> dict[int, int | None]:
        """Return when that many open seconds are used up, for the target and its parts."""
        budgets = {terms.seconds, terms.at_risk_seconds, *(s for _, s in terms.budgets)}
        table = terms.calendar.table
        return {
            seconds: pauses.due(table, self.start, seconds, self.pauses) for seconds in budgets
        }


def evaluate(terms: Terms, timeline: Timeline, now: datetime) -> Reading:
    """Replay a timeline against its terms and return the clock as it stands now.

    Due now is breached; stopped in the very second of due is met. A budget used up exactly
    where a pause begins is due there, so the pause comes too late to save it.
    """
    facts, table = Facts.known(timeline, now), terms.calendar.table
    dues = facts.dues(terms)
    due, at_risk = dues[terms.seconds], dues[terms.at_risk_seconds]
    is_late = due is not None and _is_late(facts, due)
    paused = pauses.paused_within(table, facts.start, facts.until, facts.pauses)
    elapsed = table.measure(facts.start, facts.until) - paused
    if due is not None and is_late:
        remaining = -table.measure(due, facts.until)
    else:
        remaining = max(terms.seconds - elapsed, 0)
    return Reading(
        state=_state(facts, is_late=is_late),
        due_at=moment_or_none(due),
        at_risk_at=moment_or_none(at_risk),
        breached_at=_breached_at(due, timeline.terms_since) if is_late else None,
        stopped_at=moment_or_none(facts.stopped),
        elapsed_seconds=elapsed,
        remaining_seconds=remaining,
        paused_seconds=paused,
        step_ats=_steps(facts, terms, dues),
    )


def _is_late(facts: Facts, due: int) -> bool:
    return facts.until > due if facts.has_ended else facts.until >= due


def _state(facts: Facts, *, is_late: bool) -> ClockState:
    if facts.cancelled:
        return ClockState.CANCELLED
    if facts.stopped is not None:
        return ClockState.MISSED if is_late else ClockState.MET
    if is_late:
        return ClockState.BREACHED
    return ClockState.PAUSED if facts.is_paused else ClockState.RUNNING


def _breached_at(due: int | None, terms_since: datetime | None) -> datetime | None:
    if due is None or terms_since is None:
        return moment_or_none(due)
    return moment_of(max(due, seconds_of(terms_since)))


def _steps(
    facts: Facts, terms: Terms, dues: Mapping[int, int | None]
) -> tuple[tuple[str, datetime], ...]:
    """Return the reached or coming steps; a step in the second of the stop is not reached."""
    ats = [(dues[seconds], milestone) for milestone, seconds in terms.budgets]
    steps = [
        (at, milestone)
        for at, milestone in ats
        if at is not None and not (facts.has_ended and at >= facts.until)
    ]
    steps.sort(key=lambda step: step[0])
    return tuple((milestone, moment_of(at)) for at, milestone in steps)


def _past(moment: datetime | None, now: int) -> int | None:
    if moment is None:
        return None
    at = seconds_of(moment)
    return at if at <= now else None


def _known_pauses(
    timeline: Timeline, until: int, *, has_ended: bool
) -> list[tuple[int, int | None]]:
    """Return the pauses begun by `until`; what goes on beyond it is cut there or has no end."""
    known: list[tuple[int, int | None]] = []
    for begins, ends in timeline.pauses:
        start, end = seconds_of(begins), None if ends is None else seconds_of(ends)
        if start > until or (end is not None and end <= start):
            continue
        if end is None or end > until:
            end = until if has_ended else None
        known.append((start, end))
    return known
