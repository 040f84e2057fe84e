"""The sweep: what fell due is carried out, each step exactly once."""

from datetime import timedelta

from audit.models import Event
from escalation import actions as escalation
from escalation.models import Firing, Handover
from notifications.models import Message
from tests.moments import MONDAY_9
from tickets.models import Clock


def test_a_ticket_past_its_deadline_is_at_level_two_with_event_row_and_messages(world, new_ticket):
    ticket = new_ticket(category=world.live)
    due = MONDAY_9 + timedelta(seconds=20)
    assert Clock.objects.get(ticket=ticket).due_at == due

    assert escalation.sweep(at=due - timedelta(seconds=6)) == 0
    assert escalation.sweep(at=due - timedelta(seconds=5)) == 1
    ticket.refresh_from_db()
    assert ticket.level == 1

    assert escalation.sweep(at=due) == 1
    ticket.refresh_from_db()
    clock = Clock.objects.get(ticket=ticket)
    assert (ticket.level, ticket.team, ticket.assignee) == (2, world.network, world.reto)
    assert (clock.state, clock.breached_at) == ("breached", due)
    event = Event.objects.get(verb="ticket.escalated", subject_id=ticket.pk)
    assert event.changes["level"] == [1, 2]
    assert event.seq == ticket.version
    assert Handover.objects.get(ticket=ticket).state == "proposed"
    told = Message.objects.filter(subject_id=ticket.pk).exclude(template="ticket_opened")
    assert sorted(told.values_list("template", "recipient__username")) == [
        ("ticket_at_risk", "chiara"),  # nobody had it yet: all on duty in the team
        ("ticket_at_risk", "nadia"),
        ("ticket_escalated", "reto"),
        ("ticket_late_lead", "chiara"),
    ]


def test_a_second_sweep_finds_nothing_and_changes_nothing(world, new_ticket):
    ticket = new_ticket(category=world.live)
    late = MONDAY_9 + timedelta(minutes=5)
    escalation.sweep(at=late)
    ticket.refresh_from_db()
    version = ticket.version

    assert escalation.sweep(at=late + timedelta(hours=1)) == 0
    ticket.refresh_from_db()
    assert ticket.version == version
    assert Firing.objects.filter(clock__ticket=ticket).count() == 2
    assert Event.objects.filter(verb="ticket.escalated").count() == 1
