"""Steps of every kind, carried out by the real sweep: what they do, whom they tell, and when."""

from datetime import timedelta

import pytest

from accounts.models import Duty, Membership
from audit.models import Event
from common import clock
from escalation import actions as escalation
from escalation.models import Firing, Handover
from notifications.models import Message
from sla import actions as sla
from sla.choices import Metric
from sla.models import Agreement, Step, Target, TeamCalendar
from tests import factories
from tests.factories import LONG_AGO, origin_of, system
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Clock

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TARGET = 4 * 3600


@pytest.fixture
def promised(world):
    """Make a category with a fix in four hours, day and night, and these steps."""

    def make(*steps, seconds=(TARGET,) * 5, slug="steps"):
        category = factories.category(slug, world.vpn.service, world.desk)
        agreement = Agreement(
            slug=slug, names=factories.names(slug), order=1, valid_from=LONG_AGO,
            conditions={"category": [slug]},
        )  # fmt: skip
        sla.save(agreement, origin=system())
        target = Target(
            agreement=agreement, metric=Metric.RESOLUTION, calendar=world.always,
            seconds=list(seconds), pause_reasons=["requester"],
        )  # fmt: skip
        sla.save(target, origin=system())
        for number, words in enumerate(steps):
            persons = words.pop("persons", ())
            row = Step(target=target, **{"milestone": f"step_{number}", "tell": [], **words})
            sla.save(row, origin=system())
            row.persons.set(persons)
            sla.save(row, origin=system())
        return category

    return make


@pytest.fixture
def lead(world):
    """A lead of the second level, with a manager above."""
    boss = factories.person("hugo", language="it")
    vera = factories.person("vera", role="agent", language="fr", manager=boss)
    factories.accounts.save(
        Membership(team=world.network, person=vera, role="lead"), origin=system()
    )
    return vera


def told(template=None):
    found = Message.objects.exclude(template="ticket_opened")
    if template is None:
        return sorted(found.values_list("template", "recipient__username"))
    return sorted(found.filter(template=template).values_list("recipient__username", flat=True))


def roster(person, kind, starts, ends, **more):
    row = Duty(person=person, kind=kind, starts_at=starts, ends_at=ends, **more)
    factories.accounts.save(row, origin=system())


def test_a_warning_tells_the_assignee_and_the_named_and_whoever_stands_in(
    world, new_ticket, promised
):
    category = promised({"percent": 50, "action": "warn", "tell": ["assignee"],
                         "persons": [world.beat]})  # fmt: skip
    ticket = new_ticket(category=category)
    actions.take(ticket.pk, origin=origin_of(world.nadia, MONDAY_9))
    roster(world.nadia, "absent", MONDAY_9 + HOUR, MONDAY_9 + 9 * HOUR, substitute=world.mara)

    escalation.sweep_all(at=MONDAY_9 + 2 * HOUR)

    assert told() == [
        ("ticket_at_risk", "mara"), ("ticket_at_risk", "nadia"), ("ticket_at_risk_lead", "beat"),
    ]  # fmt: skip
    assert Event.objects.get(verb="ticket.warned").subject_id == ticket.pk


def test_nobody_assigned_the_team_on_duty_hears_and_without_anybody_its_lead(
    world, new_ticket, promised
):
    category = promised({"percent": 50, "action": "warn", "tell": ["assignee"]})
    new_ticket(category=category)
    escalation.sweep_all(at=MONDAY_9 + 2 * HOUR)
    assert told("ticket_at_risk") == ["chiara", "nadia"]

    Message.objects.all().delete()
    for person in (world.nadia, world.chiara):
        roster(person, "absent", MONDAY_9 + 3 * HOUR, MONDAY_9 + 20 * HOUR)
    new_ticket(category=category, at=MONDAY_9 + 3 * HOUR)
    escalation.sweep_all(at=MONDAY_9 + 5 * HOUR)
    assert told("ticket_at_risk") == ["chiara"]


def test_offsets_before_and_after_due_come_at_their_business_instants_and_in_order(
    world, new_ticket, promised
):
    category = promised(
        {"offset_seconds": 1800, "action": "warn", "tell": ["lead"], "milestone": "after"},
        {"offset_seconds": -3600, "action": "warn", "tell": ["lead"], "milestone": "before"},
        {"offset_seconds": -9 * 3600, "action": "warn", "tell": ["lead"], "milestone": "at_start"},
        {"percent": 100, "action": "warn", "tell": ["lead"], "milestone": "due"},
    )
    ticket = new_ticket(category=category)

    for minute in range(0, 300, 10):
        escalation.sweep_all(at=MONDAY_9 + minute * MINUTE)

    fired = Firing.objects.filter(clock__ticket=ticket).order_by("pk")
    assert list(fired.values_list("milestone", "fired_at")) == [
        ("at_start", MONDAY_9), ("before", MONDAY_9 + 3 * HOUR), ("due", MONDAY_9 + 4 * HOUR),
        ("after", MONDAY_9 + 4.5 * HOUR),
    ]  # fmt: skip
    assert told("ticket_at_risk_lead") == ["chiara"] * 2
    assert told("ticket_late_lead") == ["chiara"] * 2
    verbs = Event.objects.filter(subject_id=ticket.pk, subject_type="ticket").order_by("seq")
    assert list(verbs.values_list("verb", flat=True)) == [
        "ticket.opened", "ticket.warned", "ticket.warned", "ticket.breached", "ticket.reminded",
    ]  # fmt: skip


def test_a_hand_over_before_due_goes_to_the_step_s_own_team_and_says_that_time_runs_out(
    world, new_ticket, promised, lead
):
    category = promised({"percent": 75, "action": "hand_over", "team": world.other})
    ticket = new_ticket(category=category)

    escalation.sweep_all(at=MONDAY_9 + 3 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.team, ticket.level, ticket.assignee) == (world.other, 1, world.mara)
    assert Handover.objects.get().trigger == "warning"
    event = Event.objects.get(verb="ticket.handed_over")
    assert event.changes["trigger"] == [None, "warning"]
    assert told("ticket_escalated") == ["mara"]
    assert told("ticket_at_risk_lead") == ["chiara"]


def test_the_superiors_are_informed_and_the_ticket_stays(world, new_ticket, promised, lead):
    boss = factories.person("berta")
    world.chiara.manager = boss
    factories.accounts.save_person(world.chiara, origin=system())
    ticket = new_ticket(category=promised({"percent": 100, "action": "inform"}))

    escalation.sweep_all(at=MONDAY_9 + 4 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.team, ticket.level) == (world.desk, 1)
    assert told() == [("ticket_informed", "berta"), ("ticket_informed", "chiara")]
    breached, informed = Event.objects.filter(
        subject_id=ticket.pk, subject_type="ticket", seq__gt=1
    ).order_by("seq")
    assert breached.verb == "ticket.breached"
    assert (informed.verb, informed.changes["told"][1]) == (
        "ticket.superiors_informed", [world.chiara.pk, boss.pk],
    )  # fmt: skip
    assert not Handover.objects.exists()


def test_a_raise_moves_the_priority_once_replays_the_clock_and_what_is_due_then_follows(
    world, new_ticket, promised
):
    category = promised(
        {"percent": 50, "action": "raise", "milestone": "raise"},
        {"percent": 100, "action": "inform", "milestone": "inform"},
        seconds=(3600, 2 * 3600, 3 * 3600, TARGET, TARGET),
    )
    ticket = new_ticket(category=category)
    assert ticket.priority == 4

    escalation.sweep_all(at=MONDAY_9 + 2 * HOUR)

    ticket.refresh_from_db()
    clock = Clock.objects.get(ticket=ticket)
    assert (ticket.priority, clock.due_at) == (3, MONDAY_9 + 3 * HOUR)
    raised = Event.objects.get(verb="ticket.priority_raised")
    assert raised.changes["priority"] == [4, 3]
    assert told("ticket_raised") == ["chiara", "nadia"]
    assert Message.objects.filter(template="ticket_raised").first().data["raised"] == "P3"

    escalation.sweep_all(at=MONDAY_9 + 2.5 * HOUR)
    ticket.refresh_from_db()
    assert ticket.priority == 3  # the same step never again
    actions.classify(
        ticket.pk, impact=ticket.impact, urgency=ticket.urgency, category=world.vpn,
        origin=origin_of(world.nadia, MONDAY_9 + 2.5 * HOUR),
    )  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.category) == (3, world.vpn)  # what was raised stays raised
    actions.classify(
        ticket.pk, category=category, origin=origin_of(world.nadia, MONDAY_9 + 2.5 * HOUR)
    )

    actions.classify(
        ticket.pk, impact="site", origin=origin_of(world.nadia, MONDAY_9 + 2.6 * HOUR)
    )
    escalation.sweep_all(at=MONDAY_9 + 2.6 * HOUR)
    assert Firing.objects.filter(milestone="raise").count() == 1
    assert told("ticket_informed") == ["chiara"]  # of priority 2, the two hours were over


def test_the_highest_priority_stays_and_the_history_says_so(world, new_ticket, promised):
    category = promised({"percent": 50, "action": "raise"})
    ticket = new_ticket(category=category, impact="everyone", urgency="blocked")
    assert ticket.priority == 1

    escalation.sweep_all(at=MONDAY_9 + 2 * HOUR)

    ticket.refresh_from_db()
    assert ticket.priority == 1
    assert "priority" not in Event.objects.get(verb="ticket.priority_raised").changes


def test_everything_at_once_moves_once_and_tells_each_action_by_its_own_event(
    world, new_ticket, promised, lead
):
    category = promised(
        {"percent": 100, "action": "warn", "tell": ["assignee", "lead"]},
        {"percent": 100, "action": "raise"},
        {"percent": 100, "action": "hand_over", "tell": ["lead"]},
        {"percent": 100, "action": "inform"},
        {"percent": 100, "action": "propose"},
    )
    ticket = new_ticket(category=category)

    escalation.sweep_all(at=MONDAY_9 + 4 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.level, ticket.priority) == (2, 3)
    events = Event.objects.filter(subject_id=ticket.pk, subject_type="ticket", seq__gt=1)
    assert list(events.order_by("seq").values_list("verb", flat=True)) == [
        "ticket.escalated", "ticket.superiors_informed", "ticket.priority_raised",
        "ticket.major_proposed",
    ]  # fmt: skip
    assert [len(e.changes.get("steps", [0, []])[1]) for e in events.order_by("seq")] == [
        5,
        0,
        0,
        0,
    ]
    assert "priority" not in events.get(verb="ticket.escalated").changes
    assert told("ticket_major_proposed") == ["chiara"]
    assert escalation.sweep_all(at=MONDAY_9 + 5 * HOUR) == 0


def test_messages_wait_for_the_readers_hours_but_the_hand_over_does_not(
    world, new_ticket, promised, lead
):
    for team in (world.desk, world.network):
        sla.save(TeamCalendar(team=team, calendar=world.office), origin=system())
    category = promised({"percent": 100, "action": "hand_over", "tell": ["lead"]})
    night = MONDAY_9 + 12 * HOUR
    ticket = new_ticket(category=category, at=night)

    escalation.sweep_all(at=night + 4 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.level, ticket.assignee) == (2, None)
    opening = MONDAY_9 + timedelta(days=1) - HOUR  # 08:00
    waits = set(Message.objects.filter(key__startswith="clock:").values_list("not_before"))
    assert waits == {(opening,)}
    chosen = Handover.objects.get().chosen
    assert (chosen["how"], chosen["opens"]) == ("nobody_there", opening.isoformat())
    assert told("ticket_escalated") == ["vera"]  # nobody on call: the lead


@pytest.mark.parametrize("wakes", [True, False])
def test_a_step_that_wakes_is_told_at_night_too(world, new_ticket, promised, wakes):
    sla.save(TeamCalendar(team=world.desk, calendar=world.office), origin=system())
    night = MONDAY_9 + 12 * HOUR
    category = promised({"percent": 50, "action": "warn", "tell": ["lead"], "wakes": wakes})
    new_ticket(category=category, at=night)

    escalation.sweep_all(at=night + 2 * HOUR)

    message = Message.objects.get(template="ticket_at_risk_lead")
    assert (message.not_before == night + 2 * HOUR) is wakes


def test_at_night_whoever_is_on_call_gets_it_and_hears_at_once(world, new_ticket, promised, lead):
    for team in (world.desk, world.network):
        sla.save(TeamCalendar(team=team, calendar=world.office), origin=system())
    night = MONDAY_9 + 12 * HOUR
    roster(world.reto, "on_call", night, night + 8 * HOUR)
    category = promised({"percent": 100, "action": "hand_over", "tell": ["lead"]})
    ticket = new_ticket(category=category, at=night)

    escalation.sweep_all(at=night + 4 * HOUR)

    ticket.refresh_from_db()
    assert ticket.assignee == world.reto
    assert Handover.objects.get().chosen["how"] == "on_call"
    waits = dict(Message.objects.filter(key__startswith="clock:").values_list(
        "recipient__username", "not_before"
    ))  # fmt: skip
    assert waits["reto"] == night + 4 * HOUR
    assert waits["vera"] > night + 4 * HOUR


def test_whoever_is_in_two_teams_hears_when_either_is_open(world, new_ticket, promised):
    late_shift = factories.calendar("late", {day: [("22:00", "23:00")] for day in range(1, 8)})
    sla.save(TeamCalendar(team=world.desk, calendar=world.office), origin=system())
    sla.save(TeamCalendar(team=world.other, calendar=late_shift), origin=system())
    factories.accounts.save(Membership(team=world.other, person=world.chiara), origin=system())
    evening = MONDAY_9 + 8 * HOUR  # 17:00, and the step comes at 19:00
    category = promised({"percent": 50, "action": "warn", "tell": ["lead"]})
    new_ticket(category=category, at=evening)

    escalation.sweep_all(at=evening + 2 * HOUR)

    message = Message.objects.get(template="ticket_at_risk_lead")
    assert message.not_before == MONDAY_9 + 13 * HOUR


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
