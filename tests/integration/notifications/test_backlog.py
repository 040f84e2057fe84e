"""After an outage the outbox is emptied in one turn, whatever wake-ups were lost."""

from notifications import tasks
from notifications.models import Message


def test_one_turn_of_the_outbox_sends_all_that_waits(world, new_ticket, mailoutbox):
    for _ticket in range(70):
        new_ticket()
    assert Message.objects.filter(status="pending").count() == 70

    assert tasks.sweep_outbox() == 70

    assert len(mailoutbox) == 70
    assert not Message.objects.filter(status="pending").exists()
    assert tasks.sweep_outbox() == 0


def test_a_turn_ends_in_time_and_the_next_one_goes_on(world, new_ticket, mailoutbox, monkeypatch):
    for _ticket in range(3):
        new_ticket()
    monkeypatch.setattr(tasks, "TURN", 0.0)

    assert tasks.sweep_outbox() == 0

    monkeypatch.undo()
    assert tasks.sweep_outbox() == 3
