"""Who stands in for whoever is away, and what they never see."""

from datetime import timedelta

from escalation import actions as escalation
from escalation.models import Handover
from escalation.queries.handovers import destinations
from notifications.models import Message
from tests import factories
from tests.factories import origin_of
from tests.integration.escalation.desk import LATE, required, stands_in, swept
from tests.moments import MONDAY_9
from tickets import actions


def test_whoever_stands_in_for_an_absent_member_gets_it_and_may_accept_it(world, new_ticket):
    stands_in(world.mara, of=world.reto)

    ticket = swept(new_ticket(category=world.live))

    assert ticket.assignee == world.mara  # no member of the team
    assert Handover.objects.get().chosen["stands_in_for"] == "Reto Retoson"
    escalation.accept(ticket.pk, origin=origin_of(world.mara, LATE))
    assert Handover.objects.get().state == "accepted"


def test_nobody_outside_the_team_of_a_sensitive_ticket_is_chosen_or_told(world, new_ticket):
    stands_in(world.nadia, of=world.mara)
    factories.agreement(
        "wages", 5, seconds={"resolution": 20}, calendar=world.always,
        conditions={"category": ["payroll"]},
    )  # fmt: skip
    wages = factories.team("wages", 2, world.mara)
    sent, stays = new_ticket(category=world.payroll), new_ticket(category=world.payroll)
    (offered,) = (d for d in destinations(sent, at=LATE) if d.team == wages)
    assert offered.on_duty == []

    escalation.hand_over(sent.pk, team=wages, reason="x", origin=origin_of(world.mara, LATE))
    actions.hold(stays.pk, reason="scheduled", until=LATE, origin=origin_of(world.mara, MONDAY_9))
    escalation.sweep_all(at=LATE + timedelta(hours=1))

    sent.refresh_from_db()
    assert (sent.team, sent.assignee) == (wages, None)
    heard = set(Message.objects.values_list("recipient__username", flat=True))
    assert "nadia" not in heard


def test_a_substitute_without_the_skill_is_not_chosen(world, new_ticket):
    required(world.live, "cisco", 1)
    stands_in(world.mara, of=world.reto)

    assert swept(new_ticket(category=world.live)).assignee is None


def test_the_answers_of_the_caller_reach_whoever_stands_in_but_not_of_sensitive_tickets(
    world, new_ticket
):
    stands_in(world.nadia, of=world.mara)
    found = []
    for category in (world.payroll, world.vpn):
        ticket = new_ticket(category=category)
        if category == world.vpn:
            escalation.hand_over(
                ticket.pk, team=world.other, assignee=world.mara, reason="Yours.",
                origin=origin_of(world.nadia, MONDAY_9),
            )  # fmt: skip
        else:
            actions.take(ticket.pk, origin=origin_of(world.mara, MONDAY_9))
        actions.reply(ticket.pk, body="And?", origin=origin_of(world.sylvie, LATE))
        told = Message.objects.filter(template="ticket_answered", subject_id=ticket.pk)
        found.append(sorted(told.values_list("recipient__username", flat=True)))

    assert found == [["mara"], ["mara", "nadia"]]
