"""One ticket: its conversation and its clocks."""

from django.db.models import QuerySet

from sla.choices import OF_CUSTOMERS, ClockState, Metric
from tickets.choices import PUBLIC
from tickets.models import Clock, Entry, Ticket


def entries(ticket: Ticket, *, internal: bool) -> QuerySet[Entry]:
    """Return the conversation, oldest first; only its public side unless `internal`."""
    found = Entry.objects.filter(ticket=ticket).select_related("author").order_by("id")
    return found if internal else found.filter(kind__in=PUBLIC)


def clocks_of(ticket: Ticket, *, internal: bool) -> list[Clock]:
    """Return the last run of each clock of a ticket that was not cancelled, response first.

    internal: also what is promised between teams and by suppliers.
    """
    found = Clock.objects.filter(ticket=ticket).exclude(state=ClockState.CANCELLED)
    if not internal:
        found = found.filter(metric__in=OF_CUSTOMERS)
    last = {clock.metric: clock for clock in found.order_by("run")}
    return [last[metric] for metric in Metric if metric in last]
