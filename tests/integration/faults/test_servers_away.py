"""Redis and PostgreSQL away for a while, with the real processes: all is caught up, once."""

import shutil
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from audit.models import Event
from common import clock
from notifications.models import Message
from tests.factories import origin_of
from tests.integration.faults import checks, desk
from tests.stack import OwnStack, wait_until
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.slow

RECOVERY = 90  # seconds from the return of Redis until nothing is left to catch up


def outbox() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


def status_of(stack: OwnStack, path: str) -> int:
    address = f"http://127.0.0.1:{stack.environment['PORT']}{path}"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(("away", "comes_back"), [(15, "as it was"), (30, "empty")])
def test_redis_away_for_a_while_holds_up_and_loses_nothing(
    own_stack: OwnStack, away, comes_back, record_property
):
    world = desk.world_of_its_own()
    own_stack.start("sweeper", "worker", "beat", "web")
    desk.fall_due(world, 40, start=clock.now(), within=timedelta(seconds=away))
    wait_until(lambda: checks.escalated() > 0, seconds=30)

    own_stack.redis.stop()
    began = time.monotonic()
    late = desk.fall_due(world, 20, start=clock.now(), within=timedelta(seconds=5))
    solved = actions.resolve(late[0].pk, resolution="New profile.", origin=origin_of(world.nadia))
    answers = set()
    while time.monotonic() - began < away:
        answers.add(status_of(own_stack, "/auth/login/"))
        time.sleep(0.5)

    # People go on working, and a change costs them no waiting for the dead server.
    assert answers == {200}
    assert Ticket.objects.get(pk=solved.pk).status == "resolved"
    assert checks.findings(settled=False) == {}

    if comes_back == "empty":
        shutil.rmtree(own_stack.redis.root / "data")
    own_stack.redis.start()
    back = time.monotonic()
    wait_until(lambda: checks.overdue() == 0, seconds=RECOVERY)
    left = RECOVERY - (time.monotonic() - back)
    wait_until(lambda: not {"pending", "sending"} & set(outbox()), seconds=left)
    record_property("seconds until all was caught up", round(time.monotonic() - back, 1))
    # By themselves, and not because somebody started them anew.
    assert own_stack.ended() == []
    assert set(outbox()) == {"sent"}
    # The forty, and of the twenty those that were not solved in time.
    assert checks.escalated() in {59, 60}
    assert checks.findings() == {}


def test_postgresql_killed_during_the_sweep_comes_back_and_nothing_is_lost(own_stack: OwnStack):
    world = desk.world_of_its_own()
    desk.fall_due(
        world, 150, start=clock.now() + timedelta(seconds=1), within=timedelta(seconds=8)
    )
    own_stack.start("sweeper", "worker", "beat", "web")
    wait_until(lambda: checks.escalated() > 0, seconds=30)

    own_stack.postgres.stop(at_once=True)
    with pytest.raises(OperationalError), transaction.atomic():
        Ticket.objects.first()
    connection.close()
    assert status_of(own_stack, "/auth/login/") in {200, 503}
    assert status_of(own_stack, "/readyz") == 503
    time.sleep(5)
    own_stack.postgres.start()

    wait_until(lambda: checks.overdue() == 0 and checks.escalated() == 150, seconds=60)
    wait_until(lambda: "pending" not in outbox(), seconds=60)
    # What was on its way to the mail server as the database fell is not known to have left:
    # at most one a thread of the worker, never sent again by itself.
    assert set(outbox()) <= {"sent", "sending", "unknown"}
    assert outbox()["sending"] + outbox()["unknown"] <= 2
    assert checks.findings() == {}
    assert Event.objects.filter(verb="ticket.escalated").count() == 150
    assert status_of(own_stack, "/auth/login/") == 200
