"""Who gets a ticket that moves up: skill, duty, language, load — and why."""

from datetime import timedelta

import pytest

from accounts.models import Duty, Membership, PersonSkill
from catalog import actions as catalog
from escalation import actions as escalation
from escalation.models import Handover
from notifications.models import Message
from sla import actions as sla
from sla.models import TeamCalendar
from tests import factories
from tests.factories import origin_of, system
from tests.integration.escalation.desk import LATE, required, swept
from tests.moments import MONDAY_9
from tickets.models import Ticket


def test_of_two_who_can_the_one_with_the_callers_language_gets_it(world, new_ticket, urs):
    ticket = swept(new_ticket(category=world.live))

    assert ticket.assignee == urs  # Sylvie speaks French, Reto German
    chosen = Handover.objects.get(ticket=ticket).chosen
    assert (chosen["person"], chosen["speaks"]) == (urs.pk, True)


def test_only_who_has_the_required_skill_at_its_level_gets_it(world, new_ticket, urs):
    cisco = required(world.live, "cisco", 2)
    for person, level in ((world.reto, 2), (urs, 1)):
        skill = PersonSkill(person=person, skill=cisco, level=level)
        factories.accounts.save(skill, origin=system())

    ticket = swept(new_ticket(category=world.live))

    assert ticket.assignee == world.reto
    assert Handover.objects.get(ticket=ticket).chosen["matched"] == 1


def test_when_nobody_fits_the_team_gets_it_and_all_on_duty_hear_of_it(world, new_ticket, urs):
    required(world.live, "cisco", 1)

    ticket = swept(new_ticket(category=world.live))

    assert (ticket.team, ticket.assignee) == (world.network, None)
    told = Message.objects.filter(template="ticket_escalated")
    assert sorted(m.recipient.username for m in told) == ["reto", "urs"]


def test_the_load_is_shared_out_within_one_batch(world, new_ticket, urs):
    urs.language = "de"
    factories.accounts.save_person(urs, origin=system())
    tickets = [new_ticket(category=world.live) for _ in range(4)]

    escalation.sweep(at=LATE)

    holders = [Ticket.objects.get(pk=t.pk).assignee_id for t in tickets]
    assert sorted(holders) == sorted([world.reto.pk, urs.pk] * 2)


@pytest.mark.parametrize(
    ("kind", "starts", "ends", "gets_it"),
    [
        ("absent", -60, 60, False),
        ("absent", -60, -1, True),
        ("absent", 1, 60, True),
        ("on_duty", -60, 60, True),
        ("on_duty", 30, 60, False),
    ],
)
def test_duty_and_absence_decide_who_is_asked(world, new_ticket, urs, kind, starts, ends, gets_it):
    duty = Duty(
        person=urs, kind=kind, starts_at=LATE + timedelta(minutes=starts),
        ends_at=LATE + timedelta(minutes=ends),
    )  # fmt: skip
    factories.accounts.save(duty, origin=system())

    ticket = swept(new_ticket(category=world.live))

    assert (ticket.assignee == urs) is gets_it


def test_a_closed_team_gets_the_ticket_but_nobody_of_it_is_chosen(world, new_ticket):
    night = factories.calendar("night", {day: [("22:00", "24:00")] for day in range(1, 8)})
    sla.save(TeamCalendar(team=world.network, calendar=night), origin=system())
    lead = factories.person("vera", role="agent")
    factories.accounts.save(
        Membership(team=world.network, person=lead, role="lead"), origin=system()
    )

    ticket = swept(new_ticket(category=world.live))

    assert (ticket.team, ticket.assignee) == (world.network, None)
    assert [m.recipient for m in Message.objects.filter(template="ticket_escalated")] == [lead]


def test_a_team_that_serves_another_service_is_no_next_level(world, new_ticket):
    factories.team("aaa-first-by-name", 2, world.mara)

    assert swept(new_ticket(category=world.live)).team == world.network


def test_of_two_teams_the_one_with_somebody_on_duty_gets_it(world, new_ticket):
    empty = factories.team("empty", 2)
    service = world.live.service
    catalog.save_service(service, teams=[world.desk, world.network, empty], origin=system())
    for _load in range(2):
        moved = new_ticket()
        escalation.hand_over(
            moved.pk, team=world.network, reason="x", origin=origin_of(world.nadia, MONDAY_9)
        )

    assert swept(new_ticket(category=world.live)).team == world.network


def test_who_only_belongs_to_a_team_is_given_no_work(world, new_ticket):
    factories.accounts.save(Membership(team=world.network, person=world.stranger), origin=system())
    world.reto.role = "auditor"
    factories.accounts.save_person(world.reto, origin=system())

    assert swept(new_ticket(category=world.live)).assignee is None


def distributed(team, way):
    factories.accounts.distribute(team, way, origin=system())


def test_a_team_that_takes_turns_gives_to_whoever_waited_longest(world, new_ticket, urs):
    distributed(world.network, "in_turn")
    tickets = [new_ticket(category=world.live) for _ in range(3)]

    escalation.sweep(at=LATE)  # within one batch
    later = new_ticket(category=world.live, at=LATE)
    escalation.sweep(at=LATE + timedelta(minutes=5))  # and from the hand-overs of before

    got = [Ticket.objects.get(pk=t.pk).assignee for t in (*tickets, later)]
    assert got == [world.reto, urs, world.reto, urs]  # whatever Sylvie speaks
    assert Handover.objects.last().chosen["before"][0]["why"] == "turn"


def test_a_team_that_pulls_is_told_and_nobody_is_chosen(world, new_ticket, urs):
    distributed(world.network, "pull")

    ticket = swept(new_ticket(category=world.live))

    assert (ticket.team, ticket.assignee) == (world.network, None)
    told = Message.objects.filter(template="ticket_escalated")
    assert sorted(m.recipient.username for m in told) == ["reto", "urs"]


def test_a_required_language_is_a_wish_and_rules_nobody_out(world, new_ticket, urs):
    italian = required(world.live, "it", 3)
    assert swept(new_ticket(category=world.live)).assignee == world.reto  # nobody speaks both

    factories.accounts.save(PersonSkill(person=urs, skill=italian, level=1), origin=system())
    assert swept(new_ticket(category=world.live)).assignee == urs
