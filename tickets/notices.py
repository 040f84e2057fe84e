"""Who hears about what happened to a ticket: it only reads, and words codes for the reader."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Choices, Model
from django.utils import translation

from accounts.models import Person
from accounts.queries import standing_in_for
from common.origin import Origin
from notifications.actions import NewMessage
from sla.choices import Metric
from tickets.choices import Status
from tickets.models import Clock, Ticket
from tickets.permissions import can_see

EXCERPT = 4_000  # characters of a text that a mail quotes


def for_event(
    ticket: Ticket,
    *,
    verb: str,
    origin: Origin,
    body: str = "",
    clocks: Sequence[Clock] = (),
) -> list[NewMessage]:
    """Return the messages one event promises; nobody hears of what they did themself.

    The one exception is the confirmation of a ticket: the requester wants its number.
    """
    make = _MAKERS.get(verb)
    return [] if make is None else list(make(ticket, origin, body[:EXCERPT], clocks))


class Coded(NamedTuple):
    """A code of ours, to be worded in the language of whoever reads the message."""

    choices: type[Choices]
    code: str


@lru_cache(maxsize=256)
def worded(choices: type[Choices], code: str, language: str) -> str:
    """Return the label of a code in a language; kept, for a sweep asks a thousand times."""
    with translation.override(language):
        return str(choices(code).label)


def message(
    ticket: Ticket, template: str, recipient: Any, *, key: str = "", **data: Any
) -> NewMessage:
    """Return one message about `ticket`, with the page where its reader finds it.

    key: what makes it one of a kind beside template and recipient; by default the event,
    by the version it makes. data: plain values; a Coded one is worded for the reader.
    """
    language = recipient.language
    said = {
        name: worded(*value, language) if isinstance(value, Coded) else value
        for name, value in data.items()
    }
    return NewMessage(
        key=f"{key or f'ticket:{ticket.pk}:{ticket.version}'}:{template}:{recipient.pk}",
        template=template,
        recipient_id=recipient.pk,
        subject_type="ticket",
        subject_id=ticket.pk,
        data={
            "number": ticket.number,
            "title": ticket.title,
            "status": worded(Status, ticket.status, language),
            "priority": f"P{ticket.priority}",
            "team": ticket.team.name,
            "requester": ticket.requester.name,
            "link": _link(ticket, recipient),
            **said,
        },
    )


def _opened(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    person = ticket.requester
    if person.email:
        due = {clock.metric: clock.due_at for clock in clocks}
        yield message(
            ticket,
            "ticket_opened",
            person,
            body=body,
            respond_by=None if ticket.responded_at else due.get(Metric.FIRST_RESPONSE),
            resolve_by=due.get(Metric.RESOLUTION),
        )


def _replied(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    by = str(origin.actor or "")
    if _is(origin.actor, ticket.requester_id):
        for reader in _those_of(ticket, ticket.assignee or ticket.follow_up, origin):
            yield message(ticket, "ticket_answered", reader, body=body, by=by)
    elif ticket.requester.email:
        yield message(ticket, "ticket_replied", ticket.requester, body=body, by=by)


def _held(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    if body:
        yield from _replied(ticket, origin, body, clocks)


def _resolved(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    if ticket.requester.email and not _is(origin.actor, ticket.requester_id):
        yield message(
            ticket,
            "ticket_resolved",
            ticket.requester,
            body=ticket.resolution[:EXCERPT],
            by=str(origin.actor or ""),
        )


def _assigned(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    for reader in _those_of(ticket, ticket.assignee, origin):
        yield message(ticket, "ticket_assigned", reader, by=str(origin.actor or ""))


def _reopened(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    for reader in _those_of(ticket, ticket.assignee, origin):
        yield message(
            ticket,
            "ticket_reopened",
            reader,
            body=body,
            by=str(origin.actor or ""),
        )


def _those_of(ticket: Ticket, person: Person | None, origin: Origin) -> list[Person]:
    """Who hears what somebody is to hear: they themself, and who stands in while they are away.

    Whoever stands in hears of what they may see.
    """
    if person is None:
        return []
    instead = standing_in_for(person, at=origin.moment)
    found = [person, *(p for p in instead if can_see(p, ticket))]
    return [p for p in found if p.email and not _is(origin.actor, p.pk)]


def _is(actor: Model | None, pk: int | None) -> bool:
    return actor is not None and actor.pk == pk


def _link(ticket: Ticket, reader: Any) -> str:
    if reader.pk == ticket.requester_id:
        return f"/my/{ticket.number}/"
    return f"/desk/tickets/{ticket.number}/"


_MAKERS = {
    "ticket.opened": _opened,
    "ticket.replied": _replied,
    "ticket.held": _held,
    "ticket.resolved": _resolved,
    "ticket.assigned": _assigned,
    "ticket.reopened": _reopened,
}
