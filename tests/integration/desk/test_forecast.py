"""The lead's forecast: what it names and why, to whom, what would help, how far to trust it."""

import html
import re
from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts import actions as accounts
from accounts.models import Duty, Skill
from catalog import actions as catalog
from catalog.models import CategorySkill
from common import clock
from escalation import actions as escalation
from escalation.tasks import look_ahead
from helpdesk.cache import TolerantClient
from sla import actions as sla
from sla.models import TeamCalendar
from tests import factories
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.choices import HoldReason

PAGE = "/lead/forecast/"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = MONDAY_9 + 3 * HOUR


@pytest.fixture
def office(world):
    """Everybody works office hours: the day ends at 18:00, and has a break at noon."""
    for team in (world.desk, world.network, world.other):
        sla.save(TeamCalendar(team=team, calendar=world.office), origin=factories.system())
    return world


@pytest.fixture
def within(office, new_ticket):
    """Open a ticket on Monday at nine, to be solved within so many minutes of office hours."""
    made = {}

    def make(minutes, **more):
        if minutes not in made:
            made[minutes] = factories.category(f"in-{minutes}", office.vpn.service, office.desk)
            factories.agreement(
                f"in-{minutes}", 5, seconds={"resolution": minutes * 60}, calendar=office.office,
                conditions={"category": [made[minutes].slug]},
            )  # fmt: skip
        return new_ticket(category=made[minutes], **more)

    return make


@pytest.fixture
def look(client, office):
    """Look at the forecast as the lead of the service desk, on Monday at nine unless told."""

    def show(at=MONDAY_9, by=None, status=200, **query):
        cache.clear()
        client.force_login(by or office.chiara)
        with clock.frozen(at):
            answer = client.get(PAGE, query)
        assert answer.status_code == status
        return html.unescape(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")

    return show


def head(page):
    return re.search(r'id="forecast-title">([^<]+)<', page)[1]


def named(page):
    return re.findall(r'class="stub"[^>]*>([^<]+)<', page)


def why(page, ticket):
    row = re.search(rf'<li class="forecast__row[^"]*" data-id="{ticket.pk}".*?</li>', page, re.S)[
        0
    ]
    text = re.search(r'class="forecast__why">(.*?)</p>', row, re.S)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_leads_and_administrators_look_and_others_are_told_whom_to_ask(client, world):
    assert client.get(PAGE).status_code == 302
    for person, status in [
        (world.chiara, 200), (world.beat, 200), (world.sylvie, 403), (world.nadia, 403),
    ]:  # fmt: skip
        client.force_login(person)
        assert client.get(PAGE).status_code == status
    assert "Ask the lead of your team." in client.get(PAGE).content.decode()


def test_an_empty_desk_says_that_nothing_will_be_late(look):
    page = look()

    assert head(page) == "Nothing more is expected to be late by 18:00."
    assert "It has not been tried on past days yet." in page
    assert "Too little has been solved yet" in page


def test_what_two_people_cannot_do_in_time_is_late_only_because_of_load(look, within):
    tickets = [within(60) for _ in range(6)]  # half an hour each, until one solves any

    page = look()

    assert head(page) == "Expected late: 2 by 18:00"
    assert named(page) == [t.number for t in tickets[4:]]
    assert why(page, tickets[5]) == (
        "only because of load Whoever could do it has more urgent work first. Expected by 10:30."
    )


def test_one_more_person_is_tried_out_and_nothing_is_changed(look, within):
    tickets = [within(60) for _ in range(6)]

    page = look(people="1", to="service-desk")

    assert "With one more person in Service Desk until 18:00: 0 late instead of 2." in page
    assert page.count("In time with the people supposed.") == 2
    assert head(page) == "Expected late: 2 by 18:00"
    tickets[5].refresh_from_db()
    assert tickets[5].version == 1
    elsewhere = look(people="2", to="network")
    assert "With 2 more people in Network until 18:00: 2 late instead of 2." in elsewhere
    assert "It would help none of them" in elsewhere


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"people": "0", "to": "network"}, "Choose a number from 1 to 9."),
        ({"people": "many", "to": "network"}, "Choose a number from 1 to 9."),
        ({"people": "1", "to": "nothing"}, "There is no such team."),
    ],
)
def test_what_cannot_be_tried_out_is_said_and_kept(look, query, words):
    page = look(status=422, **query)

    assert words in page
    assert "data-error-summary" in page
    assert f'value="{query["people"]}"' in page


def test_what_waits_longer_than_it_is_due_is_late_because_of_the_hold(look, office, within):
    dated, undated, in_time = within(240), within(240), within(240)
    by = origin_of(office.nadia, MONDAY_9)
    actions.hold(dated.pk, reason=HoldReason.PART, until=MONDAY_9 + 30 * HOUR, origin=by)
    actions.hold(undated.pk, reason=HoldReason.CHANGE, origin=by)
    actions.hold(in_time.pk, reason=HoldReason.PART, until=MONDAY_9 + 2 * HOUR, origin=by)

    page = look()

    assert set(named(page)) == {dated.number, undated.number}
    assert why(page, dated) == "on hold Its date, Tue 15:00, is not before it is due."
    assert why(page, undated) == "on hold It waits without a date."


def test_a_clock_that_stands_still_is_late_only_when_it_runs_again_too_late(look, office, within):
    waits, soon = within(180), within(180)
    for ticket, hours in ((waits, 24), (soon, 3)):
        actions.hold(
            ticket.pk, reason=HoldReason.SCHEDULED, until=MONDAY_9 + hours * HOUR,
            origin=origin_of(office.nadia, MONDAY_9 + 2 * HOUR + 50 * MINUTE),
        )  # fmt: skip

    page = look(at=NOON)

    # At 11:50 ten minutes are left of either; the one is back before the day is over.
    assert named(page) == [soon.number]
    assert why(page, soon).startswith("too little time left It usually takes 30 min")


def test_what_nobody_there_can_do_needs_skill_and_the_skill_is_named(look, office, within):
    skill = Skill(slug="routing", name="Routing")
    accounts.save(skill, origin=factories.system())
    ticket = within(120)
    catalog.save(
        CategorySkill(category=ticket.category, skill=skill, level=1), origin=factories.system()
    )

    assert why(look(), ticket) == "needs skill Nobody who is there can do this: Routing."

    actions.assign(ticket.pk, office.nadia, origin=origin_of(office.chiara, MONDAY_9))
    assert named(look()) == []  # whoever has it in hand is trusted with it


def test_without_anybody_on_duty_that_is_the_reason(look, office, within):
    ticket = within(120)
    for person in (office.nadia, office.chiara):
        away = Duty(
            person=person, kind="absent", starts_at=MONDAY_9 - HOUR, ends_at=MONDAY_9 + 4 * HOUR
        )
        accounts.save(away, origin=factories.system())

    assert why(look(), ticket) == (
        "nobody is there Nobody of the team is on duty before it is due. Expected by 13:30."
    )


def test_an_answer_that_will_be_late_is_told_apart_from_a_solution(look, office, new_ticket):
    tickets = [new_ticket() for _ in range(40)]  # two hours for an answer, eight for the rest

    page = look(at=MONDAY_9 + HOUR + 40 * MINUTE)  # at 10:40, for 11:00

    assert head(page) == "Expected late: 32 by 18:00"
    assert "It is the answer that will be late." in why(page, tickets[8])


def test_what_is_late_already_is_counted_apart_and_not_named(look, within):
    late, coming = within(60), within(90)

    page = look(at=MONDAY_9 + 80 * MINUTE)

    assert late.number not in named(page)
    assert coming.number in named(page)  # the late one is first, each takes half an hour
    assert "1 is late already" in page


def test_a_lead_sees_no_ticket_of_a_sensitive_category_elsewhere(look, office, new_ticket):
    factories.agreement(
        "pay", 4, seconds={"resolution": 600}, calendar=office.office,
        conditions={"category": ["payroll"]},
    )  # fmt: skip
    hidden = new_ticket(category=office.payroll, title="My salary")

    assert hidden.number in look(by=office.beat)
    page = look()
    assert hidden.number not in page
    assert head(page) == "Nothing more is expected to be late by 18:00."


def test_a_team_can_be_looked_at_alone_and_hands_are_offered_where_one_works(look, office, within):
    theirs = within(20)
    escalation.hand_over(
        theirs.pk, team=office.network, reason="Routing.", origin=origin_of(office.nadia, MONDAY_9)
    )
    ours = within(20)

    page = look()
    assert f"/desk/tickets/{ours.number}/escalate/" in page
    assert f"/desk/tickets/{ours.number}/take/" in page
    assert f"/desk/tickets/{theirs.number}/escalate/" not in page
    assert named(look(team="network")) == [theirs.number]
    assert named(look(team="service-desk")) == [ours.number]
    look(team="nothing", status=404)


def test_the_replay_is_made_once_for_all_who_look_and_anew_after_five_minutes(
    client, office, within
):
    within(20)

    def count(by, at):
        client.force_login(by)
        with clock.frozen(at):
            return head(client.get(PAGE).content.decode())

    assert count(office.chiara, MONDAY_9) == "Expected late: 1 by 18:00"
    within(15)
    assert count(office.beat, MONDAY_9 + 4 * MINUTE) == "Expected late: 1 by 18:00"
    cache.clear()
    assert count(office.beat, MONDAY_9 + 4 * MINUTE) == "Expected late: 2 by 18:00"


def test_the_page_now_says_it_in_one_line_with_a_link(client, office):
    client.force_login(office.chiara)

    page = client.get("/lead/").content.decode()

    block = re.search(r'<section[^>]*id="lead-forecast".*?</section>', page, re.S)[0]
    assert 'href="/lead/forecast/"' in block
    assert "Nothing more is expected to be late by" in block


@pytest.mark.parametrize(
    ("tickets", "words"),
    [
        (6, "Too little to judge by: on the last 2 working days 6 tickets became late."),
        (30, "it named 87% of the tickets that became late; 100% of those it named were late."),
    ],
)
def test_it_says_how_well_it_did_on_days_that_are_over(look, office, within, tickets, words):
    """On Monday at ten two people have an hour for them; in truth nobody does anything."""
    for _ticket in range(tickets):
        within(120)
    escalation.sweep(at=MONDAY_9 + 2 * HOUR)
    with clock.frozen(MONDAY_9 + 48 * HOUR):
        assert escalation.try_forecast() == 2  # Monday and Tuesday; before, nothing was open
        assert escalation.try_forecast() == 0

    page = look(at=MONDAY_9 + 48 * HOUR)

    assert words in page
    assert ("Its number was wrong by 2.0 a day" in page) == (tickets == 30)


def test_no_figure_is_of_a_person(look, office, within):
    """Of a team of two, how long its tickets take would be how long a person takes."""
    ticket = within(240)
    actions.take(ticket.pk, origin=origin_of(office.nadia, MONDAY_9))
    actions.resolve(
        ticket.pk, resolution="Done.", origin=origin_of(office.nadia, MONDAY_9 + 40 * MINUTE)
    )
    with clock.frozen(NOON):
        escalation.learn_handling_times()

    assert "half take less than" not in look(at=NOON)

    third = factories.person("third", role="agent")
    accounts.save(
        type(office.desk.memberships.first())(team=office.desk, person=third),
        origin=factories.system(),
    )
    assert "half take less than 40 min, four of five less than 40 min (one ticket)" in look(
        at=NOON
    )


def test_without_redis_it_is_reckoned_at_every_look(client, office, within, settings, monkeypatch):
    # The tests after this one have their Redis at once again.
    monkeypatch.setattr(TolerantClient, "_silent_until", 0.0)
    settings.CACHES = {
        name: {**cache, "LOCATION": "redis://127.0.0.1:1/0"}
        for name, cache in settings.CACHES.items()
    }
    client.force_login(office.chiara)
    for count in (1, 2):
        within(20)
        with clock.frozen(MONDAY_9):
            page = client.get(PAGE).content.decode()
        assert head(page) == f"Expected late: {count} by 18:00"


def test_a_program_of_a_lead_reads_the_same(client, office, within):
    tickets = [within(60) for _ in range(6)]
    client.force_login(office.chiara)
    with clock.frozen(MONDAY_9):
        found = client.get("/api/v1/forecast/", {"team": "service-desk"}).json()
        elsewhere = client.get("/api/v1/forecast/", {"team": "network"}).json()
        nowhere = client.get("/api/v1/forecast/", {"team": "nothing"})

    assert (found["count"], found["trust"]) == (2, None)
    assert found["late"][1] == {
        "number": tickets[5].number, "team": "service-desk", "promise": "solve",
        "due_at": "2026-03-02T09:00:00Z", "expected_at": "2026-03-02T09:30:00Z",
        "why": "load",
    }  # fmt: skip
    assert elsewhere["late"] == []
    assert (nowhere.status_code, nowhere.json()["field"]) == (400, "team")
    client.force_login(office.nadia)
    assert client.get("/api/v1/forecast/").status_code == 403


def test_the_schedule_makes_it_anew_before_anybody_asks(client, office, within):
    within(20)
    with clock.frozen(MONDAY_9):
        assert look_ahead(sent_by_a_later_version=True) == 1
        within(15)
        client.force_login(office.chiara)
        assert head(client.get(PAGE).content.decode()) == "Expected late: 1 by 18:00"
        assert look_ahead() == 2
        assert head(client.get(PAGE).content.decode()) == "Expected late: 2 by 18:00"
