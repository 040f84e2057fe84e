"""Who gets a ticket that moves up: skill, duty, language, load — and why."""

from datetime import timedelta

import pytest

from accounts.models import Duty, Membership, PersonSkill, Skill
from audit.models import Event
from catalog import actions as catalog
from common import clock
from common.errors import InvalidInput, NotAllowed
from escalation import actions as escalation
from escalation.models import Handover
from escalation.queries.handovers import destinations
from notifications import queries
from notifications.models import Message
from sla import actions as sla
from sla.models import Step, TeamCalendar
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


def test_whoever_stands_in_for_an_absent_member_gets_it_and_may_accept_it(world, new_ticket):
    away = Duty(
        person=world.reto, kind="absent", starts_at=MONDAY_9, substitute=world.mara,
        ends_at=MONDAY_9 + timedelta(days=2),
    )  # fmt: skip
    factories.accounts.save(away, origin=system())

    ticket = swept(new_ticket(category=world.live))

    assert ticket.assignee == world.mara  # no member of the team
    assert Handover.objects.get().chosen["stands_in_for"] == "Reto Retoson"
    escalation.accept(ticket.pk, origin=origin_of(world.mara, LATE))
    assert Handover.objects.get().state == "accepted"


def test_nobody_outside_the_team_of_a_sensitive_ticket_is_chosen_or_told(world, new_ticket):
    away = Duty(
        person=world.mara, kind="absent", starts_at=MONDAY_9, substitute=world.nadia,
        ends_at=MONDAY_9 + timedelta(days=2),
    )  # fmt: skip
    factories.accounts.save(away, origin=system())
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
    cisco = Skill(name="Cisco", slug="cisco")
    factories.accounts.save(cisco, origin=system())
    catalog.require_skill(world.live, cisco, 1, origin=system())
    away = Duty(
        person=world.reto, kind="absent", starts_at=MONDAY_9, substitute=world.mara,
        ends_at=MONDAY_9 + timedelta(days=2),
    )  # fmt: skip
    factories.accounts.save(away, origin=system())

    assert swept(new_ticket(category=world.live)).assignee is None


def test_a_required_language_is_a_wish_and_rules_nobody_out(world, new_ticket, urs):
    romansh = Skill(name="Italian", slug="it")
    factories.accounts.save(romansh, origin=system())
    catalog.require_skill(world.live, romansh, 3, origin=system())
    assert swept(new_ticket(category=world.live)).assignee == world.reto  # nobody speaks both

    factories.accounts.save(PersonSkill(person=urs, skill=romansh, level=1), origin=system())
    assert swept(new_ticket(category=world.live)).assignee == urs


def test_the_answers_of_the_caller_reach_whoever_stands_in_but_not_of_sensitive_tickets(
    world, new_ticket
):
    away = Duty(
        person=world.mara, kind="absent", starts_at=MONDAY_9, substitute=world.nadia,
        ends_at=MONDAY_9 + timedelta(days=2),
    )  # fmt: skip
    factories.accounts.save(away, origin=system())
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


def test_the_reasons_are_on_the_card_in_the_dialog_in_the_mail_and_in_the_answer_to_a_program(
    client, world, new_ticket, urs
):
    reasons = "Urs Ursson: on duty, speaks French, 0 open."
    ticket = new_ticket(at=None)
    for person in (world.chiara, urs):
        person.language = "en"
        factories.accounts.save_person(person, origin=system())
    factories.accounts.save_person(urs, origin=system())
    french, _made = Skill.objects.get_or_create(slug="fr", defaults={"name": "French"})
    factories.accounts.save(PersonSkill(person=urs, skill=french, level=2), origin=system())
    client.force_login(world.chiara)

    dialog = client.get(f"/desk/tickets/{ticket.number}/escalate/").content.decode()
    answer = client.post(
        f"/api/v1/tickets/{ticket.number}/hand-over/",
        {"team": "network", "reason": "Cable."},
        content_type="application/json",
    )
    page = client.get(f"/desk/tickets/{ticket.number}/").content.decode()

    assert answer.status_code == 200, answer.content
    assert answer.json()["why"].startswith(reasons)
    assert reasons in dialog
    assert reasons in page
    mail = queries.compose(Message.objects.get(template="ticket_handed_over", recipient=urs))
    assert reasons in " ".join(mail.body.split())


def test_a_proposed_major_incident_stands_on_the_ticket_and_before_the_lead(
    client, world, new_ticket
):
    step = Step.objects.get(target__agreement__slug="live", milestone="warn_75")
    step.action = "propose"
    sla.save(step, origin=system())
    ticket = new_ticket(category=world.live, at=clock.now() - timedelta(seconds=16))
    escalation.sweep_all()
    world.chiara.language = "en"
    factories.accounts.save_person(world.chiara, origin=system())
    client.force_login(world.chiara)

    lead = client.get("/lead/").content.decode()
    assert "Proposed as a major incident" in client.get(ticket.get_absolute_url()).content.decode()
    assert ticket.number in lead[lead.index("Major incidents?") : lead.index('id="lead-soon"')]

    actions.resolve(ticket.pk, resolution="Done.", origin=origin_of(world.chiara))
    assert "Major incidents?" not in client.get("/lead/").content.decode()
