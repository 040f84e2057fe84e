"""Who hears of steps and hand-overs: it only reads."""

from collections.abc import Iterable
from typing import Any

from django.utils import translation

from accounts.models import Person
from escalation.choices import Trigger
from notifications.actions import NewMessage
from tickets.models import Clock, Ticket


def of_step(
    ticket: Ticket, clock: Clock, milestone: str, template: str, readers: Iterable[Person]
) -> list[NewMessage]:
    """Return the messages of one step; the key holds clock, run and milestone, so each once."""
    return [
        _message(
            ticket,
            f"clock:{clock.pk}:{clock.run}:{milestone}:{template}:{reader.pk}",
            template,
            reader,
            {"metric": clock.get_metric_display, "due_at": clock.due_at},
        )
        for reader in readers
        if reader.email
    ]


def of_handover(
    ticket: Ticket, handover_key: str, template: str, readers: Iterable[Person], **data: Any
) -> list[NewMessage]:
    """Return the messages of one hand-over or of the answer to it."""
    return [
        _message(ticket, f"{handover_key}:{template}:{reader.pk}", template, reader, data)
        for reader in readers
        if reader.email
    ]


def why(trigger: str) -> Any:
    """Return a function that words a trigger in the language active when it is called."""
    return Trigger(trigger).label.__str__


def _message(
    ticket: Ticket, key: str, template: str, reader: Person, data: dict[str, Any]
) -> NewMessage:
    with translation.override(reader.language):
        worded = {name: value() if callable(value) else value for name, value in data.items()}
        status = ticket.get_status_display()
    return NewMessage(
        key=key,
        template=template,
        recipient_id=reader.pk,
        subject_type="ticket",
        subject_id=ticket.pk,
        data={
            "number": ticket.number,
            "title": ticket.title,
            "status": str(status),
            "team": ticket.team.name,
            "priority": f"P{ticket.priority}",
            "requester": str(ticket.requester),
            "link": _link(ticket, reader),
            **worded,
        },
    )


def _link(ticket: Ticket, reader: Person) -> str:
    if reader.pk == ticket.requester_id:
        return f"/my/{ticket.number}/"
    return f"/desk/tickets/{ticket.number}/"
