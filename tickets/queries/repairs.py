"""Stored clocks against what their history says, field by field; nothing is written here."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Team
from audit.models import Event
from catalog.models import Category
from sla.choices import ENDED, ClockState
from sla.queries import Policy, hours_changed_at, policy
from tickets.models import Clock, Hold, Ticket
from tickets.queries.life import Stage, life, plain
from tickets.queries.many import by_ticket
from tickets.queries.readings import next_action, next_due
from tickets.queries.tracks import Track, tracks

FIELDS = (
    "state", "agreement_id", "calendar_id", "target_seconds", "terms_since", "due_at",
    "at_risk_at", "breached_at", "stopped_at", "next_action_at", "team_id",
)  # fmt: skip
# What hours that were changed after the end of a clock would make of it: it keeps its numbers.
_OF_HOURS = frozenset({"state", "due_at", "at_risk_at", "breached_at"})
_LATE = frozenset({ClockState.BREACHED, ClockState.MISSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which tickets: all conditions that are given hold; instants are of the opening."""

    numbers: tuple[str, ...] = ()
    is_open: bool = False
    team: Team | None = None
    agreement: str = ""
    opened_from: datetime | None = None
    opened_until: datetime | None = None


def as_words(selection: Selection) -> dict[str, Any]:
    """Return a selection as plain data; `of_words` reads it again."""
    return {
        "numbers": list(selection.numbers),
        "is_open": selection.is_open,
        "team": None if selection.team is None else selection.team.pk,
        "agreement": selection.agreement,
        "opened_from": plain(selection.opened_from),
        "opened_until": plain(selection.opened_until),
    }


def of_words(words: Mapping[str, Any]) -> Selection:
    """Return the selection that plain data describes; raises Team.DoesNotExist."""
    ends = [words[name] and datetime.fromisoformat(words[name]) for name in _ENDS]
    return Selection(
        numbers=tuple(words["numbers"]),
        is_open=words["is_open"],
        team=None if words["team"] is None else Team.objects.get(pk=words["team"]),
        agreement=words["agreement"],
        opened_from=ends[0],
        opened_until=ends[1],
    )


_ENDS = ("opened_from", "opened_until")


def chosen(selection: Selection) -> QuerySet[Ticket]:
    """Return the tickets of a selection, by key."""
    found = Ticket.objects.open() if selection.is_open else Ticket.objects.all()
    if selection.numbers:
        found = found.filter(number__in=selection.numbers)
    if selection.team is not None:
        found = found.filter(team=selection.team)
    if selection.agreement:
        of_it = Clock.objects.filter(agreement__slug=selection.agreement)
        found = found.filter(pk__in=of_it.values("ticket_id"))
    if selection.opened_from is not None:
        found = found.filter(opened_at__gte=selection.opened_from)
    if selection.opened_until is not None:
        found = found.filter(opened_at__lt=selection.opened_until)
    return found.order_by("pk")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of one clock that is not what its history says; run 0: a clock is missing."""

    number: str
    metric: str
    run: int
    field: str
    stored: Any
    replayed: Any

    def as_words(self) -> dict[str, Any]:
        """Return it as plain data; a team or another row is its key."""
        values = {name: plain(getattr(self, name)) for name in ("stored", "replayed")}
        return values | {
            "number": self.number, "metric": self.metric, "run": self.run, "field": self.field,
        }  # fmt: skip


@dataclass(slots=True)
class Mended:
    """A ticket whose clocks differ: its rows as they should be, in memory, and what differs."""

    ticket: Ticket
    changed: list[Clock] = field(default_factory=list)
    new: list[Clock] = field(default_factory=list)
    relaxed: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket with its history as stages, and its rows."""

    ticket: Ticket
    stages: Sequence[Stage]
    clocks: Sequence[Clock]
    holds: Sequence[Hold]


def pasts(tickets: Collection[Ticket]) -> list[Past]:
    """Read the histories and clocks of tickets: four statements, however many."""
    ids = [ticket.pk for ticket in tickets]
    events = defaultdict[int, list[Event]](list)
    told = Event.objects.filter(subject_type="ticket", subject_id__in=ids)
    for event in told.order_by("subject_id", "seq"):
        events[event.subject_id].append(event)
    clocks = by_ticket(Clock.objects.filter(ticket_id__in=ids).order_by("pk"))
    holds = by_ticket(Hold.objects.filter(ticket_id__in=ids).order_by("started_at", "pk"))
    categories = Category.objects.in_bulk()
    return [
        Past(
            ticket, life(ticket, events[ticket.pk], holds[ticket.pk], categories),
            clocks[ticket.pk], holds[ticket.pk],
        )
        for ticket in tickets
    ]  # fmt: skip


def mended(
    tickets: Collection[Ticket], *, at: datetime, rules: Policy | None = None
) -> list[Mended]:
    """Return the tickets, of these, whose clocks are not what their histories say at `at`."""
    rules, changed_at = rules or policy(), hours_changed_at()
    found = (_mended(past, rules, at, changed_at) for past in pasts(tickets))
    return [one for one in found if one.differences]


def _mended(past: Past, rules: Policy, at: datetime, changed_at: datetime | None) -> Mended:
    found = Mended(past.ticket)
    rows = {(row.metric, row.started_at): row for row in past.clocks}
    last = past.stages[-1] if past.stages else None
    numbers = defaultdict[str, int](int)
    for row in past.clocks:
        numbers[row.metric] = max(numbers[row.metric], row.run)
    for track in tracks(past.stages, rules) if last else ():
        known = rows.pop(track.run.key, None)
        wanted = _wanted(track, known, last, at) if last else {}
        if known is None and track.is_fleeting:
            continue
        if known is None:
            numbers[track.run.promise.metric] += 1
            _add(found, track, wanted, numbers[track.run.promise.metric])
        else:
            _compare(found, known, wanted, changed_at)
    for row in rows.values():
        # Of a policy that is no more: what has ended stays as it was.
        if row.state not in ENDED:
            ended = {"state": ClockState.CANCELLED, "next_action_at": None}
            _compare(found, row, ended, changed_at)
    _compare_ticket(found, [*past.clocks, *found.new])
    return found


def _wanted(track: Track, row: Clock | None, last: Stage, at: datetime) -> dict[str, Any]:
    """Return what the clock of a track has to say at `at`."""
    reading, promise = track.reading(last.ticket, last.holds, at=at), track.run.promise
    fired = list(row.fired) if row else []
    fired += [name for name in track.fired if name not in fired]
    state, breached_at = ClockState(reading.state.value), reading.breached_at
    was_seen = row is not None and (row.state in _LATE or row.breached_at is not None)
    if state == ClockState.BREACHED and not (was_seen or track.is_late):
        # That its time has run out is for the sweep to find: it tells, and takes the steps.
        state, breached_at = ClockState.RUNNING, None
    return {
        "state": state,
        "agreement_id": promise.agreement,
        "calendar_id": promise.calendar,
        "target_seconds": promise.terms.seconds,
        "terms_since": track.since,
        "due_at": reading.due_at,
        "at_risk_at": reading.at_risk_at,
        "breached_at": breached_at,
        "stopped_at": reading.stopped_at,
        "next_action_at": next_action(reading, state, fired),
        "team_id": track.run.team,
        "fired": fired,
    }


def _add(found: Mended, track: Track, wanted: Mapping[str, Any], number: int) -> None:
    metric = track.run.promise.metric
    row = Clock(
        ticket=found.ticket, metric=metric, run=number, started_at=track.run.started_at, **wanted
    )
    found.new.append(row)
    number_of = found.ticket.number
    found.differences.append(
        Difference(number_of, metric, number, "started_at", None, row.started_at)
    )
    found.differences.append(Difference(number_of, metric, number, "state", None, row.state))
    found.differences.append(Difference(number_of, metric, number, "due_at", None, row.due_at))


def _compare(
    found: Mended, row: Clock, wanted: Mapping[str, Any], changed_at: datetime | None
) -> None:
    before, differs = row.state, False
    for name in _compared(row, wanted, changed_at):
        stored, replayed = getattr(row, name), wanted[name]
        if stored != replayed:
            differs = True
            found.differences.append(
                Difference(found.ticket.number, row.metric, row.run, name, stored, replayed)
            )
            setattr(row, name, replayed)
    if differs:
        found.changed.append(row)
    if before == ClockState.BREACHED and row.state in {ClockState.RUNNING, ClockState.PAUSED}:
        found.relaxed.append(row.metric)


def _compared(row: Clock, wanted: Mapping[str, Any], changed_at: datetime | None) -> Iterator[str]:
    ended = row.stopped_at if row.state in ENDED else None
    keeps = changed_at is not None and ended is not None and ended < changed_at
    for name in (*FIELDS, "fired"):
        if name in wanted and not (keeps and name in _OF_HOURS):
            yield name


def _compare_ticket(found: Mended, rows: Sequence[Clock]) -> None:
    replayed, stored = next_due(rows), found.ticket.next_due_at
    if replayed != stored:
        found.differences.append(
            Difference(found.ticket.number, "", 0, "next_due_at", stored, replayed)
        )
        found.ticket.next_due_at = replayed
