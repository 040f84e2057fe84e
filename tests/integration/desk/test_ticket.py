"""The page of a ticket through its door: what it shows, to whom, and at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation import actions as escalation
from escalation.actions import Card, sweep_all
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.choices import HoldReason


@pytest.fixture
def page(client):
    """A function: the page of a ticket as one person reads it."""

    def ask(person, ticket, *, part="", target=None, status=200):
        client.force_login(person)
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        answer = client.get(ticket.get_absolute_url() + part, headers=headers)
        assert answer.status_code == status, answer.content[:2000]
        return answer.content.decode()

    return ask


def test_the_page_tells_the_whole_story_in_order(world, new_ticket, page):
    ticket = new_ticket(at=None)
    actions.take(ticket.pk, origin=origin_of(world.nadia))
    actions.reply(ticket.pk, body="Restart **once**, please.", origin=origin_of(world.nadia))
    actions.note(ticket.pk, body="Second time this week.", origin=origin_of(world.nadia))

    text = page(world.nadia, ticket)

    told = [
        "Every ten minutes.", "Nadia Nadiason took the ticket.",
        "Restart <strong>once</strong>, please.", "Second time this week.",
    ]  # fmt: skip
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    assert "visible to staff only" in text
    assert "Send to Sylvie" in text


def test_what_a_stranger_wrote_cannot_act(world, new_ticket, page):
    ticket = new_ticket(
        title="<img src=x onerror=alert(1)>",
        description="<script>alert(1)</script> [x](javascript:alert(1))",
    )

    text = page(world.nadia, ticket)

    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_a_ticket_out_of_sight_does_not_exist(world, new_ticket, page):
    ticket = new_ticket(category=world.payroll)

    page(world.nadia, ticket, status=404)
    page(world.nadia, ticket, part="log/", status=404)
    page(world.nadia, ticket, part="why/resolution/", status=404)
    page(world.stranger, ticket, status=404)
    assert "VPN drops" in page(world.mara, ticket)


def test_its_requester_is_led_to_the_portal(world, new_ticket, page):
    ticket = new_ticket()

    page(world.sylvie, ticket, status=302)
    page(world.sylvie, ticket, part="log/", status=404)
    page(world.sylvie, ticket, part="reply/", status=403)
    page(world.sylvie, ticket, part="escalate/", status=403)


def test_an_agent_reads_their_own_payroll_ticket_without_its_inside(world, new_ticket, page):
    ticket = new_ticket(category=world.payroll, requester=world.nadia, by=world.nadia)
    actions.note(ticket.pk, body="Salary is wrong.", origin=origin_of(world.mara))

    text = page(world.nadia, ticket)

    assert "Salary is wrong." not in text
    assert "/log/" not in text
    page(world.nadia, ticket, part="log/", status=404)


def test_only_what_is_possible_and_allowed_is_offered(world, new_ticket, page):
    ticket = new_ticket()

    ours = page(world.nadia, ticket)
    theirs = page(world.mara, ticket)
    actions.resolve(ticket.pk, resolution="Done.", origin=origin_of(world.nadia))
    resolved = page(world.nadia, ticket)

    def offers(text):
        return {verb for verb in VERBS if f"{ticket.number}/{verb}/" in text}

    assert offers(ours) == {
        "reply", "note", "take", "assign", "hold", "resolve", "cancel", "classify", "escalate",
    }  # fmt: skip
    assert offers(theirs) == {"note"}
    assert offers(resolved) == {"reply", "note", "reopen", "close"}


VERBS = (
    "reply", "note", "take", "assign", "hold", "resume", "resolve", "reopen", "close", "cancel",
    "classify", "escalate", "accept", "refuse", "return",
)  # fmt: skip


def test_the_hand_over_card_lies_on_top_and_only_its_team_may_answer(world, new_ticket, page):
    ticket = new_ticket(channel="phone", by=world.nadia, at=None)
    escalation.hand_over(
        ticket.pk, team=world.network, reason="Needs the firewall.", assignee=world.reto,
        card=Card(symptom="Drops", tried="Restarted", wanted="Look at the logs", reachable="4127"),
        origin=origin_of(world.nadia),
    )  # fmt: skip

    ours, theirs = page(world.reto, ticket), page(world.nadia, ticket)

    for words in ("Needs the firewall.", "Restarted", "Look at the logs", "4127"):
        assert words in ours
    assert ours.index("Look at the logs") < ours.index('id="conversation"')
    assert "Nadia Nadiason handed the ticket over to Network, level 2: needs skill." in ours
    assert f"{ticket.number}/accept/" in ours
    assert f"{ticket.number}/accept/" not in theirs


def test_a_clock_explains_itself_piece_by_piece(world, new_ticket, page):
    ticket = new_ticket()
    actions.hold(
        ticket.pk, reason=HoldReason.REQUESTER, note="asked for the log",
        origin=origin_of(world.nadia, at=MONDAY_9 + timedelta(hours=1)),
    )  # fmt: skip
    actions.resume(ticket.pk, origin=origin_of(world.nadia, at=MONDAY_9 + timedelta(hours=2)))

    text = page(world.nadia, ticket, part="why/resolution/")
    dialog = page(world.nadia, ticket, part="why/resolution/", target="layers")

    assert "8 hours of “office en”, by “standard en”, version 1." in text
    assert "on hold: the caller (Nadia Nadiason, asked for the log)" in text
    assert "closed" in text
    assert dialog.strip().startswith("<dialog")
    page(world.nadia, ticket, part="why/nothing/", status=404)


def test_the_line_of_working_time_is_drawn_while_a_clock_runs(world, new_ticket, page):
    ticket = new_ticket(at=None)

    assert 'class="day-line"' in page(world.nadia, ticket)
    actions.resolve(ticket.pk, resolution="Done.", origin=origin_of(world.nadia))
    assert 'class="day-line"' not in page(world.nadia, ticket)


def test_the_log_says_what_was_and_what_is(world, new_ticket, page):
    ticket = new_ticket(category=world.live)
    actions.classify(
        ticket.pk, impact="group", category=world.vpn,
        origin=origin_of(world.nadia, at=MONDAY_9 + timedelta(seconds=5)),
    )  # fmt: skip
    actions.classify(
        ticket.pk, category=world.live,
        origin=origin_of(world.nadia, at=MONDAY_9 + timedelta(seconds=8)),
    )  # fmt: skip
    sweep_all(at=MONDAY_9 + timedelta(seconds=40))

    text = page(world.nadia, ticket, part="log/")

    assert "Escalated to Network, level 2: the time is up." in text
    assert "<del>Service Desk</del>" in text
    assert "<ins>Network</ins>" in text
    assert "<del>just one person</del>" in text
    assert "<ins>vpn en</ins>" in text
    assert text.index("Escalated to") < text.index("opened the ticket")


def test_the_live_fragment_is_the_ticket_alone_and_says_what_was_just_done(
    world, new_ticket, client
):
    ticket = new_ticket()
    client.force_login(world.nadia)
    fragment = {"HX-Request": "true", "HX-Target": "ticket"}

    answer = client.post(ticket.get_absolute_url() + "take/", follow=True, headers=fragment)
    again = client.get(ticket.get_absolute_url(), headers=fragment)

    assert answer.content.decode().strip().startswith('<div id="ticket"')
    assert f"{ticket.number} is yours." in answer.headers["HX-Trigger"]
    assert "close-dialog" in answer.headers["HX-Trigger-After-Settle"]
    assert "HX-Trigger" not in again.headers


def test_the_page_costs_the_same_whatever_the_length_of_the_conversation(
    world, new_ticket, client
):
    ticket = new_ticket(channel="phone", by=world.nadia, at=None)
    client.force_login(world.reto)

    def statements():
        with CaptureQueriesContext(connection) as found:
            assert client.get(ticket.get_absolute_url()).status_code == 200
        return [q["sql"] for q in found if q["sql"].startswith(("SELECT", "(SELECT"))]

    escalation.hand_over(
        ticket.pk, team=world.network, reason="Needs the firewall.", origin=origin_of(world.nadia)
    )
    statements()  # the policy is read once and kept
    few = statements()
    for n in range(20):
        actions.note(ticket.pk, body=f"Note {n}", origin=origin_of(world.reto))
        actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.reto))
        actions.resume(ticket.pk, origin=origin_of(world.reto))
    many = statements()

    # Session, person, teams, ticket, entries, events, people, names, clocks, holds, policy,
    # hand-overs, telephones; and the policy once more for the words of the holds.
    assert (len(few), len(many)) == (13, 14), many
