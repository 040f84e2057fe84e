"""Opening a ticket: number, first response, promises, who may."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections

from common.errors import InvalidInput, NotAllowed
from notifications.models import Message
from tests import factories
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Clock, Entry, Ticket


def test_a_call_logged_by_an_agent_is_the_first_response_and_theirs(world, new_ticket):
    called = new_ticket(by=world.nadia, channel="phone")

    assert (called.status, called.assignee, called.follow_up) == (
        "in_progress", world.nadia, world.nadia,
    )  # fmt: skip
    clocks = {c.metric: c.state for c in Clock.objects.filter(ticket=called)}
    assert clocks == {"first_response": "met", "resolution": "running"}
    assert Entry.objects.get(ticket=called).kind == "call"


def test_a_call_for_another_team_is_answered_but_belongs_to_that_team(world, new_ticket):
    called = new_ticket(by=world.mara, channel="phone")

    assert (called.status, called.assignee, called.follow_up) == ("new", None, world.mara)
    assert called.responded_at == MONDAY_9


def test_neither_portal_nor_confirmation_nor_note_nor_assignment_is_a_response(world, new_ticket):
    ticket = new_ticket()
    actions.note(ticket.pk, body="Known.", origin=origin_of(world.nadia, MONDAY_9))
    actions.take(ticket.pk, origin=origin_of(world.nadia, MONDAY_9))
    actions.reply(ticket.pk, body="It got worse.", origin=origin_of(world.sylvie, MONDAY_9))

    ticket.refresh_from_db()
    assert Message.objects.filter(template="ticket_opened").exists()
    assert ticket.responded_at is None
    assert Clock.objects.get(ticket=ticket, metric="first_response").state == "running"

    actions.reply(ticket.pk, body="We look.", origin=origin_of(world.nadia, MONDAY_9))
    ticket.refresh_from_db()
    assert ticket.responded_at == MONDAY_9


def test_numbers_count_from_one_each_year_of_the_desk(world, new_ticket):
    last = new_ticket(at=datetime(2031, 12, 31, 22, 59, 59, tzinfo=UTC))
    first = new_ticket(at=datetime(2031, 12, 31, 23, 0, tzinfo=UTC))  # midnight in Zurich
    second = new_ticket(at=datetime(2032, 6, 1, 8, 0, tzinfo=UTC))

    assert last.number == "31-00001"
    assert (first.number, second.number) == ("32-00001", "32-00002")


@pytest.mark.django_db(transaction=True)
def test_the_first_tickets_of_a_year_may_be_opened_at_once(world, new_ticket):
    at, numbers, barrier = datetime(2041, 1, 1, 8, 0, tzinfo=UTC), [], threading.Barrier(4)

    def open_one():
        try:
            barrier.wait()
            numbers.append(new_ticket(at=at).number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(numbers)) == 4
    assert all(number.startswith("41-") for number in numbers)


def test_a_requester_opens_in_their_own_name_only(world):
    new = actions.NewTicket(
        title="VPN", requester=world.sylvie, channel="portal", category=world.vpn
    )

    with pytest.raises(NotAllowed):
        actions.open_ticket(new, origin=origin_of(world.stranger, MONDAY_9))

    assert not Ticket.objects.exists()
    assert (
        actions.open_ticket(new, origin=origin_of(world.sylvie, MONDAY_9)).requester
        == world.sylvie
    )


def test_without_a_line_about_the_problem_there_is_no_ticket(world, new_ticket):
    with pytest.raises(InvalidInput) as refused:
        new_ticket(title="  ")

    assert refused.value.field == "title"
    assert not Ticket.objects.exists()


def test_a_category_made_after_the_policy_was_read_belongs_to_its_service(world, new_ticket):
    """The policy is kept in memory: a category that came later must not be unknown to it."""
    new_ticket()
    service = world.vpn.service
    wifi = factories.category("wifi", service, world.desk)

    ticket = new_ticket(category=wifi)

    from escalation.queries import routing

    ways = routing(category_ids={wifi.pk}, at=MONDAY_9)
    assert ways.next_level(ticket) == world.network
