"""What a ticket tells the service-level engine, and what the engine says of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from accounts.models import Person
from catalog.models import Category
from sla import engine
from sla.choices import Metric
from sla.queries import Policy, Promise, policy
from sla.rules import Facts
from tickets.choices import HoldReason, Status
from tickets.models import Clock, Hold, Ticket
from tickets.queries.lookups import priority_for


def facts(ticket: Ticket) -> Facts:
    """Return what an agreement may look at, of this ticket."""
    return Facts(
        kind=ticket.kind,
        priority=ticket.priority,
        category=ticket.category_id,
        service=ticket.category.service_id,
        organisation=ticket.organisation_id,
        site=ticket.site_id,
        team=ticket.team_id,
        vip=ticket.is_vip,
    )


def promises(ticket: Ticket, rules: Policy) -> dict[str, Promise]:
    """Return what the ticket is promised now, by metric."""
    found = rules.promises(facts(ticket), at=ticket.opened_at)
    return {promise.metric: promise for promise in found}


def timeline(
    promise: Promise, ticket: Ticket, holds: Sequence[Hold], *, since: datetime
) -> engine.Timeline:
    """Return what the engine replays: start, the holds that count for this promise, the end."""
    pausing = promise.pause_reasons | {HoldReason.RESOLVED}
    first = promise.metric == Metric.FIRST_RESPONSE
    return engine.Timeline(
        started_at=ticket.opened_at,
        pauses=tuple((h.started_at, h.ended_at) for h in holds if h.reason in pausing),
        stopped_at=ticket.responded_at if first else ticket.resolved_at,
        cancelled_at=ticket.ended_at if ticket.status == Status.CANCELLED else None,
        terms_since=since,
    )


def read(
    promise: Promise, ticket: Ticket, holds: Sequence[Hold], *, since: datetime, at: datetime
) -> engine.Reading:
    """Return the engine's reading of one promise of a ticket at `at`."""
    return _evaluated(promise.terms, timeline(promise, ticket, holds, since=since), at)


# The sweep asks the same twice: before it decides, and when it stores what it decided.
_evaluated = lru_cache(maxsize=2048)(engine.evaluate)


def explain(ticket: Ticket, clock: Clock, *, at: datetime) -> list[engine.Segment]:
    """Return the pieces of time that make up a clock's reading: counted, closed, on hold."""
    promise = promises(ticket, policy()).get(clock.metric)
    if promise is None:
        return []
    holds = list(ticket.holds.order_by("started_at"))
    line = timeline(promise, ticket, holds, since=clock.terms_since)
    return engine.explain(promise.terms, line, at)


def promise_for(
    category: Category, requester: Person | None, *, impact: str, urgency: str, at: datetime
) -> tuple[int, dict[str, datetime]]:
    """Return the priority and the due instants, by metric, of a ticket opened at `at`.

    It is what `open_ticket` would store; a metric without a target, or never due, is missing.
    """
    ticket = Ticket(
        kind=category.kind,
        priority=priority_for(impact, urgency),
        category=category,
        team=category.team,
        organisation_id=requester.organisation_id if requester else None,
        site_id=requester.site_id if requester else None,
        is_vip=requester.is_vip if requester else False,
        opened_at=at,
    )
    found = {
        metric: read(promise, ticket, (), since=at, at=at).due_at
        for metric, promise in promises(ticket, policy()).items()
    }
    return ticket.priority, {metric: due for metric, due in found.items() if due is not None}
