"""What the tables of a running desk are filled with when it is brought up to date."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from escalation import actions as escalation
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Hold, Ticket

HOUR = timedelta(hours=1)


@pytest.mark.breaks_rows("rows as the version before left them")
def test_since_when_a_team_has_it_and_when_a_wait_ends_are_filled_in(world, new_ticket):
    stays, moves, waits = new_ticket(), new_ticket(), new_ticket(at=None)
    by = origin_of(world.nadia, MONDAY_9 + HOUR)
    escalation.hand_over(moves.pk, team=world.network, reason="…", origin=by)
    until = waits.opened_at + HOUR
    actions.hold(waits.pk, reason=HoldReason.SCHEDULED, until=until, origin=origin_of(world.nadia))
    Ticket.objects.update(team_since=MONDAY_9 - HOUR, accepted_at=None)
    Hold.objects.update(wake_at=None)

    since_when = import_module("tickets.migrations.0008_since_when")
    with connection.cursor() as cursor:
        for statement in since_when.STATEMENTS:
            cursor.execute(statement)

    found = dict(Ticket.objects.values_list("pk", "team_since"))
    assert (found[stays.pk], found[moves.pk]) == (MONDAY_9, MONDAY_9 + HOUR)
    assert found[waits.pk] == waits.opened_at
    assert Ticket.objects.get(pk=waits.pk).accepted_at is not None
    assert Hold.objects.get(ticket=waits).wake_at == until
