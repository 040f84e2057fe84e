"""Putting on hold, by form, API and portal: what each reason asks for, and what people read."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import actions as accounts
from accounts.models import Organisation
from audit.queries import of_subject
from notifications.models import Message
from sla import actions as sla
from sla.models import PauseReason
from tests.factories import names, origin_of, system
from tickets import actions
from tickets.models import Entry, Hold, Ticket

SOON = datetime.now(UTC).replace(microsecond=0, second=0) + timedelta(days=40)
TYPED = SOON.strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def supplier(world):
    row = Organisation(name="Alpenprint", slug="alpenprint", kind="supplier")
    accounts.save(row, origin=system())
    return row


def reason(slug, **values):
    row = PauseReason.objects.filter(slug=slug).first() or PauseReason(slug=slug)
    for name, value in values.items():
        setattr(row, name, value)
    sla.save(row, origin=system())


@pytest.fixture
def ask(client, world):
    def press(ticket, by=None, **data):
        client.force_login(by or world.nadia)
        path = f"{ticket.get_absolute_url()}hold/"
        return client.post(path, data) if data else client.get(path)

    return press


def test_the_form_offers_the_reasons_in_their_order_in_the_readers_words(world, new_ticket, ask):
    reason("delivery", names=names("a delivery"), order=5, max_seconds=7200)
    reason("change", is_active=False)

    text = ask(new_ticket(at=None)).content.decode()

    assert text.index("a delivery fr") < text.index("la personne")
    assert 'value="change"' not in text
    assert 'value="resolved"' not in text


def test_a_reason_that_was_retired_meanwhile_is_refused_with_words(world, new_ticket, ask):
    world.nadia.language = "en"
    accounts.save_person(world.nadia, origin=system())
    ticket = new_ticket(at=None)
    reason("problem", is_active=False)

    answer = ask(ticket, reason="problem", note="kept words")

    assert answer.status_code == 422
    assert "This cannot be chosen any more." in answer.content.decode()
    assert "kept words" in answer.content.decode()


def test_the_supplier_is_kept_with_the_reason_and_with_no_other(world, new_ticket, ask, supplier):
    waiting, asking = new_ticket(at=None), new_ticket(at=None)

    ask(waiting, reason="supplier", supplier="alpenprint", until=TYPED)
    ask(asking, reason="requester", supplier="alpenprint")

    assert Hold.objects.get(ticket=waiting).supplier == supplier
    assert Hold.objects.get(ticket=asking).supplier is None


def test_the_message_goes_out_with_the_hold_as_one_change(world, new_ticket, ask):
    ticket = new_ticket(at=None)

    assert ask(ticket, reason="part", until=TYPED, message="It is ordered.").status_code == 302

    ticket.refresh_from_db()
    assert (ticket.status, ticket.version) == ("on_hold", 2)
    assert ticket.responded_at is not None
    assert Entry.objects.filter(ticket=ticket, kind="reply", body="It is ordered.").count() == 1
    (told,) = Message.objects.filter(template="ticket_replied")
    assert (told.recipient, told.data["body"]) == (world.sylvie, "It is ordered.")
    assert [e.verb for e in of_subject("ticket", ticket.pk)] == [
        "ticket.opened", "ticket.held",
    ]  # fmt: skip


def test_a_reason_that_tells_the_caller_wants_the_message_or_why_not(world, new_ticket, ask):
    world.nadia.language = "en"
    accounts.save_person(world.nadia, origin=system())
    reason("problem", needs_message=True)
    ticket = new_ticket(at=None)

    refused = ask(ticket, reason="problem")
    told = ask(ticket, reason="problem", note="She knows, we spoke in the lift.")

    assert refused.status_code == 422
    assert "Write to the caller why their ticket waits" in refused.content.decode()
    assert told.status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).status == "on_hold"


def test_a_hold_is_prolonged_by_the_same_form_and_a_repeated_click_begins_nothing(
    world, new_ticket, ask
):
    ticket = new_ticket(at=None)
    ask(ticket, reason="part", until=TYPED, note="4711")
    later = (SOON + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")

    shown = ask(ticket).content.decode()
    for _click in range(2):
        assert ask(ticket, reason="part", until=later, note="4711").status_code == 302

    assert 'value="4711"' in shown
    assert Hold.objects.filter(ticket=ticket).count() == 2
    assert (
        Hold.objects.get(ticket=ticket, ended_at=None).until.day == (SOON + timedelta(days=2)).day
    )


def test_the_page_says_who_holds_it_and_what_wakes_it(world, new_ticket, client):
    reason("requester", max_seconds=5 * 9 * 3600)
    world.nadia.language = "en"
    accounts.save_person(world.nadia, origin=system())
    asked, dated = new_ticket(at=None), new_ticket(at=None)
    by = origin_of(world.chiara)
    actions.hold(asked.pk, reason="requester", origin=by)
    actions.hold(dated.pk, reason="scheduled", until=SOON, origin=by)
    client.force_login(world.nadia)

    first = client.get(asked.get_absolute_url()).content.decode()
    second = client.get(dated.get_absolute_url()).content.decode()

    assert "by Chiara Chiarason" in first
    assert ", or when the caller answers." in first
    assert "Wakes by itself on" in second
    assert "Promised for" in second


def test_the_requester_reads_the_promised_date_and_the_reason_in_plain_words(
    world, new_ticket, client
):
    world.sylvie.language = "en"
    accounts.save_person(world.sylvie, origin=system())
    reason("delivery", names=names("a delivery"))
    ticket = new_ticket(at=None)
    actions.hold(
        ticket.pk, reason="delivery", until=SOON, note="canary", origin=origin_of(world.nadia)
    )
    client.force_login(world.sylvie)

    text = client.get(f"/my/{ticket.number}/").content.decode()

    assert "Waiting for a delivery en" in text
    assert "We go on with it by" in text
    assert "canary" not in text
