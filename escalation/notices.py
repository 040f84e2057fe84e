"""Who hears of steps and hand-overs: it only reads."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Choices
from django.utils import translation

from accounts.models import Person
from notifications.actions import NewMessage
from sla.choices import Metric
from tickets.choices import Status
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
            {"metric": Coded(Metric, clock.metric), "due_at": clock.due_at},
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


class Coded(NamedTuple):
    """A code of ours, to be worded in the language of whoever reads the message."""

    choices: type[Choices]
    code: str

    def in_language(self, language: str) -> str:
        """Return the code's label in a language."""
        return worded(self.choices, self.code, language)


@lru_cache(maxsize=256)
def worded(choices: type[Choices], code: str, language: str) -> str:
    """Return the label of a code in a language; kept, for a sweep asks a thousand times."""
    with translation.override(language):
        return str(choices(code).label)


def _message(
    ticket: Ticket, key: str, template: str, reader: Person, data: dict[str, Any]
) -> NewMessage:
    said = {
        name: worded(value.choices, value.code, reader.language)
        if isinstance(value, Coded)
        else value
        for name, value in data.items()
    }
    return NewMessage(
        key=key,
        template=template,
        recipient_id=reader.pk,
        subject_type="ticket",
        subject_id=ticket.pk,
        data={
            "number": ticket.number,
            "title": ticket.title,
            "status": worded(Status, ticket.status, reader.language),
            "team": ticket.team.name,
            "priority": f"P{ticket.priority}",
            "requester": ticket.requester.name,
            "link": _link(ticket, reader),
            **said,
        },
    )


def _link(ticket: Ticket, reader: Person) -> str:
    if reader.pk == ticket.requester_id:
        return f"/my/{ticket.number}/"
    return f"/desk/tickets/{ticket.number}/"
