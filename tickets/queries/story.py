"""One ticket: its conversation and its clocks."""

from django.db.models import QuerySet

from sla.choices import ClockState
from tickets.choices import PUBLIC
from tickets.models import Clock, Entry, Ticket


def entries(ticket: Ticket, *, internal: bool) -> QuerySet[Entry]:
    """Return the conversation, oldest first; only its public side unless `internal`."""
    found = Entry.objects.filter(ticket=ticket).select_related("author").order_by("id")
    return found if internal else found.filter(kind__in=PUBLIC)


def clocks_of(ticket: Ticket) -> list[Clock]:
    """Return the clocks of a ticket that were not cancelled, response first."""
    found = Clock.objects.filter(ticket=ticket).exclude(state=ClockState.CANCELLED)
    return list(found.order_by("metric"))
