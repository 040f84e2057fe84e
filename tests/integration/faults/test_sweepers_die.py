"""Sweepers killed in the middle of their work: each step is whole or not there, and once."""

import random
import time
from datetime import timedelta

import pytest

from common import clock
from escalation import actions as escalation
from notifications.models import Message
from tests.integration.faults import checks, desk
from tests.stack import Processes, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NUMBER, LIMIT = 30, 7


def fall(point: str, count: int) -> None:
    """Die at the n-th passage of a named point of the product's own code."""
    from common import faults

    faults._name, faults._left = point, count
    desk.sweep_until_done(LIMIT)


@pytest.mark.parametrize(
    ("point", "count", "done"),
    [
        ("after-claim", 1, 0),
        ("before-commit", 1, 0),
        ("before-commit", 3, 2 * LIMIT),
        ("after-commit-before-enqueue", 1, LIMIT),
        ("after-enqueue", 1, LIMIT),
    ],
)
def test_a_sweeper_that_falls_at_a_point_leaves_whole_batches(world, point, count, done):
    desk.overdue_tickets(world, NUMBER)

    fallen = desk.forked(fall, point, count)
    fallen.join(30)

    assert fallen.exitcode == 137
    assert checks.escalated() == done
    assert checks.findings(settled=False) == {}
    escalation.sweep_all()
    assert checks.escalated() == NUMBER
    assert checks.findings() == {}


def test_many_kills_at_random_moments_neither_double_nor_lose_a_step(world, record_property):
    desk.overdue_tickets(world, 400)
    dice, kills = random.Random(17), 0

    with desk.sweepers(4, limit=5) as running:
        deadline = time.monotonic() + 30
        while checks.overdue() and time.monotonic() < deadline:
            time.sleep(dice.uniform(0.02, 0.12))
            kills += desk.kill_and_replace(running, dice, limit=5)
    escalation.sweep_all()

    record_property("sweepers killed at work", kills)
    assert kills >= 5
    assert checks.escalated() == 400
    assert checks.findings() == {}


def test_the_real_sweeper_killed_with_nine_again_and_again(world, processes: Processes):
    desk.fall_due(world, 120, start=clock.now(), within=timedelta(seconds=12))
    processes.start("sweeper", "worker", "beat")

    for pause in (0.4, 1.1, 0.7):
        time.sleep(pause)
        processes.kill("sweeper")
        assert checks.findings(settled=False) == {}
        processes.start("sweeper")

    wait_until(lambda: checks.escalated() == 120, seconds=60)
    wait_until(
        lambda: not Message.objects.filter(status__in=["pending", "sending"]).exists(), seconds=60
    )
    assert checks.findings() == {}
