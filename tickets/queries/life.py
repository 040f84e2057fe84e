"""The life of a ticket read off its history: how each event left it, and what it waited for.

Nothing stored beside the history is believed, but what no event tells: who asks, from where,
and which supplier a hold waits for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.models import Event
from catalog.models import Category
from tickets.choices import HoldReason, Status, WokenBy
from tickets.models import Hold, Ticket

_KEPT = (
    "id", "number", "kind", "organisation_id", "site_id", "is_vip", "opened_at", "requester_id",
)  # fmt: skip
TOLD = (
    "status", "priority", "category_id", "team_id", "level", "assignee_id", "reopen_count",
    "responded_at", "resolved_at", "ended_at", "accepted_at", "awaiting_since", "agreed_at",
)  # fmt: skip

_Rows = Mapping[tuple[str, datetime], Sequence[Hold]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A ticket and all its holds as one event left them; `ticket` is no row to be saved."""

    event: Event
    ticket: Ticket
    holds: tuple[Hold, ...]

    @property
    def at(self) -> datetime:
        """The instant of the event."""
        return self.event.at

    @property
    def hold(self) -> Hold | None:
        """The hold that is open after the event."""
        last = self.holds[-1] if self.holds else None
        return last if last is not None and last.ended_at is None else None


def life(
    ticket: Ticket,
    events: Sequence[Event],
    holds: Sequence[Hold],
    categories: Mapping[int, Category],
) -> list[Stage]:
    """Return the stages of a ticket, one an event in their order; ends as the row stands.

    holds: the rows, for their suppliers. categories: by key; of one that is missing a stage has
    the key alone.
    """
    values = _at_opening(ticket, events)
    values["team_since"] = ticket.opened_at
    rows = defaultdict[tuple[str, datetime], list[Hold]](list)
    for hold in holds:
        rows[hold.reason, hold.started_at].append(hold)
    stages: list[Stage] = []
    known: tuple[Hold, ...] = ()
    for event in events:
        if stages:
            _take(values, event)
            known = _waiting(known, values, event, ticket, rows)
        same = bool(stages) and not values.keys() & event.changes.keys()
        now = stages[-1].ticket if same else _as_it_was(ticket, values, categories)
        stages.append(Stage(event, now, known))
    return stages


def _at_opening(ticket: Ticket, events: Sequence[Event]) -> dict[str, Any]:
    """What was true at the opening: told then, or by what the next change says was before."""
    values = {name: getattr(ticket, name) for name in TOLD}
    for event in reversed(events):
        values |= {name: pair[0] for name, pair in event.changes.items() if name in values}
    if events:
        first = events[0].changes
        values |= {name: pair[1] for name, pair in first.items() if name in values}
    return {name: told_value(name, value) for name, value in values.items()}


def _take(values: dict[str, Any], event: Event) -> None:
    if "team_id" in event.changes:
        values["team_since"], values["accepted_at"] = event.at, None
    for name, pair in event.changes.items():
        if name in TOLD:
            values[name] = told_value(name, pair[1])


def plain(value: Any) -> Any:
    """Return a value of a ticket or a clock as an event tells it: instants as ISO."""
    return value.isoformat() if isinstance(value, datetime) else value


def told_value(name: str, value: Any) -> Any:
    """Return a value that an event tells as a ticket has it: instants from ISO."""
    if isinstance(value, str) and name.endswith(("_at", "_since")):
        return datetime.fromisoformat(value)
    return value


def _as_it_was(
    ticket: Ticket, values: Mapping[str, Any], categories: Mapping[int, Category]
) -> Ticket:
    kept = {name: getattr(ticket, name) for name in _KEPT}
    was = Ticket(**kept, **values)
    if category := categories.get(was.category_id):
        was.category = category
    return was


def _waiting(
    known: tuple[Hold, ...],
    values: Mapping[str, Any],
    event: Event,
    ticket: Ticket,
    rows: _Rows,
) -> tuple[Hold, ...]:
    """Return the holds after an event: at most one is open, and a reopening tells of one more."""
    begun = event.changes.get("hold", (None, None))[1]
    found = list(known)
    if found and found[-1].ended_at is None and (begun or values["status"] != Status.ON_HOLD):
        found[-1] = copy(found[-1])
        found[-1].ended_at = _end(found[-1], event, rows)
    if begun:
        found.append(_hold(ticket, _row(rows, found, begun, event.at), begun, event.at, None))
    before, after = event.changes.get("resolved_at", (None, None))
    if before and after is None:
        start = datetime.fromisoformat(before)
        row = _row(rows, found, HoldReason.RESOLVED, start)
        found.append(_hold(ticket, row, HoldReason.RESOLVED, start, event.at))
    return tuple(found)


def _row(rows: _Rows, known: Sequence[Hold], reason: str, start: datetime) -> Hold | None:
    """Return the row of a hold that begins; of several of one instant, one after the other."""
    those = rows.get((reason, start), ())
    number = sum((hold.reason, hold.started_at) == (reason, start) for hold in known)
    return those[number] if number < len(those) else None


def _end(open_one: Hold, event: Event, rows: _Rows) -> datetime:
    """What ends by itself ends at its own instant, however late the sweep came to it."""
    row = next(reversed(rows.get((open_one.reason, open_one.started_at), ())), None)
    by_itself = event.changes.get("woken_by", (None, None))[1] in _BY_ITSELF
    if by_itself and row is not None and row.ended_at is not None:
        return row.ended_at
    return max(event.at, open_one.started_at)


_BY_ITSELF = frozenset({WokenBy.DATE, WokenBy.LIMIT})


def _hold(
    ticket: Ticket, row: Hold | None, reason: str, start: datetime, end: datetime | None
) -> Hold:
    return Hold(
        ticket_id=ticket.pk, reason=reason, started_at=start, ended_at=end,
        supplier_id=row.supplier_id if row else None, author_id=row.author_id if row else None,
        note=row.note if row else "", until=row.until if row else None,
        woken_by=row.woken_by if row else "",
    )  # fmt: skip
