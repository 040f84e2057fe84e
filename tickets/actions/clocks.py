"""Clocks: the one place that reads promises off a ticket and stores the reading."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from common.bulk import update_rows
from sla.choices import ENDED, ClockState
from sla.queries import Policy, Promise, policy
from tickets import queries
from tickets.choices import Status
from tickets.models import Clock, Hold, Ticket
from tickets.queries.life import plain

FIELDS = (
    "state", "agreement", "calendar", "target_seconds", "terms_since", "due_at", "at_risk_at",
    "breached_at", "stopped_at", "next_action_at", "fired", "team",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Retold:
    """A clock as the history tells of it, before and after; before None: it is new."""

    name: str
    before: dict[str, Any] | None
    after: dict[str, Any]

    @property
    def has_other_terms(self) -> bool:
        """Say whether its terms began anew."""
        return self.before is not None and (
            self.before["terms_since"] != self.after["terms_since"]
        )


def told(moved: Iterable[Retold]) -> dict[str, Any]:
    """Return clocks for the changes of an event; the replay of a history reads them there."""
    those = list(moved)
    if not those:
        return {}
    return {
        "clocks": [{m.name: m.before for m in those}, {m.name: m.after for m in those}],
        "due": [_dues(m.before for m in those), _dues(m.after for m in those)],
    }


def _dues(clocks: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    return {clock["metric"]: clock["due_at"] for clock in clocks if clock is not None}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: clocks to write, clocks to make, metrics no longer late.

    fields: those of FIELDS that differ in any of the changed clocks. moved: clocks with other
    terms or another due instant, before and after; dated: those of them whose terms began at
    an instant that their own changes would not tell.
    """

    changed: tuple[Clock, ...]
    fields: frozenset[str]
    new: tuple[Clock, ...]
    relaxed: tuple[str, ...]
    moved: tuple[Retold, ...]
    dated: tuple[Retold, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """The terms a clock had before a change that is taken back, and whether it was late then."""

    since: datetime
    calendar: int
    seconds: int
    was_late: bool


def refresh(
    ticket: Ticket,
    clocks: Sequence[Clock],
    holds: Sequence[Hold],
    *,
    at: datetime,
    rules: Policy | None = None,
    kept: Mapping[int, Kept] | None = None,
) -> Refreshed:
    """Replay every promise of a ticket and set next_due_at; writes nothing.

    The caller holds the ticket's lock. The agreements are matched anew; a clock whose terms
    changed is replayed from its start with all holds (reliability.md S6). What a run timed
    may be over: its clock then stops at `at`.
    kept: by the key of a clock, terms to which a change that is taken back returns; they began
    when they had begun.
    """
    rules = rules or policy()
    found = _Found()
    current = queries.runs(ticket, holds, rules)
    known = {(clock.metric, clock.started_at): clock for clock in clocks}
    for key, run in current.items():
        if key in known:
            before, is_told = _reread(known[key], run, ticket, holds, at)
            if kept and known[key].pk in kept and before[4] != known[key].terms_since:
                _return(known[key], run, ticket, holds, kept=kept[known[key].pk], at=at)
                is_told = True
            found.note(known[key], before, is_told=is_told)
            continue
        clock = _begun(ticket, run, clocks)
        clock.terms_since = at
        _read(clock, run, ticket, holds, at)
        found.new.append(clock)
        found.moved.append(Retold(_name(clock), None, _plain(clock, _state(clock))))
    for key, clock in known.items():
        if key not in current and clock.state not in ENDED:
            before = _state(clock)
            _end(clock, ticket, holds, rules, at)
            found.note(clock, before)
    ticket.next_due_at = queries.next_due([*clocks, *found.new])
    return Refreshed(
        tuple(found.changed), frozenset(found.fields), tuple(found.new), tuple(found.relaxed),
        tuple(found.moved), tuple(found.dated),
    )  # fmt: skip


@dataclass(slots=True)
class _Found:
    """What a refresh gathers on its way."""

    changed: list[Clock] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    new: list[Clock] = field(default_factory=list)
    relaxed: list[str] = field(default_factory=list)
    moved: list[Retold] = field(default_factory=list)
    dated: list[Retold] = field(default_factory=list)

    def note(self, clock: Clock, before: tuple[object, ...], *, is_told: bool = False) -> None:
        """Keep a clock that reads differently than before."""
        after = _state(clock)
        if differing := _differing(before, after):
            self.changed.append(clock)
            self.fields |= differing
        if differing & _TERMS or (after[0] != before[0] and after[0] == ClockState.CANCELLED):
            moved = Retold(_name(clock), _plain(clock, before), _plain(clock, after))
            self.moved.append(moved)
            self.dated += [moved] if is_told else []
        if before[0] == ClockState.BREACHED and clock.state in _IN_TIME:
            self.relaxed.append(clock.metric)


_IN_TIME = frozenset({ClockState.RUNNING, ClockState.PAUSED})
_TERMS = frozenset({"agreement", "calendar", "target_seconds", "terms_since", "due_at"})


def _name(clock: Clock) -> str:
    return f"{clock.metric} {clock.run}"


def _plain(clock: Clock, state: Sequence[Any]) -> dict[str, Any]:
    """Return what the history keeps of a clock, as plain data."""
    values = dict(zip(FIELDS, state, strict=True))
    values |= {"started_at": clock.started_at, "metric": clock.metric}
    return {name: plain(value) for name, value in values.items() if name in _TOLD}


_TOLD = (*_TERMS, "state", "started_at", "metric")


def _begun(ticket: Ticket, run: queries.Run, clocks: Sequence[Clock]) -> Clock:
    metric = run.promise.metric
    last = max((c.run for c in clocks if c.metric == metric), default=0)
    return Clock(
        ticket=ticket, metric=metric, run=last + 1, started_at=run.started_at,
        team_id=run.team, fired=[],
    )  # fmt: skip


def _reread(
    clock: Clock, run: queries.Run, ticket: Ticket, holds: Sequence[Hold], at: datetime
) -> tuple[tuple[object, ...], bool]:
    """Read a clock anew by what is promised now; return its state before, and if overtaken."""
    before = _state(clock)
    comes_back = clock.state == ClockState.CANCELLED and ticket.status != Status.CANCELLED
    if comes_back or _differs(clock, run.promise):
        clock.terms_since = at
    _read(clock, run, ticket, holds, at)
    overtaken = _was_overtaken(
        clock, due_before=before[5], breached_before=before[7], at=at
    )  # fmt: skip
    if overtaken:
        clock.terms_since = at
        _read(clock, run, ticket, holds, at)
    return before, overtaken


def _return(
    clock: Clock, run: queries.Run, ticket: Ticket, holds: Sequence[Hold], *, kept: Kept,
    at: datetime,
) -> None:  # fmt: skip
    """Date the terms of a clock back to when they first began, where it has those again."""
    if (clock.calendar_id, clock.target_seconds) != (kept.calendar, kept.seconds):
        return
    clock.terms_since = kept.since
    _read(clock, run, ticket, holds, at)
    if clock.breached_at is not None and not kept.was_late:
        # Meanwhile something else was promised: nobody was late by these terms before now.
        clock.terms_since = at
        _read(clock, run, ticket, holds, at)


def _end(clock: Clock, ticket: Ticket, holds: Sequence[Hold], rules: Policy, at: datetime) -> None:
    """Stop a clock whose run is over, by the terms it has; cancel one nobody promises any more."""
    run = queries.stored_run(clock, rules)
    if run is None:
        clock.state, clock.next_action_at = ClockState.CANCELLED, None
        return
    over = queries.over_at((clock.metric, clock.started_at), ticket, holds, at=at)
    ended = replace(run, stopped_at=over) if over else replace(run, cancelled_at=at)
    _read(clock, ended, ticket, holds, at)


def write(changed: Sequence[Clock], new: Sequence[Clock], fields: Collection[str]) -> None:
    """Store readings: one statement for `fields` of what changed, one for what is new."""
    update_rows(changed, sorted(fields))
    if new:
        Clock.objects.bulk_create(new)


def _read(
    clock: Clock, run: queries.Run, ticket: Ticket, holds: Sequence[Hold], at: datetime
) -> None:
    promise = run.promise
    reading = queries.read(run, ticket, holds, since=clock.terms_since, at=at)
    clock.agreement_id = promise.agreement
    clock.calendar_id = promise.calendar
    clock.target_seconds = promise.terms.seconds
    clock.team_id = run.team
    clock.state = ClockState(reading.state.value)
    clock.due_at = reading.due_at
    clock.at_risk_at = reading.at_risk_at
    clock.breached_at = reading.breached_at
    clock.stopped_at = reading.stopped_at
    clock.next_action_at = queries.next_action(reading, clock.state, clock.fired)


def _state(clock: Clock) -> tuple[object, ...]:
    return (
        clock.state, clock.agreement_id, clock.calendar_id, clock.target_seconds,
        clock.terms_since, clock.due_at, clock.at_risk_at, clock.breached_at,
        clock.stopped_at, clock.next_action_at, tuple(clock.fired), clock.team_id,
    )  # fmt: skip


def _differing(before: tuple[object, ...], after: tuple[object, ...]) -> set[str]:
    if before == after:
        return set()
    return {name for name, old, new in zip(FIELDS, before, after, strict=True) if old != new}


def _was_overtaken(
    clock: Clock, *, due_before: object, breached_before: object, at: datetime
) -> bool:
    """Test if the hours of the calendar were changed so that a due instant moved into the past.

    The breach is then of now: nobody could have kept what was not yet promised.
    """
    return (
        breached_before is None
        and due_before is not None
        and due_before != clock.due_at
        and clock.breached_at is not None
        and clock.breached_at < at.replace(microsecond=0)
    )


def _differs(clock: Clock, promise: Promise) -> bool:
    return (clock.calendar_id, clock.target_seconds) != (promise.calendar, promise.terms.seconds)
