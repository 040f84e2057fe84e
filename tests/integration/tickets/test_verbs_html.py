"""The verbs of a ticket through the HTML door, with htmx and without it."""

import pytest

from accounts import actions as accounts
from tests.factories import origin_of, system
from tickets import actions
from tickets.choices import Status
from tickets.models import Ticket


@pytest.fixture
def press(world, client):
    """A function: one person sends one form of a ticket; htmx unless told otherwise."""
    for person in (world.nadia, world.reto):
        person.language = "en"
        accounts.save_person(person, origin=system())

    def send(person, ticket, verb, *, htmx=True, **data):
        client.force_login(person)
        headers = {"HX-Request": "true", "HX-Target": "ticket"} if htmx else {}
        return client.post(f"{ticket.get_absolute_url()}{verb}/", data, headers=headers)

    return send


def test_every_verb_does_its_work_and_goes_back_to_the_ticket(world, new_ticket, press):
    def done(ticket, verb, **data):
        answer = press(world.nadia, ticket, verb, **data)
        assert answer.status_code == 302, answer.content
        assert answer.url == ticket.get_absolute_url()
        return Ticket.objects.get(pk=ticket.pk)

    ticket = new_ticket(at=None)
    assert done(ticket, "take").assignee == world.nadia
    assert done(ticket, "note", body="Look at the log.").entries.last().kind == "note"
    assert done(ticket, "reply", body="What did you see?", then="wait").status == Status.ON_HOLD
    assert done(ticket, "resume").status == Status.IN_PROGRESS
    assert done(ticket, "assign", assignee=world.chiara.pk).assignee == world.chiara
    assert done(ticket, "assign", assignee="").assignee is None
    changed = done(ticket, "classify", impact="site", urgency="blocked", category="live-demo")
    assert (changed.priority, changed.category) == (1, world.live)
    assert done(ticket, "hold", reason="requester", note="asked").status == Status.ON_HOLD
    assert done(ticket, "resolve", resolution="Certificate renewed.").status == Status.RESOLVED
    assert done(ticket, "reopen", reason="").status == Status.IN_PROGRESS
    assert done(ticket, "reply", body="Restarted it.", then="resolve").status == Status.RESOLVED
    assert done(ticket, "close").status == Status.CLOSED
    assert done(new_ticket(at=None), "cancel", reason="Asked twice.").status == Status.CANCELLED


def test_what_is_missing_is_named_and_what_was_typed_comes_back(world, new_ticket, press):
    ticket = new_ticket(at=None)

    held = press(world.nadia, ticket, "hold", reason="supplier", note="box 7 <b>")
    empty = press(world.nadia, ticket, "reply", body="   ", then="wait")
    plain = press(world.nadia, ticket, "hold", htmx=False, reason="supplier", note="box 7 <b>")

    for answer in (held, plain):
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "Say until when; the caller is promised this date." in text
        assert 'value="box 7 &lt;b&gt;"' in text
        assert 'aria-invalid="true"' in text
    assert held.headers["HX-Retarget"] == "#hold-form"
    assert held.content.decode().strip().startswith("<form")
    assert "<html" in plain.content.decode()
    assert empty.status_code == 422
    assert empty.headers["HX-Retarget"] == "#reply-form"
    assert "Write a text first." in empty.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).status == Status.NEW


def test_a_stale_form_keeps_the_text_and_changes_nothing(world, new_ticket, press):
    ticket = new_ticket(at=None)
    actions.hold(ticket.pk, reason="requester", origin=origin_of(world.chiara))

    answer = press(
        world.nadia, ticket, "resolve", resolution="A long solution.", seen_version=ticket.version
    )
    merged = press(
        world.nadia, ticket, "reply", body="Still with you.", then="", seen_version=ticket.version
    )

    assert answer.status_code == 409
    assert "was changed in the meantime" in answer.content.decode()
    assert "A long solution." in answer.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).status == Status.ON_HOLD
    assert merged.status_code == 302  # a message takes nothing from anybody


def test_somebody_of_another_team_is_refused_and_told_whose_it_is(world, new_ticket, press):
    ticket = new_ticket(at=None)

    resolved = press(world.mara, ticket, "resolve", resolution="A long solution.")
    taken = press(world.mara, ticket, "take")
    plain = press(world.mara, ticket, "take", htmx=False)
    noted = press(world.mara, ticket, "note", body="We had this last week.")

    assert resolved.status_code == taken.status_code == plain.status_code == 403
    assert "A long solution." in resolved.content.decode()
    assert "belongs to Service Desk" in resolved.content.decode()
    assert "belongs to Service Desk" in taken.headers["HX-Trigger"]
    assert "belongs to Service Desk" in plain.content.decode()
    assert noted.status_code == 302


def test_a_move_the_rules_forbid_is_a_conflict(world, new_ticket, press):
    ticket = new_ticket(at=None)

    answers = [
        press(world.nadia, ticket, "close"),
        press(world.nadia, ticket, "resume"),
        press(world.nadia, ticket, "resume", htmx=False),
        press(world.nadia, ticket, "reopen", reason=""),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409, 409]
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


@pytest.mark.parametrize(
    "verb",
    ["reply", "note", "take", "assign", "hold", "resume", "resolve", "reopen", "close", "cancel",
     "classify"],
)  # fmt: skip
def test_strangers_meet_no_ticket_and_requesters_no_desk(world, new_ticket, press, client, verb):
    ticket = new_ticket(at=None)

    assert press(world.stranger, ticket, verb, body="x").status_code == 404
    assert press(world.sylvie, ticket, verb, body="x").status_code == 403
    client.logout()
    anonymous = client.post(f"{ticket.get_absolute_url()}{verb}/", {"body": "x"})
    assert "/auth/login/" in anonymous.url
    assert ticket.entries.count() == 1
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


@pytest.mark.parametrize(
    "verb", ["reply", "note", "assign", "hold", "resolve", "reopen", "close", "cancel", "classify"]
)
def test_a_form_is_a_dialog_for_htmx_and_a_page_without_it(world, new_ticket, press, client, verb):
    ticket = new_ticket(at=None)
    client.force_login(world.nadia)
    path = f"{ticket.get_absolute_url()}{verb}/"

    dialog = client.get(path, headers={"HX-Request": "true", "HX-Target": "layers"})
    page = client.get(path)

    assert dialog.content.decode().strip().startswith("<dialog")
    assert "<html" in page.content.decode()
    assert f'action="{path}"' in dialog.content.decode()
    assert f'action="{path}"' in page.content.decode()


def test_a_version_that_is_no_number_is_no_version(world, new_ticket, press):
    for odd in ("²", "9" * 5000, "x"):
        ticket = new_ticket(at=None)
        assert press(world.nadia, ticket, "take", seen_version=odd).status_code == 302


def test_a_hold_has_a_date_that_every_zone_knows(world, new_ticket, press):
    world.nadia.time_zone = "America/New_York"
    accounts.save_person(world.nadia, origin=system())
    ticket = new_ticket(at=None)

    answer = press(world.nadia, ticket, "hold", reason="scheduled", until="9999-12-31T23:59")

    assert answer.status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).status == Status.NEW
