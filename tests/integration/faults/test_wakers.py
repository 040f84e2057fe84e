"""Holds that end by themselves while sweepers run together and fall: each once, none lost."""

from datetime import timedelta

import pytest

from audit.models import Event
from common import clock
from escalation import actions as escalation
from notifications.models import Message
from tests.factories import origin_of
from tests.integration.faults import checks, desk
from tests.stack import wait_until
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Hold

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NUMBER, LIMIT = 30, 7
MINUTE = timedelta(minutes=1)


def asleep(world, number):
    """Put tickets on hold whose promised date has just come."""
    now = clock.now()
    for n in range(number):
        new = actions.NewTicket(
            title=f"Hold {n}", requester=world.sylvie, channel="portal", category=world.vpn
        )
        opened = actions.open_ticket(new, origin=origin_of(world.sylvie, now - 2 * MINUTE))
        actions.take(opened.pk, origin=origin_of(world.nadia, now - 2 * MINUTE))
        actions.hold(
            opened.pk, reason=HoldReason.SCHEDULED, until=now - timedelta(seconds=n),
            origin=origin_of(world.nadia, now - MINUTE),
        )  # fmt: skip


def due():
    return Hold.objects.to_wake(at=clock.now()).count()


def wake_until_done(limit):
    while due():
        escalation.wake(limit=limit)


def fall(point, count):
    """Die at the n-th passage of a named point of the product's own code."""
    from common import faults

    faults._name, faults._left = point, count
    wake_until_done(LIMIT)


def assert_each_once(number):
    assert Event.objects.filter(verb="ticket.resumed").count() == number
    assert Message.objects.filter(template="ticket_woken").count() == number
    for hold in Hold.objects.all():
        assert (hold.woken_by, hold.ended_at) == ("date", hold.until)
    assert checks.findings() == {}


@pytest.mark.parametrize(
    ("point", "count", "done"),
    [
        ("after-claim", 1, 0),
        ("before-commit", 2, LIMIT),
        ("after-commit-before-enqueue", 1, LIMIT),
    ],
)
def test_a_sweeper_that_falls_leaves_whole_batches_of_holds(world, point, count, done):
    asleep(world, NUMBER)

    fallen = desk.forked(fall, point, count)
    fallen.join(30)

    assert fallen.exitcode == 137
    assert Event.objects.filter(verb="ticket.resumed").count() == done
    assert checks.findings(settled=False) == {}
    escalation.sweep_all()
    assert_each_once(NUMBER)


def test_three_sweepers_at_once_wake_each_hold_once(world):
    asleep(world, 60)

    running = [desk.forked(wake_until_done, 3) for _ in range(3)]
    try:
        wait_until(lambda: not due(), seconds=60)
    finally:
        for process in running:
            process.join(20)
            desk.kill(process)

    assert_each_once(60)


def test_the_real_sweeper_wakes_a_hold_within_seconds_of_its_date(world, processes):
    asleep(world, 1)
    processes.start("sweeper", "worker", "beat")

    wait_until(lambda: not due(), seconds=30)

    assert_each_once(1)
