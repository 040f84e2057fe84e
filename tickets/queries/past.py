"""Tickets as they were: the row of today, with what the history says came later taken back."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from audit.models import Event
from catalog.models import Category
from tickets.choices import OPEN
from tickets.models import Hold, Ticket
from tickets.queries.life import TOLD, told_value
from tickets.queries.many import by_ticket

BATCH = 1000
_FIELDS = frozenset(TOLD) | {"team_since"}


class Stage(NamedTuple):
    """A time in which a ticket stood as it did, [start, end)."""

    start: datetime
    end: datetime
    status: str
    team_id: int
    assignee_id: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket with its holds and those of its changes, in order, that move it or its clocks."""

    ticket: Ticket
    holds: list[Hold]
    events: list[tuple[datetime, dict[str, Any]]]
    categories: dict[int, Category]

    def known(self, at: datetime) -> int:
        """Return how many of the changes had happened by an instant."""
        return bisect_right(self.events, at, key=lambda event: event[0])

    def as_of(self, at: datetime) -> Ticket | None:
        """Return the ticket as it stood at an instant; None: it was not open then."""
        if self.ticket.opened_at > at:
            return None
        found = copy(self.ticket)
        for _at, changes in reversed(self.events[self.known(at) :]):
            _take_back(found, changes)
        if found.status not in OPEN:
            return None
        if found.category_id != self.ticket.category_id:
            found.category = self.categories[found.category_id]
        return found

    def holds_of(self, at: datetime) -> list[Hold]:
        """Return the holds as they stood at an instant: what ended later had no end yet."""
        found = []
        for hold in self.holds:
            if hold.started_at <= at:
                then = copy(hold)
                then.ended_at = hold.ended_at if hold.ended_at and hold.ended_at <= at else None
                found.append(then)
        return found

    def stages(self, until: datetime) -> Iterator[Stage]:
        """Yield how it stood from its opening to `until`, the latest first."""
        found, end = copy(self.ticket), until
        for at, changes in reversed(self.events):
            yield Stage(at, end, found.status, found.team_id, found.assignee_id)
            _take_back(found, changes)
            end = at


def lives(tickets: QuerySet[Ticket], *, since: datetime | None = None) -> Iterator[Life]:
    """Yield tickets with their history from `since` on (None: all of it), in batches of keys.

    Two statements a batch and two for all.
    """
    categories = Category.objects.in_bulk()
    keys = list(tickets.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), BATCH):
        yield from _lives(keys[first : first + BATCH], since, categories)


def _lives(
    keys: Sequence[int], since: datetime | None, categories: dict[int, Category]
) -> Iterator[Life]:
    holds = by_ticket(Hold.objects.filter(ticket__in=keys).order_by("started_at"))
    events = defaultdict[int, list[tuple[datetime, dict[str, Any]]]](list)
    for key, at, changes in _changes(keys, since):
        events[key].append((at, changes))
    for ticket in Ticket.objects.filter(pk__in=keys).order_by("pk"):
        ticket.category = categories[ticket.category_id]
        yield Life(ticket, holds[ticket.pk], events[ticket.pk], categories)


def _changes(keys: Sequence[int], since: datetime | None) -> Iterator[tuple[int, datetime, Any]]:
    found = Event.objects.filter(
        subject_type="ticket", subject_id__in=keys, changes__has_any_keys=sorted(_FIELDS)
    )
    if since is not None:
        found = found.filter(at__gt=since)
    yield from found.order_by("subject_id", "seq").values_list("subject_id", "at", "changes")


def _take_back(ticket: Ticket, changes: dict[str, Any]) -> None:
    for name in changes.keys() & _FIELDS:
        setattr(ticket, name, told_value(name, changes[name][0]))
