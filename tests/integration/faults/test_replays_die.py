"""Background jobs over tickets when workers die, agents write, and calendars are edited."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from audit.models import Event
from common import clock
from escalation.models import Firing
from sla import actions as sla
from sla.choices import Metric
from sla.models import Agreement
from tests import factories
from tests.factories import World, origin_of
from tests.integration.faults import checks, desk
from tests.stack import Processes, wait_until
from tickets import actions
from tickets.actions import jobs
from tickets.choices import ReplayState
from tickets.models import Clock, Replay, Ticket

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NUMBER = 500  # more than two chunks


def open_tickets(world: World, number: int) -> None:
    """Open tickets of the standard agreement, just now."""
    now = clock.now()
    for n in range(number):
        new = actions.NewTicket(
            title=f"VPN {n}", requester=world.sylvie, channel="portal", category=world.vpn
        )
        actions.open_ticket(new, origin=origin_of(world.sylvie, now))


def draft(world: World) -> Agreement:
    """Return a draft of the standard agreement with half the time for the fix."""
    found = sla.make_draft("standard", origin=origin_of(world.beat))
    target = found.targets.get(metric=Metric.RESOLUTION)
    target.seconds = [seconds // 2 for seconds in target.seconds]
    sla.save(target, origin=origin_of(world.beat))
    return found


def is_over(replay: Replay) -> bool:
    replay.refresh_from_db()
    return replay.state == ReplayState.DONE


def told(verb: str) -> list[int]:
    events = Event.objects.filter(subject_type="ticket", verb=verb)
    return sorted(events.values_list("subject_id", flat=True))


@pytest.mark.parametrize("point", ["replay-chunk:2", "before-commit:2", "after-claim:1"])
def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(
    world, processes: Processes, point
):
    open_tickets(world, NUMBER)
    _published, replay = actions.publish(draft(world), open_too=True, origin=origin_of(world.beat))
    processes.environment["FAULT"] = point
    processes.start("worker", "beat")
    worker = processes.running["worker"]
    wait_until(lambda: worker.poll() is not None, seconds=60)
    replay.refresh_from_db()
    assert replay.done == (0 if point == "after-claim:1" else 200)
    assert len(told("ticket.terms_changed")) == replay.done

    del processes.environment["FAULT"]
    before = clock.now() - 2 * jobs.SILENCE  # instead of waiting for it
    Replay.objects.update(progressed_at=before, asked_at=before)
    processes.start("worker")
    wait_until(lambda: is_over(replay), seconds=60)

    assert (replay.done, replay.total) == (NUMBER, NUMBER)
    assert replay.result["reached"] == {"open": NUMBER, "ended": 0}
    assert told("ticket.terms_changed") == sorted(Ticket.objects.values_list("pk", flat=True))
    assert checks.findings(settled=False) == {}


def test_what_agents_save_during_a_recalculation_is_not_lost(world, processes: Processes):
    open_tickets(world, NUMBER)
    keys = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    _published, replay = actions.publish(draft(world), open_too=True, origin=origin_of(world.beat))
    processes.start("worker")

    def write(own: list[int]) -> None:
        for pk in own:
            actions.reply(pk, body=f"We look at {pk}.", origin=origin_of(world.nadia))
        connections.close_all()

    agents = [threading.Thread(target=write, args=(keys[n::10],)) for n in (3, 8)]
    for agent in agents:
        agent.start()
    for agent in agents:
        agent.join()
    wait_until(lambda: is_over(replay), seconds=60)

    assert told("ticket.terms_changed") == keys
    assert told("ticket.replied") == sorted([*keys[3::10], *keys[8::10]])
    assert not Clock.objects.filter(ticket__in=keys, target_seconds=8 * 3600).exists()
    assert (
        not Clock.objects.filter(metric="first_response", state="running")
        .filter(ticket__in=[*keys[3::10], *keys[8::10]])
        .exists()
    )
    assert checks.findings(settled=False) == {}


def test_a_calendar_edited_while_tickets_fall_due_escalates_none_early_and_none_late(
    world, processes: Processes, record_property
):
    """F26, scaled down: half of the tickets are due before the edit, half of them not any more.

    Beside them another calendar's tickets fall due all the time: the sweep is not held up.
    """
    own = factories.calendar("own-hours", factories.ALWAYS)
    factories.agreement(
        "steady", 5, seconds={"resolution": 20}, calendar=own,
        conditions={"category": ["payroll"]},
    )  # fmt: skip
    second = timedelta(seconds=1)
    start = clock.now() + 10 * second
    edited = desk.fall_due(world, 300, start=start, within=30 * second)
    world_of_others = [
        actions.open_ticket(
            actions.NewTicket(
                title=f"Payroll {n}", requester=world.sylvie, channel="portal",
                category=world.payroll,
            ),
            origin=origin_of(world.sylvie, start + n * second / 2 - desk.TARGET),
        )
        for n in range(40)
    ]  # fmt: skip
    processes.start("sweeper", "worker", "beat")
    wait_until(lambda: checks.escalated() >= 60, seconds=60)

    today = clock.now().date()
    days = {today + timedelta(days=n): factories.names("closed") for n in range(-1, 3)}
    sla.save_calendar(
        world.always, week=factories.ALWAYS, holidays=days, other_hours={},
        origin=origin_of(world.beat),
    )  # fmt: skip
    at = clock.now()
    live = Clock.objects.filter(ticket__in=edited, metric="resolution")
    wait_until(lambda: not live.filter(due_at__lt=at + timedelta(days=1)).exists(), seconds=60)
    fired = Firing.objects.filter(milestone="breach_hand_over")
    others = fired.filter(clock__ticket__in=world_of_others)
    wait_until(lambda: others.count() == len(world_of_others), seconds=60)

    # None by the old hours once the new ones count, and none of another calendar waits for it.
    assert not fired.filter(clock__ticket__in=edited, fired_at__gt=at + second).exists()
    waits = [(f.fired_at - f.due_at).total_seconds() for f in others]
    record_property("longest wait of another calendar's ticket, s", max(waits))
    assert told("ticket.due_moved") == sorted(t.pk for t in edited)
    assert checks.findings() == {}
