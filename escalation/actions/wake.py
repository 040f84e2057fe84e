"""Holds that end by themselves: their promised date has come, or they took as long as they may.

As the sweep of steps: one transaction claims a batch, others' rows are passed over, and the
tickets' own funnel writes status, clocks, event and messages set-based.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from common import clock
from common.origin import Origin
from escalation import notices
from escalation.actions.batches import batch_by_batch
from escalation.actions.sweep import BATCH
from escalation.queries import Routing, routing
from notifications.actions import NewMessage
from sla.queries import Policy, policy
from tickets.actions import BatchChange, Change, change_batch
from tickets.actions.claims import claim_to_wake
from tickets.actions.holds import woken_by
from tickets.choices import Status, WokenBy
from tickets.models import Hold
from tickets.queries import Lot


def wake(*, limit: int = BATCH, at: datetime | None = None, ticket_id: int | None = None) -> int:
    """End one batch of holds whose instant has come; return how many tickets go on.

    Each hold ends at its own instant, however late it is looked at: clocks read the same.
    at: only for tests, replay and demo data. ticket_id: look at this ticket alone.
    """
    with transaction.atomic():
        claimed = claim_to_wake(limit, at=at, ticket_id=ticket_id)
        if not claimed:
            return 0
        # After the claim: no change of these tickets is later than what is written now.
        origin = Origin.of_system(trace="sweep", at=at or clock.now())
        rules = policy()
        due = [(one, hold) for one in claimed for hold in _due(one, origin.moment)]
        if not due:
            return 0
        ways = routing(category_ids=set(), rules=rules, at=origin.moment)
        changes = [_change(one, hold, rules, ways) for one, hold in due]
        change_batch(changes, rules=rules, origin=origin)
    return len(due)


def wake_all(*, at: datetime | None = None, most: int = 40) -> int:
    """Wake batch after batch until no hold is due; return the tickets that go on."""

    def due() -> Iterable[int]:
        holds = Hold.objects.to_wake(at=at or clock.now()).order_by("wake_at")
        return holds.values_list("ticket_id", flat=True)[:BATCH]

    return batch_by_batch(partial(wake, at=at), partial(wake, at=at), due, most=most, done="woken")


def _due(claimed: Lot, at: datetime) -> list[Hold]:
    """The hold to end, read after the lock: somebody may have ended or prolonged it meanwhile."""
    return [
        hold
        for hold in claimed.holds
        if hold.ended_at is None
        and hold.wake_at is not None
        and hold.wake_at <= at
        and claimed.ticket.status == Status.ON_HOLD
    ]


def _change(one: Lot, hold: Hold, rules: Policy, ways: Routing) -> BatchChange:
    by = woken_by(hold)
    return BatchChange(
        ticket=one.ticket,
        change=Change(status=Status.IN_PROGRESS, woken_by=by),
        verb="ticket.resumed",
        extra={"hold": [hold.reason, None], "woken_by": [None, by.value]},
        messages=_messages(one, hold, by, rules, ways),
        is_quiet=True,
        clocks=one.clocks,
        holds=one.holds,
    )


def _messages(
    one: Lot, hold: Hold, by: WokenBy, rules: Policy, ways: Routing
) -> tuple[NewMessage, ...]:
    """Tell the assignee and who stands in for them, else the team on duty, else its lead."""
    ticket = one.ticket
    readers = (
        ways.with_substitute(ticket.assignee, ticket, ways.at)
        if ticket.assignee
        else ways.hearers(ticket, ticket.team_id)
    )
    return tuple(notices.of_waking(ticket, hold, rules.reason(hold.reason), by, readers))
