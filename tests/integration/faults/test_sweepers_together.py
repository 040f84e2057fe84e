"""Two and four sweepers at once, and people who work on the same tickets meanwhile."""

import random
import time

import pytest

from audit.models import Event
from common.errors import DomainError
from escalation import actions as escalation
from notifications.models import Message
from sla import actions as sla
from sla.models import Step, Target
from tests.factories import origin_of, system
from tests.integration.faults import checks, desk
from tests.stack import wait_until
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Ticket

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("number", [2, 4])
def test_sweepers_at_once_share_the_work_and_never_do_it_twice(world, number):
    desk.overdue_tickets(world, 200)

    with desk.sweepers(number, limit=10):
        wait_until(lambda: checks.escalated() == 200, seconds=60)

    assert checks.findings() == {}
    sweeps = Event.objects.filter(verb="ticket.escalated").values_list("at", flat=True)
    assert len(set(sweeps)) >= 20  # batches of ten


def test_every_kind_of_step_is_done_once_by_sweepers_that_die(world):
    target = Target.objects.get(agreement__slug="live")
    for action in ("raise", "inform", "propose"):
        step = Step(target=target, milestone=f"late_{action}", percent=100, action=action, tell=[])
        sla.save(step, origin=system())
    desk.overdue_tickets(world, 60)
    dice = random.Random(11)

    with desk.sweepers(3, limit=5) as running:
        for _kill in range(4):
            time.sleep(dice.uniform(0.05, 0.2))
            desk.kill_and_replace(running, dice, limit=5)
        wait_until(lambda: checks.escalated() == 60, seconds=60)
    escalation.sweep_all()

    assert checks.findings() == {}
    for verb in ("priority_raised", "superiors_informed", "major_proposed"):
        found = Event.objects.filter(verb=f"ticket.{verb}").values_list("subject_id", flat=True)
        assert len(found) == len(set(found)) == 60
    proposals = Message.objects.filter(template="ticket_major_proposed")
    assert proposals.count() == 60 * proposals.values("recipient").distinct().count()


def test_people_and_sweepers_on_the_same_tickets_never_lose_each_others_change(
    world, record_property
):
    tickets = desk.overdue_tickets(world, 120)
    dice, asked, refused = random.Random(5), 0, 0
    people = (world.nadia, world.chiara, world.reto, world.beat)

    with desk.sweepers(3, limit=2):
        while checks.overdue() or asked < 200:
            ticket, person = dice.choice(tickets), dice.choice(people)
            by = origin_of(person)
            verb = dice.choice(
                [
                    lambda t, by: actions.take(t.pk, origin=by),
                    lambda t, by: actions.note(t.pk, body="Looked at it.", origin=by),
                    lambda t, by: actions.reply(t.pk, body="We are on it.", origin=by),
                    lambda t, by: actions.classify(t.pk, impact="site", origin=by),
                    lambda t, by: actions.hold(t.pk, reason=HoldReason.PROBLEM, origin=by),
                    lambda t, by: actions.resume(t.pk, origin=by),
                    lambda t, by: escalation.hand_over(
                        t.pk, team=world.network, reason="Cable.", origin=by
                    ),
                ]
            )
            asked += 1
            try:
                verb(ticket, by)
            except DomainError:
                refused += 1
    escalation.sweep_all()

    record_property("changes by people", asked - refused)
    assert checks.findings() == {}
    assert Ticket.objects.filter(level=1).count() == 0
    assert Event.objects.filter(verb="ticket.noted").count() > 0
