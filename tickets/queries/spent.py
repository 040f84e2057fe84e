"""Where the life of a ticket went, read off its history."""

from collections.abc import Sequence
from datetime import datetime

from audit.models import Event
from sla.choices import Metric
from sla.engine import BusinessCalendar
from sla.queries import Policy
from tickets.models import Clock, Ticket
from tickets.queries.life import Stage, life
from tickets.rules import Stretch, Sum, spent


def time_spent(
    ticket: Ticket, events: Sequence[Event], clocks: Sequence[Clock], *, rules: Policy,
    at: datetime,
) -> Sequence[Sum]:  # fmt: skip
    """Return the seconds of a ticket at each level, waiting and with nobody, to its end or `at`.

    Open seconds are those of the calendar of its fix, else of its site. events: all of them,
    in their order; no statement is made.
    """
    # What a hold row adds to its event is of no interest here, nor is a category.
    stages = life(ticket, events, (), {})
    hours = _hours(ticket, clocks, rules)
    if hours is None:
        return spent(stretches(ticket, stages, at=at), lambda _start, _end: 0)
    return spent(stretches(ticket, stages, at=at), hours.measure)


def stretches(ticket: Ticket, stages: Sequence[Stage], *, at: datetime) -> list[Stretch]:
    """Return the life of a ticket without a gap, from its opening to its end or `at`."""
    ends = [*(stage.at for stage in stages[1:]), max(ticket.ended_at or at, ticket.opened_at)]
    return [
        Stretch(
            start=stage.at,
            end=min(end, ends[-1]),
            status=stage.ticket.status,
            level=stage.ticket.level,
            has_assignee=stage.ticket.assignee_id is not None,
            reason=stage.hold.reason if stage.hold else "",
        )
        for stage, end in zip(stages, ends, strict=False)
        if stage.at < min(end, ends[-1])
    ]


def _hours(ticket: Ticket, clocks: Sequence[Clock], rules: Policy) -> BusinessCalendar | None:
    of_fix = [c.calendar_id for c in clocks if c.metric == Metric.RESOLUTION]
    return rules.calendars.get(of_fix[-1]) if of_fix else rules.hours_of_site(ticket.site_id)
