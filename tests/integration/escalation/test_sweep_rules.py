"""The sweep in odd company: two clocks at once, no next level, a broken row, a locked row."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection, transaction

from audit.models import Event
from escalation import actions as escalation
from escalation.models import Firing, Handover
from notifications.models import Message
from sla import actions as sla
from sla.choices import Metric, StepAction
from sla.models import Step, Target
from tests import factories
from tests.integration.faults import checks
from tests.moments import MONDAY_9
from tickets.models import Clock, Ticket

LATE = MONDAY_9 + timedelta(minutes=5)


@pytest.fixture
def twin_clocks(world):
    """A category whose response and fix are due in the same second, and both hand over."""
    category = factories.category("twin", world.vpn.service, world.desk)
    found = factories.agreement(
        "twin", 3, seconds={"first_response": 20, "resolution": 20}, calendar=world.always,
        conditions={"category": ["twin"]},
    )  # fmt: skip
    target = Target.objects.get(agreement=found, metric=Metric.FIRST_RESPONSE)
    late = Step.objects.get(target=target, milestone="breach_tell_lead")
    late.milestone, late.action = "breach_hand_over", StepAction.HAND_OVER
    sla.save(late, origin=factories.system())
    return category


def test_two_clocks_due_at_once_hand_over_once_and_tell_once(world, new_ticket, twin_clocks):
    ticket = new_ticket(category=twin_clocks)

    assert escalation.sweep(at=LATE) == 1

    ticket.refresh_from_db()
    assert ticket.level == 2
    assert Firing.objects.filter(milestone="breach_hand_over").count() == 2
    assert Handover.objects.filter(ticket=ticket).count() == 1
    event = Event.objects.get(verb="ticket.escalated")
    assert sorted(event.changes["late"][1]) == ["first_response", "resolution"]
    assert Message.objects.filter(template="ticket_escalated").count() == 1
    assert checks.findings() == {}


def test_without_a_next_level_the_lead_is_told_and_the_ticket_stays(world, new_ticket):
    ticket = new_ticket(category=world.live)
    world.network.is_active = False
    factories.accounts.save(world.network, origin=factories.system())

    escalation.sweep(at=LATE)

    ticket.refresh_from_db()
    assert (ticket.level, ticket.team, ticket.status) == (1, world.desk, "new")
    assert not Handover.objects.exists()
    assert Event.objects.filter(verb="ticket.breached", subject_id=ticket.pk).count() == 1
    told = Message.objects.filter(template="ticket_late_lead")
    assert [m.recipient for m in told] == [world.chiara]


@pytest.mark.django_db(transaction=True)
def test_a_sweep_passes_over_what_somebody_works_on_and_comes_back(world, new_ticket):
    """Never waits for a lock: one ticket in somebody's hands does not keep the others."""
    held, free = new_ticket(category=world.live), new_ticket(category=world.live)
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR UPDATE", [held.pk])
        assert escalation.sweep_all(at=LATE) == 1
        cursor.execute("ROLLBACK")

    levels = dict(Ticket.objects.values_list("pk", "level"))
    assert levels == {held.pk: 1, free.pk: 2}
    assert escalation.sweep_all(at=LATE) == 1
    assert checks.findings() == {}


@pytest.mark.breaks_rows("a clock that nobody can read")
def test_one_ticket_that_cannot_be_read_does_not_stop_the_others(world, new_ticket, caplog):
    broken, fine = new_ticket(category=world.live), new_ticket(category=world.live)
    Clock.objects.filter(ticket=broken).update(fired=42)

    assert escalation.sweep_all(at=LATE) == 1

    assert dict(Ticket.objects.values_list("pk", "level")) == {broken.pk: 1, fine.pk: 2}
    assert f"ticket {broken.pk} cannot be swept" in caplog.text


def test_more_tickets_than_a_batch_holds_are_all_done_in_one_run(world, new_ticket, twin_clocks):
    """A batch counts clocks, a ticket may bring two: fewer tickets than a batch is not the end."""
    for _ticket in range(5):
        new_ticket(category=twin_clocks)

    done = [escalation.sweep(limit=4, at=LATE) for _batch in range(4)]

    assert done == [2, 2, 1, 0]
    for _ticket in range(3):
        new_ticket(category=twin_clocks)
    assert escalation.sweep_all(at=LATE) == 3
    assert checks.findings() == {}


def test_a_sweep_costs_the_same_statements_for_one_ticket_and_for_twenty(world, new_ticket):
    def statements():
        with connection.execute_wrapper(counted), transaction.atomic():
            seen.clear()
            escalation.sweep(at=LATE)
        return len(seen)

    seen = []

    def counted(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    new_ticket(category=world.live, by=world.nadia, channel="phone")
    one = statements()
    for _ticket in range(20):
        new_ticket(category=world.live, by=world.nadia, channel="phone")

    assert statements() == one
    assert Ticket.objects.filter(level=2).count() == 21


def test_steps_are_carried_out_in_the_order_in_which_they_were_due(world, new_ticket):
    tickets = [
        new_ticket(category=world.live, at=MONDAY_9 + timedelta(seconds=s)) for s in (9, 3, 6)
    ]

    for _one in tickets:
        escalation.sweep(limit=1, at=LATE)
        escalation.sweep(limit=1, at=LATE)

    order = list(
        Event.objects.filter(verb="ticket.escalated").order_by("pk").values_list(
            "subject_id", flat=True
        )
    )  # fmt: skip
    assert order == [tickets[1].pk, tickets[2].pk, tickets[0].pk]


@pytest.mark.breaks_rows("the doubles a naive sweep would make")
def test_the_checker_itself_goes_red_on_a_double(world, new_ticket):
    """The canary: a naive sweep's double must not pass by unseen."""
    ticket = new_ticket(category=world.live)
    escalation.sweep(at=LATE)
    assert checks.findings() == {}

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_event
                      (subject_type, subject_id, subject_label, seq, verb, channel, at, trace,
                       changes)
               SELECT subject_type, subject_id, subject_label, seq + 7, verb, channel, at, trace,
                      changes FROM audit_event WHERE verb = 'ticket.escalated'"""
        )
        cursor.execute(
            """INSERT INTO notifications_message (key, template, recipient_id, subject_type,
                      subject_id, data, status, created_at, not_before, attempts, error)
               SELECT key || ':again', template, recipient_id, subject_type, subject_id, data,
                      status, created_at, not_before, attempts, error
                 FROM notifications_message WHERE template = 'ticket_escalated'"""
        )

    assert set(checks.findings()) >= {
        "escalated more than once by the clock",
        "a step carried out without exactly one event that tells of it",
        "history with a gap, or version is not its length",
        "the same message promised twice",
        "escalated without one message to each",
    }
    Handover.objects.filter(ticket=ticket).delete()
    assert "escalated by the clock without one hand-over" in checks.findings()


@pytest.mark.breaks_rows("half an escalation")
def test_the_checker_goes_red_on_half_an_escalation_and_on_none(world, new_ticket):
    ticket = new_ticket(category=world.live)
    assert set(checks.findings()) == {"overdue and not escalated"}

    clock = Clock.objects.get(ticket=ticket)
    Firing.objects.create(
        clock=clock, run=1, milestone="breach_hand_over", due_at=LATE, fired_at=MONDAY_9
    )
    Ticket.objects.filter(pk=ticket.pk).update(level=2, version=3, next_due_at=None)

    assert set(checks.findings()) == {
        "a step carried out without exactly one event that tells of it",
        "escalated before it was due",
        "level is not the last level of the history",
        "level is not that of the team",
        "history with a gap, or version is not its length",
        "next due is not the earliest due of the running clocks",
    }
