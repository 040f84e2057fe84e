"""Who gets a ticket that moves up: skill, duty, language, load — and why."""

from datetime import timedelta

import pytest

from accounts.models import Duty, Membership, PersonSkill, Skill
from audit.models import Event
from catalog import actions as catalog
from common.errors import InvalidInput, NotAllowed
from escalation import actions as escalation
from escalation.models import Handover
from notifications.models import Message
from sla import actions as sla
from sla.models import TeamCalendar
from tests import factories
from tests.factories import origin_of, system
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Ticket

LATE = MONDAY_9 + timedelta(minutes=5)


@pytest.fixture
def urs(world):
    """A second colleague at level 2, with French as their language."""
    found = factories.person("urs", role="agent", language="fr")
    factories.accounts.save(Membership(team=world.network, person=found), origin=system())
    return found


def swept(ticket):
    escalation.sweep(at=LATE)
    ticket.refresh_from_db()
    return ticket


def test_of_two_who_can_the_one_with_the_callers_language_gets_it(world, new_ticket, urs):
    ticket = swept(new_ticket(category=world.live))

    assert ticket.assignee == urs  # Sylvie speaks French, Reto German
    chosen = Handover.objects.get(ticket=ticket).chosen
    assert (chosen["person"], chosen["speaks"]) == (urs.pk, True)


def test_only_who_has_the_required_skill_at_its_level_gets_it(world, new_ticket, urs):
    cisco = Skill(name="Cisco", slug="cisco")
    factories.accounts.save(cisco, origin=system())
    catalog.require_skill(world.live, cisco, 2, origin=system())
    for person, level in ((world.reto, 2), (urs, 1)):
        skill = PersonSkill(person=person, skill=cisco, level=level)
        factories.accounts.save(skill, origin=system())

    ticket = swept(new_ticket(category=world.live))

    assert ticket.assignee == world.reto
    assert Handover.objects.get(ticket=ticket).chosen["matched"] == 1


def test_when_nobody_fits_the_team_gets_it_and_all_on_duty_hear_of_it(world, new_ticket, urs):
    cisco = Skill(name="Cisco", slug="cisco")
    factories.accounts.save(cisco, origin=system())
    catalog.require_skill(world.live, cisco, 1, origin=system())

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


def test_who_only_belongs_to_a_team_is_given_no_work(world, new_ticket):
    factories.accounts.save(Membership(team=world.network, person=world.stranger), origin=system())
    world.reto.role = "auditor"
    factories.accounts.save_person(world.reto, origin=system())

    assert swept(new_ticket(category=world.live)).assignee is None
