"""Who hears of steps and hand-overs: it only reads."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Person
from notifications.actions import NewMessage
from sla.choices import Metric
from sla.queries import ReasonTerms
from tickets.choices import Status, WokenBy
from tickets.models import Clock, Hold, Ticket
from tickets.notices import Coded, message


class Told(NamedTuple):
    """Who is told what, and when at the earliest; not_before None: at once."""

    reader: Person
    template: str
    not_before: datetime | None = None


def of_step(
    ticket: Ticket, clock: Clock, milestone: str, told: Iterable[Told], **facts: Any
) -> list[NewMessage]:
    """Return the messages of one step; the key holds clock, run and milestone, so each once."""
    key = f"clock:{clock.pk}:{clock.run}:{milestone}"
    facts |= {"metric": Coded(Metric, clock.metric), "due_at": clock.due_at}
    found = []
    for one in told:
        if one.reader.email:
            new = message(ticket, one.template, one.reader, key=key, **facts)
            found.append(replace(new, not_before=one.not_before) if one.not_before else new)
    return found


def of_handover(
    ticket: Ticket, key: str, template: str, readers: Iterable[Person], **data: Any
) -> list[NewMessage]:
    """Return the messages of one hand-over or of the answer to it; whoever has mail hears."""
    return [
        message(ticket, template, reader, key=key, **data) for reader in readers if reader.email
    ]


def of_waking(
    ticket: Ticket, hold: Hold, reason: ReasonTerms, by: WokenBy, readers: Iterable[Person]
) -> list[NewMessage]:
    """Return the messages about a hold that ends by itself; the key holds it, so each once."""
    facts = {"by": by.value, "since": hold.started_at, "status": Coded(Status, Status.IN_PROGRESS)}
    return [
        message(
            ticket, "ticket_woken", reader, key=f"hold:{hold.pk}",
            reason=reason.name_in(reader.language), **facts,
        )
        for reader in readers
        if reader.email
    ]  # fmt: skip
