"""Tickets in bulk: quick to make, and still what the product would have written."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Person
from audit.models import Event
from common.clock import frozen
from escalation import actions as escalation
from setup import invariants
from tickets import actions
from tickets.models import Clock, Entry, Ticket

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def seed(**options):
    call_command("seed", now=NOW, stdout=StringIO(), **options)


def test_two_thousand_tickets_hold_everything_that_must_hold():
    seed(tickets=2000, people=150)

    assert Ticket.objects.count() == 2000
    assert Ticket.objects.open().count() == 600
    assert Person.objects.count() == 190
    assert 3 <= Entry.objects.count() / 2000 <= 5
    assert set(Ticket.objects.values_list("level", flat=True)) == {1, 2}
    with frozen(NOW):
        assert invariants.findings(now=NOW, sample=300) == []


def test_the_same_seed_makes_the_same_tickets_and_another_one_others():
    first, again, other = (_made(seed) for seed in (7, 7, 8))

    assert len(set(first)) == 80
    assert again == first
    assert other != first


def _made(number):
    """Return what a seed makes on an empty database, which is empty again afterwards."""
    with transaction.atomic():
        seed(tickets=80, people=5, seed=number)
        made = Ticket.objects.order_by("pk").values_list(
            "title", "status", "opened_at", "next_due_at", "version"
        )
        found = list(made)
        transaction.set_rollback(True)
    return found


def test_tickets_that_are_due_are_left_for_the_sweep_which_leaves_nothing():
    seed(tickets=400, people=20, breached=50)
    due = Clock.objects.to_look_at(at=NOW).count()
    assert due >= 40
    codes = {f.check for f in invariants.findings(now=NOW)}
    assert codes == {"Q1"}
    assert invariants.findings(now=NOW, settled=False) == []

    with frozen(NOW):
        assert escalation.sweep_all(at=NOW) >= 40

    assert invariants.findings(now=NOW) == []


def test_work_goes_on_after_it(world):
    seed(tickets=50, people=10)
    before = Event.objects.count()

    ticket = actions.open_ticket(
        actions.NewTicket(title="After", requester=world.sylvie, channel="portal"),
        origin=_of(world.sylvie),
    )

    assert Ticket.objects.filter(number=ticket.number).count() == 1
    assert ticket.number.startswith("26-")
    assert Event.objects.count() == before + 1
    assert invariants.findings(now=NOW) == []


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(CommandError, match="zone"):
        call_command("seed", now=datetime(2026, 3, 4, 9, 0))  # noqa: DTZ001


def _of(person):
    from tests.factories import origin_of

    return origin_of(person, at=NOW)
