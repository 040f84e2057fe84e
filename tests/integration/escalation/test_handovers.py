"""What a move to another team leaves: who is told, who answers, what runs on."""

from datetime import timedelta

import pytest

from accounts.models import Membership
from audit.models import Event
from common.errors import InvalidInput, NotAllowed
from escalation import actions as escalation
from escalation.models import Handover
from notifications.models import Message
from tests import factories
from tests.factories import origin_of, system
from tests.integration.escalation.desk import LATE, swept
from tests.moments import MONDAY_9
from tickets import actions


def test_the_first_level_keeps_the_contact_with_the_caller(world, new_ticket):
    ticket = swept(new_ticket(category=world.live, by=world.nadia, channel="phone"))

    assert (ticket.assignee, ticket.follow_up) == (world.reto, world.nadia)
    actions.note(ticket.pk, body="She called again.", origin=origin_of(world.nadia, LATE))
    actions.reply(ticket.pk, body="We are on it.", origin=origin_of(world.nadia, LATE))


def test_the_third_hand_over_tells_the_leads_of_both_teams(world, new_ticket):
    ticket = new_ticket()
    lead = factories.person("vera", role="agent")
    factories.accounts.save(
        Membership(team=world.network, person=lead, role="lead"), origin=system()
    )

    def moved(team, by, minute):
        escalation.hand_over(
            ticket.pk, team=team, reason="Not ours.",
            origin=origin_of(by, MONDAY_9 + timedelta(minutes=minute)),
        )  # fmt: skip
        told = Message.objects.filter(template="ticket_handed_over")
        return set(told.values_list("recipient__username", flat=True))

    first = moved(world.network, world.nadia, 1)
    second = moved(world.other, world.reto, 2)
    assert "vera" not in second - first
    third = moved(world.network, world.mara, 3)

    assert "vera" in third
    ticket.refresh_from_db()
    assert ticket.hop_count == 3


def test_every_move_to_another_level_is_an_escalation_whoever_made_it(world, new_ticket):
    ticket = new_ticket()
    by = [origin_of(p, MONDAY_9 + timedelta(minutes=1)) for p in (world.nadia, world.reto)]
    escalation.hand_over(ticket.pk, team=world.network, reason="Cable.", origin=by[0])
    escalation.accept(ticket.pk, origin=by[1])
    escalation.hand_back(ticket.pk, reason="Cable was fine.", origin=by[1])

    moves = Event.objects.filter(verb="ticket.escalated").order_by("seq")
    assert [e.changes["level"] for e in moves] == [[1, 2], [2, 1]]
    assert Handover.objects.get(ticket=ticket).state == "returned"
    ticket.refresh_from_db()
    assert (ticket.team, ticket.level) == (world.desk, 1)


def test_a_refusal_sends_back_and_only_the_asked_team_may_refuse(world, new_ticket):
    ticket = new_ticket()
    at = MONDAY_9 + timedelta(minutes=1)
    escalation.hand_over(
        ticket.pk, team=world.network, reason="x", origin=origin_of(world.nadia, at)
    )
    with pytest.raises(NotAllowed):
        escalation.refuse(ticket.pk, reason="No.", origin=origin_of(world.mara, at))
    with pytest.raises(InvalidInput):
        escalation.refuse(ticket.pk, reason=" ", origin=origin_of(world.reto, at))
    assert Handover.objects.get(ticket=ticket).state == "proposed"

    escalation.refuse(ticket.pk, reason="Not ours.", origin=origin_of(world.reto, at))

    handover = Handover.objects.get(ticket=ticket)
    assert (handover.state, handover.answer) == ("refused", "Not ours.")
    ticket.refresh_from_db()
    assert ticket.team == world.desk


def test_a_hand_over_that_waits_is_overtaken_by_the_next(world, new_ticket):
    ticket = new_ticket(category=world.live)
    escalation.hand_over(
        ticket.pk, team=world.other, reason="x", origin=origin_of(world.nadia, MONDAY_9)
    )

    swept(ticket)

    states = Handover.objects.filter(ticket=ticket).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["recalled", "proposed"]


def test_the_customers_clock_runs_on_through_a_hand_over(world, new_ticket):
    ticket = new_ticket()
    before = {c.metric: c.due_at for c in ticket.clocks.all()}

    escalation.hand_over(
        ticket.pk, team=world.network, reason="x", origin=origin_of(world.nadia, LATE)
    )

    assert {c.metric: c.due_at for c in ticket.clocks.all()} == before
