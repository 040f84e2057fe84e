"""Hand over, accept, refuse and hand back through the HTML door."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from accounts import actions as accounts
from escalation import actions as escalation
from escalation.choices import Trigger
from escalation.models import Handover
from notifications.models import Message
from tests.factories import origin_of, system, team
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Ticket


@pytest.fixture
def desk(world, client):
    """A function: one person asks for or sends one form of a ticket, by htmx unless told."""
    for person in (world.nadia, world.reto):
        person.language = "en"
        accounts.save_person(person, origin=system())

    def ask(person, ticket, verb, *, htmx=True, **data):
        client.force_login(person)
        target = "ticket" if data else "layers"
        headers = {"HX-Request": "true", "HX-Target": target} if htmx else {}
        path = f"{ticket.get_absolute_url()}{verb}/"
        if data:
            return client.post(path, data, headers=headers, follow="follow" in data)
        return client.get(path, headers=headers)

    return ask


CARD = {
    "team": "network", "trigger": "rights", "reason": "Needs rights on the firewall.",
    "symptom": "Drops", "tried": "Restarted twice", "wanted": "Open the port",
    "reachable": "4127 until 17:30", "assignee": "",
}  # fmt: skip


def test_the_dialog_knows_what_the_ticket_knows(world, new_ticket, desk):
    ticket = new_ticket(at=None)
    actions.note(ticket.pk, body="Restarted the client.", origin=origin_of(world.nadia))

    text = desk(world.nadia, ticket, "escalate").content.decode()
    page = desk(world.nadia, ticket, "escalate", htmx=False).content.decode()

    assert text.strip().startswith("<dialog")
    assert "<html" in page
    assert "Every ten minutes." in text  # the symptom
    assert "Restarted the client." in text  # what was tried
    assert re.search(r'value="network" checked', text)
    assert text.index('value="network"') < text.index('value="facilities"')
    assert "1 on duty · 0 open" in text
    assert "Tell Sylvie who has it now" in text
    assert "The clock keeps running." in text


def test_handing_over_moves_the_ticket_with_its_card_and_tells_both(world, new_ticket, desk):
    ticket = new_ticket(channel="phone", by=world.nadia, at=None)

    answer = desk(world.nadia, ticket, "escalate", tell_requester="on", follow="1", **CARD)

    moved, card = Ticket.objects.get(pk=ticket.pk), Handover.objects.get()
    assert (moved.team, moved.level, moved.assignee) == (world.network, 2, world.reto)
    assert moved.follow_up == world.nadia
    assert (card.tried, card.wanted, card.reachable) == (
        "Restarted twice", "Open the port", "4127 until 17:30",
    )  # fmt: skip
    sent = Message.objects.exclude(template="ticket_opened")
    told = {(m.template, m.recipient_id) for m in sent}
    assert told == {("ticket_handed_over", world.reto.pk), ("ticket_moved", world.sylvie.pk)}
    said = "Handed over to Network. Sylvie Sylvieson has been told."
    assert said in answer.headers["HX-Trigger"]
    assert "Needs rights on the firewall." in answer.content.decode()


def test_a_mistake_keeps_the_card(world, new_ticket, desk):
    ticket = new_ticket(at=None)

    nameless = desk(world.nadia, ticket, "escalate", **CARD | {"reason": ""})
    stranger = desk(world.nadia, ticket, "escalate", **CARD | {"assignee": world.mara.pk})
    foreign = desk(world.mara, ticket, "escalate", **CARD)

    assert "Say why the ticket changes hands." in nameless.content.decode()
    assert "Mara Marason is not in that team." in stranger.content.decode()
    assert (nameless.status_code, stranger.status_code, foreign.status_code) == (422, 422, 403)
    for answer in (nameless, stranger, foreign):
        assert answer.headers["HX-Retarget"] == "#handover-form"
        assert "Restarted twice" in answer.content.decode()
        assert re.search(r'value="rights" checked', answer.content.decode())
    assert not Handover.objects.exists()


def test_a_ticket_that_moved_meanwhile_is_a_conflict_and_keeps_the_card(world, new_ticket, desk):
    ticket = new_ticket(channel="phone", by=world.nadia, at=None)
    seen = ticket.version
    escalation.hand_over(
        ticket.pk, team=world.other, reason="Wrong team.", origin=origin_of(world.nadia)
    )

    answer = desk(world.nadia, ticket, "escalate", seen_version=seen, **CARD)

    assert answer.status_code == 409
    assert "Restarted twice" in answer.content.decode()


def test_accept_refuse_and_hand_back_belong_to_the_team_that_got_it(world, new_ticket, desk):
    def handed():
        ticket = new_ticket(channel="phone", by=world.nadia, at=None)
        escalation.hand_over(
            ticket.pk, team=world.network, reason="Rights.", origin=origin_of(world.nadia)
        )
        return ticket

    first, second = handed(), handed()

    assert desk(world.nadia, first, "accept", x="1").status_code == 403
    assert desk(world.reto, first, "accept", x="1").status_code == 302
    assert Ticket.objects.get(pk=first.pk).assignee == world.reto
    empty = desk(world.reto, second, "refuse", reason="")
    assert empty.status_code == 422
    assert "Write what the other team needs to know." in empty.content.decode()
    assert desk(world.reto, second, "refuse", reason="Not a firewall.").status_code == 302
    assert Ticket.objects.get(pk=second.pk).team == world.desk
    assert desk(world.reto, first, "return", reason="Port is open now.").status_code == 302
    back = Ticket.objects.get(pk=first.pk)
    assert (back.team, back.level, back.assignee) == (world.desk, 1, world.nadia)
    text = desk(world.nadia, first, "log").content.decode()
    assert "Reto Retoson handed the ticket back to Service Desk: Port is open now." in text


@pytest.mark.parametrize("verb", ["escalate", "accept", "refuse", "return"])
def test_strangers_meet_no_ticket_and_requesters_no_desk(world, new_ticket, desk, verb):
    ticket = new_ticket(at=None)

    assert desk(world.stranger, ticket, verb, reason="x").status_code == 404
    assert desk(world.sylvie, ticket, verb, reason="x").status_code == 403
    assert not Handover.objects.exists()


def test_no_team_is_offered_that_has_it_already(world, new_ticket, desk):
    text = desk(world.nadia, new_ticket(at=None), "escalate").content.decode()

    assert 'value="service-desk"' not in text


def test_the_mail_of_a_hand_over_gives_its_reason_in_the_language_of_its_reader(
    world, new_ticket, desk
):
    ticket = new_ticket(channel="phone", by=world.nadia, at=None)
    world.reto.language = "de"
    accounts.save_person(world.reto, origin=system())

    desk(world.nadia, ticket, "escalate", **CARD)

    why = Message.objects.get(template="ticket_handed_over", recipient=world.reto).data["why"]
    with translation.override("de"):
        assert why == str(Trigger.RIGHTS.label)
    assert why != "needs rights"


def test_what_was_closed_meanwhile_is_accepted_by_nobody(world, new_ticket, desk):
    ticket = new_ticket(channel="phone", by=world.nadia, at=None)
    escalation.hand_over(
        ticket.pk, team=world.network, reason="Rights.", origin=origin_of(world.nadia)
    )
    actions.assign(ticket.pk, None, origin=origin_of(world.reto))
    actions.cancel(ticket.pk, origin=origin_of(world.sylvie))

    assert desk(world.reto, ticket, "accept", x="1").status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_what_comes_back_to_a_team_of_others_is_for_the_team(world, new_ticket, desk):
    # Mara took the call; the ticket is of a team she does not belong to.
    ticket = new_ticket(channel="phone", by=world.mara, at=None)
    escalation.hand_over(
        ticket.pk, team=world.network, reason="Rights.", origin=origin_of(world.nadia)
    )

    desk(world.reto, ticket, "refuse", reason="Not a firewall.")

    back = Ticket.objects.get(pk=ticket.pk)
    assert (back.team, back.assignee, back.follow_up) == (world.desk, None, world.mara)


def test_of_what_comes_back_to_a_team_in_which_nobody_knows_it_the_team_hears(
    world, new_ticket, desk
):
    ticket = new_ticket(category=world.live)  # by the portal: nobody took it, the sweep moved it
    escalation.sweep(at=MONDAY_9 + timedelta(minutes=5))

    desk(world.reto, ticket, "refuse", reason="Not a firewall.")

    told = Message.objects.filter(template="ticket_returned").values_list("recipient", flat=True)
    assert set(told) == {world.nadia.pk, world.chiara.pk}


def test_who_hands_a_sensitive_ticket_out_of_their_sight_comes_back_to_the_queue(
    world, new_ticket, desk
):
    team("hr-two", 2, world.reto)
    card = CARD | {"team": "hr-two"}
    plain, live = (new_ticket(category=world.payroll, at=None) for _ in range(2))

    assert desk(world.mara, plain, "escalate", htmx=False, **card).url == "/desk/tickets/"
    moved = desk(world.mara, live, "escalate", **card)

    assert moved.headers["HX-Redirect"] == "/desk/tickets/"
    assert Ticket.objects.filter(team__slug="hr-two").count() == 2
