"""Who hears about what happened to a ticket: it only reads, and words codes for the reader."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model
from django.utils import translation

from common.origin import Origin
from notifications.actions import NewMessage
from sla.choices import Metric
from tickets.models import Clock, Ticket

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


def message(ticket: Ticket, template: str, recipient: Any, **data: Any) -> NewMessage:
    """Return one message about `ticket`; its key holds event, template and recipient."""
    with translation.override(recipient.language):
        facts = {
            "number": ticket.number,
            "title": ticket.title,
            "status": ticket.get_status_display(),
            "team": str(ticket.team),
            "requester": str(ticket.requester),
            **data,
        }
    return NewMessage(
        key=f"ticket:{ticket.pk}:{ticket.version}:{template}:{recipient.pk}",
        template=template,
        recipient_id=recipient.pk,
        subject_type="ticket",
        subject_id=ticket.pk,
        data=facts,
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
            link=_portal(ticket),
            body=body,
            respond_by=None if ticket.responded_at else due.get(Metric.FIRST_RESPONSE),
            resolve_by=due.get(Metric.RESOLUTION),
        )


def _replied(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    by = str(origin.actor or "")
    if _is(origin.actor, ticket.requester_id):
        reader = ticket.assignee or ticket.follow_up
        if reader is not None and reader.email:
            yield message(ticket, "ticket_answered", reader, link=_desk(ticket), body=body, by=by)
    elif ticket.requester.email:
        yield message(
            ticket, "ticket_replied", ticket.requester, link=_portal(ticket), body=body, by=by
        )


def _resolved(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    if ticket.requester.email and not _is(origin.actor, ticket.requester_id):
        yield message(
            ticket,
            "ticket_resolved",
            ticket.requester,
            link=_portal(ticket),
            body=ticket.resolution[:EXCERPT],
            by=str(origin.actor or ""),
        )


def _assigned(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    reader = ticket.assignee
    if reader is not None and reader.email and not _is(origin.actor, reader.pk):
        yield message(
            ticket, "ticket_assigned", reader, link=_desk(ticket), by=str(origin.actor or "")
        )


def _reopened(
    ticket: Ticket, origin: Origin, body: str, clocks: Sequence[Clock]
) -> Iterable[NewMessage]:
    reader = ticket.assignee
    if reader is not None and reader.email and not _is(origin.actor, reader.pk):
        yield message(
            ticket,
            "ticket_reopened",
            reader,
            link=_desk(ticket),
            body=body,
            by=str(origin.actor or ""),
        )


def _is(actor: Model | None, pk: int | None) -> bool:
    return actor is not None and actor.pk == pk


def _portal(ticket: Ticket) -> str:
    return f"/my/{ticket.number}/"


def _desk(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/"


_MAKERS = {
    "ticket.opened": _opened,
    "ticket.replied": _replied,
    "ticket.resolved": _resolved,
    "ticket.assigned": _assigned,
    "ticket.reopened": _reopened,
}
