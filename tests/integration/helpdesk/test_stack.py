"""The fixtures that other tests build on work: real processes, servers one may break."""

import time

import pytest
import redis
from django.contrib.sessions.models import Session
from django.utils import timezone

from helpdesk import heartbeat
from tests.stack import wait_until

SWEEP = "escalation.tasks.sweep"

pytestmark = pytest.mark.slow


def age() -> float:
    """Return the seconds since the last sweep; infinity before the first."""
    noted = heartbeat.age(SWEEP)
    return float("inf") if noted is None else noted


def test_beat_and_sweeper_sweep_every_second(live_stack):
    wait_until(lambda: age() < 60)

    ages = []
    for _ in range(30):
        ages.append(age())
        time.sleep(0.1)

    assert max(ages) < 2.5


def test_the_sweep_goes_on_after_its_worker_was_killed(live_stack):
    wait_until(lambda: age() < 60)

    live_stack.kill("sweeper")
    wait_until(lambda: age() > 2)
    live_stack.start("sweeper")

    wait_until(lambda: age() < 1.5)


def test_a_real_web_server_serves_the_test_database(live_web, page):
    page.goto(f"{live_web}/livez")

    assert page.text_content("body") == "alive"


def test_a_test_may_break_its_own_servers(own_stack):
    own_stack.start("sweeper", "beat")
    with redis.Redis.from_url(own_stack.redis.url) as client:
        wait_until(lambda: client.get("heartbeat:" + SWEEP))
    Session.objects.create(session_key="k", session_data="", expire_date=timezone.now())

    own_stack.redis.stop(at_once=True)
    own_stack.postgres.stop(at_once=True)
    time.sleep(3)
    own_stack.postgres.start()
    own_stack.redis.start()
    with redis.Redis.from_url(own_stack.redis.url) as client:
        client.flushall()

        wait_until(lambda: client.get("heartbeat:" + SWEEP), seconds=60)
    from django.db import connection

    connection.close()
    assert Session.objects.count() == 1
