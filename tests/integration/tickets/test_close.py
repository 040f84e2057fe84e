"""Closing by itself: only what is still resolved, and for long enough."""

from datetime import timedelta

import pytest

from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions, tasks
from tickets.errors import MoveNotPossible


@pytest.fixture
def resolved(world, new_ticket):
    ticket = new_ticket()
    actions.resolve(ticket.pk, resolution="x", origin=origin_of(world.beat, MONDAY_9))
    return ticket


def test_what_was_resolved_long_ago_is_closed(resolved):
    assert tasks.close_resolved_tickets() == 1

    resolved.refresh_from_db()
    assert resolved.status == "closed"


def test_what_was_solved_anew_meanwhile_stays_resolved(world, resolved):
    later = MONDAY_9 + timedelta(days=20)
    actions.reopen(resolved.pk, origin=origin_of(world.sylvie, later))
    actions.resolve(resolved.pk, resolution="y", origin=origin_of(world.beat, later))

    with pytest.raises(MoveNotPossible):
        actions.close(
            resolved.pk, origin=origin_of(None), resolved_before=MONDAY_9 + timedelta(days=14)
        )

    resolved.refresh_from_db()
    assert resolved.status == "resolved"
