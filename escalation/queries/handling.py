"""Reads of how long tickets take: what was learnt last night, or the history itself."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from escalation.models import HandlingTime
from escalation.rules.forecast import Span
from escalation.rules.handling import InHand, Measured, Solved, Times, learn, shares
from sla.engine.instants import seconds_of
from sla.queries import Policy
from tickets.choices import Status
from tickets.models import Ticket
from tickets.queries.past import Life, lives

DAYS = 90
MOST = 5000  # solved tickets that are looked at, the newest; as many open ones beside them
AT_ONCE = 1000  # of them where somebody waits for the page
_WORKED_ON = frozenset({Status.NEW, Status.IN_PROGRESS})


def times(rules: Policy, *, at: datetime) -> Times:
    """Return what was learnt last night; where nothing was yet, what the history says now."""
    rows = HandlingTime.objects.values_list(
        "team_id", "category_id", "tickets", "median_seconds", "p80_seconds"
    )
    by_category: dict[tuple[int, int], Measured] = {}
    by_team: dict[int, Measured] = {}
    for team, category, tickets, median, p80 in rows:
        found = Measured(tickets, Span(median, p80))
        if category is None:
            by_team[team] = found
        else:
            by_category[team, category] = found
    if by_team:
        return Times(by_category, by_team)
    return learn(solved(rules, until=at, most=AT_ONCE))


def learnt(rules: Policy, *, at: datetime) -> Times:
    """Return what the history of the last days says of how long tickets take."""
    return learn(solved(rules, until=at))


def solved(rules: Policy, *, until: datetime, days: int = DAYS, most: int = MOST) -> list[Solved]:
    """Return what each ticket took that was solved in the days before `until`."""
    since = until - timedelta(days=days)
    return solved_of(
        [*lives(_solved(since, until, most)), *lives(_in_hand(since, most))],
        rules,
        since=since,
        until=until,
    )


def solved_of(
    found: Iterable[Life], rules: Policy, *, since: datetime, until: datetime
) -> list[Solved]:
    """Return what the solved ones of these tickets took, by the team that solved them."""
    known = list(found)
    every = [one for life in known for one in _stays(life, since, until)]

    def open_seconds(team: int, start: int, end: int) -> int:
        hours = rules.on_duty_hours(team)
        return end - start if hours is None else hours.table.measure(start, end)

    got = shares(every, open_seconds)
    return [
        Solved(ticket.team_id, ticket.category_id, got[key], seconds_of(ticket.resolved_at))
        for ticket in (life.ticket for life in known)
        if ticket.resolved_at is not None
        and ticket.resolved_at <= until
        and (key := (ticket.pk, ticket.team_id)) in got
    ]


def _solved(since: datetime, until: datetime, most: int) -> QuerySet[Ticket]:
    newest = Ticket.objects.filter(resolved_at__gt=since, resolved_at__lte=until)
    keys = newest.order_by("-resolved_at").values_list("pk", flat=True)[:most]
    return Ticket.objects.filter(pk__in=list(keys))


def _in_hand(since: datetime, most: int) -> QuerySet[Ticket]:
    """What somebody has in hand still takes its share of their time."""
    newest = Ticket.objects.open().filter(assignee__isnull=False, updated_at__gt=since)
    keys = newest.order_by("-pk").values_list("pk", flat=True)[:most]
    return Ticket.objects.filter(pk__in=list(keys))


def _stays(life: Life, since: datetime, until: datetime) -> Iterator[InHand]:
    """Yield the times in which somebody had a ticket in hand and could work on it."""
    for stage in life.stages(until):
        start, end = max(stage.start, since), min(stage.end, until)
        if stage.assignee_id is not None and stage.status in _WORKED_ON and start < end:
            yield InHand(
                life.ticket.pk,
                stage.team_id,
                stage.assignee_id,
                seconds_of(start),
                seconds_of(end),
            )
