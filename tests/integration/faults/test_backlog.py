"""A thousand tickets due while nobody swept; and how long one ticket waits when all is well."""

import statistics
import time
from datetime import timedelta

import pytest

from audit.models import Event
from common import clock
from escalation.models import Firing
from notifications.models import Message
from tests.integration.faults import checks, desk
from tests.stack import Processes, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_thousand_due_during_an_outage_are_caught_up_in_order_each_once(
    world, processes: Processes, record_property
):
    desk.overdue_tickets(world, 1_000)
    processes.start("sweeper", "beat")

    began = time.monotonic()
    wait_until(lambda: checks.escalated() == 1_000, seconds=60)
    record_property("seconds for 1,000", round(time.monotonic() - began, 2))

    assert checks.findings() == {}
    moved = Event.objects.filter(verb="ticket.escalated").order_by("pk")
    order = list(moved.values_list("subject_id", flat=True))
    due = dict(
        Firing.objects.filter(milestone="breach_hand_over").values_list(
            "clock__ticket_id", "due_at"
        )
    )
    assert [due[pk] for pk in order] == sorted(due.values())


def test_a_ticket_is_at_level_two_soon_after_its_deadline(
    world, processes: Processes, record_property
):
    tickets = desk.fall_due(
        world, 20, start=clock.now() + timedelta(seconds=6), within=timedelta(seconds=10)
    )
    processes.start("sweeper", "worker", "beat")
    seen: dict[int, float] = {}

    def all_seen() -> bool:
        now = clock.now()
        for event in Event.objects.filter(verb="ticket.escalated").exclude(subject_id__in=seen):
            seen[event.subject_id] = now
        return len(seen) == len(tickets)

    wait_until(all_seen, seconds=60)

    due = dict(
        Firing.objects.filter(milestone="breach_hand_over").values_list(
            "clock__ticket_id", "due_at"
        )
    )
    waits = [(seen[pk] - due[pk]).total_seconds() for pk in seen]
    record_property("seconds, median", round(statistics.median(waits), 3))
    record_property("seconds, longest", round(max(waits), 3))
    wait_until(
        lambda: not Message.objects.filter(status__in=["pending", "sending"]).exists(), seconds=60
    )
    assert checks.findings() == {}
    assert min(waits) >= 0
