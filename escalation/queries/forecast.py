"""Reads for the forecast: the queue as it stands now, and as it stood on days long known."""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Team
from escalation.queries.crew import crew, end_of_day
from escalation.queries.handling import times
from escalation.rules.forecast import Crew, Kind, Situation, Waiting
from escalation.rules.handling import Times
from sla.choices import Metric
from sla.engine import ClockState
from sla.engine.instants import seconds_of
from sla.queries import Policy, policy
from tickets import queries
from tickets.choices import OPEN, Status
from tickets.models import Hold, Ticket

MOST = 5000  # tickets that are replayed at most: the first to be due
KINDS = {
    Metric.FIRST_RESPONSE: Kind.ANSWER, Metric.NEXT_REPLY: Kind.ANSWER,
    Metric.ACCEPTANCE: Kind.ANSWER, Metric.RESOLUTION: Kind.SOLVE,
    Metric.TEAM_RESOLUTION: Kind.SOLVE, Metric.SUPPLIER: Kind.WAIT,
}  # fmt: skip


def situation(*, at: datetime) -> Situation:
    """Return the queue of all teams now and who works on it until the end of the day.

    A fixed number of statements; of more than MOST tickets the first to be due are read.
    """
    rules = policy()
    teams = list(Team.objects.active().values_list("pk", flat=True))
    until = end_of_day(rules, teams, at=at)
    holds: dict[int, list[Hold]] = {}
    tickets = list(_due(until)[:MOST])
    for hold in Hold.objects.filter(ticket__in=[t.pk for t in tickets]).order_by("started_at"):
        holds.setdefault(hold.ticket_id, []).append(hold)
    found = (waiting(t, holds.get(t.pk, ()), rules, at=at, until=until) for t in tickets)
    return arranged(
        [one for one in found if one.promises or one.is_late],
        crew(rules, at=at, until=until), times(rules, at=at), at=at, until=until,
    )  # fmt: skip


def arranged(
    tickets: Sequence[Waiting], people: Crew, known: Times, *, at: datetime, until: datetime
) -> Situation:
    """Return a situation whose handling times are those of each team, however few it solved."""
    spans, teams = known.spans(), known.of_teams()
    pairs = {(one.team, one.category) for one in tickets}
    return Situation(
        at=seconds_of(at),
        until=seconds_of(until),
        tickets=tickets,
        crew=people,
        times={
            (team, category): spans.get((team, category)) or teams.get(team) or known.otherwise
            for team, category in pairs
        },
        otherwise=known.otherwise,
    )


def waiting(
    ticket: Ticket, holds: Sequence[Hold], rules: Policy, *, at: datetime, until: datetime
) -> Waiting:
    """Return an open ticket as the forecast sees it: what is to be kept by `until`."""
    return seen(ticket, holds, dues(ticket, holds, rules, at=at), at=at, until=until)


class Due(NamedTuple):
    """A promise that runs, or will when the hold ends; is_late: its time is up at the look."""

    kind: Kind
    at: int
    is_late: bool


def seen(
    ticket: Ticket,
    holds: Sequence[Hold],
    promised: Iterable[Due],
    *,
    at: datetime,
    until: datetime,
) -> Waiting:
    """Return an open ticket as the forecast sees it, by the promises that were read off it."""
    earliest: dict[Kind, int] = {}
    is_late, end = False, seconds_of(until)
    for due in promised:
        is_late = is_late or due.is_late
        if due.at <= end:
            earliest[due.kind] = min(earliest.get(due.kind, due.at), due.at)
    ends = free_at(ticket, holds, at=at)
    return Waiting(
        ticket=ticket.pk,
        team=ticket.team_id,
        category=ticket.category_id,
        assignee=ticket.assignee_id,
        is_late=is_late,
        free_at=None if ends is None else seconds_of(ends),
        promises=tuple(sorted(earliest.items())),
    )


def dues(ticket: Ticket, holds: Sequence[Hold], rules: Policy, *, at: datetime) -> list[Due]:
    """Return what runs at an instant, or will run when the hold ends: by replay, no statement."""
    ends, found = free_at(ticket, holds, at=at), []
    for run in queries.runs(ticket, holds, rules).values():
        reading = queries.read(run, ticket, holds, since=run.started_at, at=at)
        is_late = reading.state == ClockState.BREACHED
        if reading.state == ClockState.PAUSED and ends is not None:
            over = [_ended(hold, ends) for hold in holds]
            reading = queries.read(run, ticket, over, since=run.started_at, at=ends)
        if reading.due_at is not None and reading.state in _RUNNING:
            kind = KINDS[Metric(run.promise.metric)]
            found.append(Due(kind, seconds_of(reading.due_at), is_late))
    return found


def free_at(ticket: Ticket, holds: Sequence[Hold], *, at: datetime) -> datetime | None:
    """Return from when on a ticket can be worked on: when its hold ends, as far as is known.

    It wakes, or a date was promised; None: neither. A date that has passed is now.
    """
    if ticket.status != Status.ON_HOLD:
        return at
    hold = next((h for h in holds if h.ended_at is None), None)
    ends = None if hold is None else hold.wake_at or hold.until
    return None if ends is None else max(ends, at)


_RUNNING = frozenset({ClockState.RUNNING, ClockState.BREACHED})


def _ended(hold: Hold, at: datetime) -> Hold:
    if hold.ended_at is not None:
        return hold
    over = copy(hold)
    over.ended_at = at
    return over


def _due(until: datetime) -> QuerySet[Ticket]:
    """What is or will be due by then; what is on hold may be, when its hold is over by then."""
    waking = Hold.objects.filter(
        Q(wake_at__lte=until) | Q(wake_at__isnull=True, until__lte=until), ended_at__isnull=True
    )
    soon = Ticket.objects.open().filter(due_order__lte=until).order_by("due_order", "id")
    keys = soon.values("pk")[:MOST].union(
        Ticket.objects.filter(status__in=OPEN, pk__in=waking.values("ticket")).values("pk")
    )
    found = Ticket.objects.filter(pk__in=keys).select_related("category")
    return found.order_by("due_order", "id")
