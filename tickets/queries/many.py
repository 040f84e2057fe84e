"""Many tickets as the engine needs them, and no column more."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from catalog.models import Category
from tickets.models import Clock, Hold, Ticket

_TICKET = (
    "number", "version", "updated_at", "kind", "status", "priority", "category_id",
    "organisation_id", "site_id", "team_id",
    "is_vip", "level", "opened_at", "responded_at", "resolved_at", "ended_at", "reopen_count",
    "agreed_at", "team_since", "accepted_at", "awaiting_since", "next_due_at",
)  # fmt: skip
_HOLD = ("ticket_id", "reason", "supplier_id", "started_at", "ended_at")


@dataclass(frozen=True, slots=True)
class Lot:
    """A ticket with its clocks and its holds, in order."""

    ticket: Ticket
    clocks: list[Clock]
    holds: list[Hold]


def read_many(ids: Collection[int]) -> list[Lot]:
    """Return tickets to be replayed in memory, by ascending key; four statements.

    Locks nothing: whoever is to write them has locked them before.
    """
    tickets = list(Ticket.objects.filter(pk__in=ids).order_by("pk").only(*_TICKET))
    categories = Category.objects.only("service_id").in_bulk({t.category_id for t in tickets})
    clocks, holds = defaultdict[int, list[Clock]](list), defaultdict[int, list[Hold]](list)
    for clock in Clock.objects.filter(ticket_id__in=ids).order_by("pk"):
        clocks[clock.ticket_id].append(clock)
    for hold in Hold.objects.filter(ticket_id__in=ids).order_by("started_at").only(*_HOLD):
        holds[hold.ticket_id].append(hold)
    for ticket in tickets:
        ticket.category = categories[ticket.category_id]
    return [Lot(ticket, clocks[ticket.pk], holds[ticket.pk]) for ticket in tickets]
