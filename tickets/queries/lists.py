"""Lists of tickets: rows with their chips, keyset pages, counters."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from common import paging
from sla.choices import ENDED, OF_CUSTOMERS, TICKING, ClockState
from sla.engine import BusinessCalendar, Countdown
from sla.queries import REVISION, policy_of
from tickets.models import Clock, Ticket

PAGE = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """What an SLA chip shows: one clock, as the row's reader needs it.

    hours: what it counts by while it runs. A row holds them, and no reading of a moment, so
    that it is the same for as long as nobody changes it.
    """

    metric: str
    state: str
    due_at: datetime | None
    at_risk_at: datetime | None
    stopped_at: datetime | None
    hours: BusinessCalendar | None

    def left(self, at: datetime) -> Countdown | None:
        """Return the working time left at an instant; None when no time runs out."""
        if self.hours is None or self.due_at is None:
            return None
        return Countdown.of(self.hours, self.due_at, at)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list of tickets."""

    id: int
    number: str
    title: str
    kind: str
    status: str
    priority: int
    level: int
    is_vip: bool
    requester: str
    assignee: str
    team: str
    site: str
    opened_at: datetime
    updated_at: datetime
    due_order: datetime
    chip: Chip | None


def rows(
    tickets: QuerySet[Ticket], *, order: str = "due", after: str = "", size: int = PAGE,
    internal: bool = True,
) -> paging.Page[Row]:  # fmt: skip
    """Return one page of a list: two statements, whatever its size.

    order: "due" (earliest due first) or "newest". after: the cursor of the page before.
    internal: chips also of what is promised between teams and by suppliers.
    """
    key = paging.decode(after) if after else None
    found = list(keyset(tickets, order=order, key=key).values_list(*_COLUMNS)[: size + 1])
    chips = chips_of([row[0] for row in found[:size]], internal=internal)
    lines = [_row(row, chips.get(row[0])) for row in found[:size]]
    last = lines[-1] if lines else None
    cursor = None
    if len(found) > size and last is not None:
        moment = last.due_order if order == "due" else last.opened_at
        cursor = paging.encode((moment, last.id))
    return paging.Page(rows=lines, next=cursor, is_first=key is None)


def keyset(tickets: QuerySet[Ticket], *, order: str, key: paging.Key | None) -> QuerySet[Ticket]:
    """Return the tickets in order, from the one after `key` on (None: from the first)."""
    by_due = order == "due"
    field, sign = ("due_order", "") if by_due else ("opened_at", "-")
    if key is not None:
        # A comparison of rows is one range of the index; a chain of OR is not.
        beyond = TupleGreaterThan if by_due else TupleLessThan
        tickets = tickets.filter(beyond(Tuple(F(field), F("id")), key))
    return tickets.order_by(f"{sign}{field}", f"{sign}id")


def chips_of(ticket_ids: Collection[int], *, internal: bool = True) -> dict[int, Chip]:
    """Return for each ticket the chip of the clock that matters most to its reader."""
    best: dict[int, tuple[tuple[int, datetime | None], Chip]] = {}
    clocks = Clock.objects.filter(ticket_id__in=ticket_ids)
    if not internal:
        clocks = clocks.filter(metric__in=OF_CUSTOMERS)
    found = clocks.values_list(
        "ticket_id", "started_at", "calendar_id", REVISION,
        "metric", "state", "due_at", "at_risk_at", "stopped_at",
    )  # fmt: skip
    for ticket_id, started_at, calendar, revision, metric, state, due_at, risk_at, stop in found:
        rank = (_CHIP_ORDER[ClockState(state)], due_at or started_at)
        if metric == "first_response" and state in ENDED:
            continue
        if ticket_id not in best or rank < best[ticket_id][0]:
            hours = policy_of(revision).calendars[calendar] if state in TICKING else None
            best[ticket_id] = (rank, Chip(metric, state, due_at, risk_at, stop, hours))
    return {ticket_id: chip for ticket_id, (_rank, chip) in best.items()}


_COLUMNS = (
    "id", "number", "title", "kind", "status", "priority", "level", "is_vip",
    "requester__given_name", "requester__family_name",
    "assignee__given_name", "assignee__family_name",
    "team__name", "site__name", "opened_at", "updated_at", "due_order",
)  # fmt: skip
_CHIP_ORDER = {
    ClockState.BREACHED: 0, ClockState.RUNNING: 0, ClockState.PAUSED: 1,
    ClockState.MISSED: 2, ClockState.MET: 3, ClockState.CANCELLED: 4,
}  # fmt: skip


def _row(values: tuple[Any, ...], chip: Chip | None) -> Row:
    given, family, a_given, a_family = values[8:12]
    return Row(
        id=values[0],
        number=values[1],
        title=values[2],
        kind=values[3],
        status=values[4],
        priority=values[5],
        level=values[6],
        is_vip=values[7],
        requester=f"{family} {given}".strip(),
        assignee=f"{a_given or ''} {a_family or ''}".strip(),
        team=values[12],
        site=values[13] or "",
        opened_at=values[14],
        updated_at=values[15],
        due_order=values[16],
        chip=chip,
    )
