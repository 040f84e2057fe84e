"""A ticket that was held and woken, at whatever dates, reads the same by replay."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation import actions as escalation
from setup.replay import differences
from sla import actions as sla
from sla.queries import calendar_object
from tests.factories import World, origin_of, system
from tests.moments import MONDAY_9
from tests.property.brute import Brute
from tests.property.engine_cases import examples
from tickets import actions
from tickets.models import Clock, Hold

MINUTE = timedelta(minutes=1)
FIRST = MONDAY_9.replace(hour=0) - timedelta(days=1)


@st.composite
def waits(draw):
    """Minutes between, a length of the hold, and how late the sweep looks: all at any time."""
    reasons = ["scheduled", "requester", "problem"]  # the last one stops no clock
    return [
        (
            draw(st.sampled_from(reasons)),
            draw(st.integers(1, 2_000)),
            draw(st.integers(1, 6_000)),
            draw(st.sampled_from([0, 1, 59, 3_000])),
        )
        for _hold in range(draw(st.integers(1, 3)))
    ]


@pytest.mark.django_db
def test_clocks_after_any_holds_are_those_of_a_count_by_hand(world: World, new_ticket) -> None:
    sla.save_reason("problem", values={"max_seconds": 7_200}, origin=system())
    by_hand = Brute(calendar_object(world.office), FIRST, 90)

    @settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
    @given(holds=waits())
    def law(holds) -> None:
        with transaction.atomic():
            ticket, at = new_ticket(), MONDAY_9
            for reason, gap, length, late in holds:
                at += gap * MINUTE
                until = at + length * MINUTE
                actions.hold(
                    ticket.pk, reason=reason, until=until, origin=origin_of(world.nadia, at)
                )
                hold = Hold.objects.get(ticket=ticket, ended_at=None)
                at = hold.wake_at + late * MINUTE
                assert escalation.wake(at=hold.wake_at - timedelta(seconds=1)) == 0
                assert escalation.wake(at=at) == 1
                hold.refresh_from_db()
                assert hold.ended_at == hold.wake_at <= until
            clock = Clock.objects.get(ticket=ticket, metric="resolution")
            pauses = [
                (h.started_at, h.ended_at)
                for h in Hold.objects.filter(ticket=ticket, reason__in=["scheduled", "requester"])
            ]
            assert clock.due_at == by_hand.due(MONDAY_9, 8 * 3600, pauses)
            assert list(differences(now=at, sample=5)) == []
            transaction.set_rollback(True)

    law()
