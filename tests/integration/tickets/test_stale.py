"""Two people on one ticket: what differs merges, what collides is said."""

from datetime import timedelta

import pytest

from audit.models import Event
from common.errors import StaleRecord
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Ticket

LATER = MONDAY_9 + timedelta(hours=1)


def test_changes_of_different_fields_merge(world, new_ticket):
    ticket = new_ticket()
    actions.classify(ticket.pk, impact="site", origin=origin_of(world.chiara, LATER))

    actions.take(ticket.pk, seen_version=1, origin=origin_of(world.nadia, LATER))

    ticket.refresh_from_db()
    assert (ticket.impact, ticket.assignee, ticket.version) == ("site", world.nadia, 3)


def test_a_change_of_the_same_field_is_refused_and_names_it(world, new_ticket):
    ticket = new_ticket()
    actions.assign(ticket.pk, world.chiara, origin=origin_of(world.chiara, LATER))

    with pytest.raises(StaleRecord) as refused:
        actions.take(ticket.pk, seen_version=1, origin=origin_of(world.nadia, LATER))

    assert "assignee_id" in refused.value.fields
    assert ticket.number in str(refused.value)
    assert Ticket.objects.get(pk=ticket.pk).assignee == world.chiara
    assert not Event.objects.filter(verb="ticket.taken").exists()


def test_who_looked_at_the_present_version_is_never_refused(world, new_ticket):
    ticket = new_ticket()
    actions.assign(ticket.pk, world.chiara, origin=origin_of(world.chiara, LATER))

    actions.take(ticket.pk, seen_version=2, origin=origin_of(world.nadia, LATER))

    assert Ticket.objects.get(pk=ticket.pk).assignee == world.nadia


def test_replies_and_notes_never_collide(world, new_ticket):
    ticket = new_ticket()
    actions.reply(ticket.pk, body="One.", origin=origin_of(world.nadia, LATER))
    actions.note(ticket.pk, body="Two.", origin=origin_of(world.mara, LATER))

    actions.reply(ticket.pk, body="Three.", seen_version=2, origin=origin_of(world.chiara, LATER))

    assert Ticket.objects.get(pk=ticket.pk).version == 4


def test_a_hold_set_meanwhile_is_seen_before_it_is_replaced(world, new_ticket):
    ticket = new_ticket()
    actions.take(ticket.pk, origin=origin_of(world.nadia, LATER))
    actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia, LATER))

    with pytest.raises(StaleRecord):
        actions.hold(
            ticket.pk, reason=HoldReason.PROBLEM, seen_version=2,
            origin=origin_of(world.chiara, LATER),
        )  # fmt: skip
