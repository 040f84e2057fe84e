"""The verbs: each builds a change, names who may, and goes through the funnel."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from catalog.models import Category
from common.errors import InvalidInput
from common.origin import Origin
from sla.queries import policy
from tickets import permissions, queries
from tickets.actions.changes import KEEP, Change, Keep, NewEntry, NewHold
from tickets.actions.funnel import change_ticket
from tickets.choices import OPEN, EntryKind, HoldReason, Status, WokenBy
from tickets.errors import MoveNotPossible
from tickets.models import Ticket


def take(ticket_id: int, *, origin: Origin, seen_version: int | None = None) -> Ticket:
    """Make the actor the assignee; a new ticket is in progress from then on."""
    actor = origin.actor
    if actor is None:
        raise InvalidInput(_("Only a person can take a ticket."))
    return _assigned(
        ticket_id, actor, origin=origin, seen_version=seen_version, verb="ticket.taken"
    )


def assign(
    ticket_id: int, assignee: Person | None, *, origin: Origin, seen_version: int | None = None
) -> Ticket:
    """Give a ticket to a member of its team, or with None back to the whole team."""
    return _assigned(
        ticket_id, assignee, origin=origin, seen_version=seen_version, verb="ticket.assigned"
    )


def reply(
    ticket_id: int,
    *,
    body: str,
    origin: Origin,
    then: Status | None = None,
    seen_version: int | None = None,
) -> Ticket:
    """Add a public message; an agent's is the first response, a requester's ends the waiting.

    then: the status to go to with the message (on hold waits for the requester).
    """
    return change_ticket(
        ticket_id,
        lambda ticket: _reply_change(ticket, body, origin, then),
        verb="ticket.replied",
        may=permissions.can_answer,
        origin=origin,
        seen_version=seen_version,
    )


def note(ticket_id: int, *, body: str, origin: Origin) -> Ticket:
    """Add an internal note; it never counts as a response."""
    return change_ticket(
        ticket_id,
        Change(entry=NewEntry(kind=EntryKind.NOTE, body=body)),
        verb="ticket.noted",
        may=permissions.can_note,
        origin=origin,
    )


def hold(
    ticket_id: int,
    *,
    reason: str,
    origin: Origin,
    note: str = "",
    until: datetime | None = None,
    supplier: Organisation | None = None,
    message: str = "",
    seen_version: int | None = None,
) -> Ticket:
    """Put a ticket on hold, or let one that waits wait for something else or longer.

    Its reason says whether it needs a date that the caller is promised, and whether the caller
    must be told; message: what they are told, as a reply of the desk in the same change.
    """
    asked = NewHold(
        reason=reason, note=note, until=until, supplier_id=supplier.pk if supplier else None
    )
    told = NewEntry(kind=EntryKind.REPLY, body=message) if message.strip() else None

    def change(ticket: Ticket) -> Change:
        again = ticket.status == Status.ON_HOLD and _waits_so(ticket, asked)
        return Change(
            status=Status.ON_HOLD, hold=None if again else asked, entry=told,
            is_response=told is not None,
        )  # fmt: skip

    return change_ticket(
        ticket_id,
        change,
        verb="ticket.held",
        may=permissions.can_work,
        origin=origin,
        seen_version=seen_version,
    )


def resume(ticket_id: int, *, origin: Origin, seen_version: int | None = None) -> Ticket:
    """End the hold: the ticket is in progress again."""
    return change_ticket(
        ticket_id,
        lambda ticket: _back_to_work(ticket, Status.ON_HOLD),
        verb="ticket.resumed",
        may=permissions.can_work,
        origin=origin,
        seen_version=seen_version,
    )


def resolve(
    ticket_id: int, *, resolution: str, origin: Origin, seen_version: int | None = None
) -> Ticket:
    """Resolve a ticket with the words that say how; the requester may still reopen it."""
    text = resolution.strip()
    if not text:
        raise InvalidInput(_("Write what solved it."), field="resolution")

    def change(ticket: Ticket) -> Change:
        # A repeated click asks for what is there; another solution is not written over it.
        if ticket.status == Status.RESOLVED and ticket.resolution != text:
            raise MoveNotPossible(Status.RESOLVED.label, Status.RESOLVED.label)
        return Change(status=Status.RESOLVED, resolution=text, is_response=True)

    return change_ticket(
        ticket_id,
        change,
        verb="ticket.resolved",
        may=permissions.can_work,
        origin=origin,
        seen_version=seen_version,
    )


def reopen(
    ticket_id: int, *, origin: Origin, reason: str = "", seen_version: int | None = None
) -> Ticket:
    """Say that it is not solved after all; the time since the solution counts as a hold."""
    entry = NewEntry(kind=EntryKind.REPLY, body=reason) if reason.strip() else None
    return change_ticket(
        ticket_id,
        lambda ticket: _back_to_work(ticket, Status.RESOLVED, entry),
        verb="ticket.reopened",
        may=permissions.can_reopen,
        origin=origin,
        seen_version=seen_version,
    )


def close(
    ticket_id: int,
    *,
    origin: Origin,
    seen_version: int | None = None,
    resolved_before: datetime | None = None,
) -> Ticket:
    """Accept the solution for good; after that only a new ticket helps.

    resolved_before: leave it resolved when its solution is not older than that; None: any.
    """

    def change(ticket: Ticket) -> Change:
        at = ticket.resolved_at
        if resolved_before is not None and (at is None or at >= resolved_before):
            raise MoveNotPossible(Status(ticket.status).label, Status.CLOSED.label)
        return Change(status=Status.CLOSED)

    return change_ticket(
        ticket_id,
        change,
        verb="ticket.closed",
        may=permissions.can_close,
        origin=origin,
        seen_version=seen_version,
    )


def cancel(
    ticket_id: int, *, origin: Origin, reason: str = "", seen_version: int | None = None
) -> Ticket:
    """Say that it is not needed any more."""
    entry = NewEntry(kind=EntryKind.REPLY, body=reason) if reason.strip() else None
    return change_ticket(
        ticket_id,
        Change(status=Status.CANCELLED, entry=entry),
        verb="ticket.cancelled",
        may=permissions.can_cancel,
        origin=origin,
        seen_version=seen_version,
    )


def classify(
    ticket_id: int,
    *,
    origin: Origin,
    impact: str | None = None,
    urgency: str | None = None,
    category: Category | None = None,
    seen_version: int | None = None,
) -> Ticket:
    """Correct impact, urgency or category; deadlines are replayed.

    The priority follows impact and urgency when they change; one that was raised stays else.
    """

    def change(ticket: Ticket) -> Change:
        _check_not_ended(ticket)
        new_impact, new_urgency = impact or ticket.impact, urgency or ticket.urgency
        is_same = (new_impact, new_urgency) == (ticket.impact, ticket.urgency)
        return Change(
            impact=new_impact,
            urgency=new_urgency,
            priority=KEEP if is_same else queries.priority_for(new_impact, new_urgency),
            category_id=KEEP if category is None else category.pk,
        )

    return change_ticket(
        ticket_id,
        change,
        verb="ticket.classified",
        may=permissions.can_work,
        origin=origin,
        seen_version=seen_version,
    )


def _assigned(
    ticket_id: int, assignee: Any, *, origin: Origin, seen_version: int | None, verb: str
) -> Ticket:
    def change(ticket: Ticket) -> Change:
        _check_open(ticket)
        if assignee is None:
            return Change(assignee_id=None)
        if not queries.can_be_assigned(assignee, ticket.team_id):
            raise InvalidInput(
                _("%(name)s is not in the team of this ticket. Hand it over instead.")
                % {"name": assignee},
                field="assignee",
            )
        return Change(assignee_id=assignee.pk, status=_started(ticket), is_acceptance=True)

    return change_ticket(
        ticket_id,
        change,
        verb=verb,
        may=permissions.can_work,
        origin=origin,
        seen_version=seen_version,
    )


def _reply_change(ticket: Ticket, body: str, origin: Origin, then: Status | None) -> Change:
    _check_not_ended(ticket)
    entry = NewEntry(kind=EntryKind.REPLY, body=body)
    actor = origin.actor
    asks = actor is not None and actor.pk == ticket.requester_id
    # An agent may ask for help, too, and then work on it: what to do next says which it is.
    if asks and (then is None or not permissions.can_work(actor, ticket)):
        # An answer is what the desk was waiting for; a resolved ticket is reopened by hand.
        woken = ticket.status == Status.ON_HOLD and _answer_wakes(ticket)
        return Change(
            entry=entry, status=Status.IN_PROGRESS if woken else KEEP, is_question=True,
            woken_by=WokenBy.ANSWER,
        )  # fmt: skip
    if then == Status.ON_HOLD:
        wait = NewHold(reason=HoldReason.REQUESTER)
        return Change(entry=entry, is_response=True, status=Status.ON_HOLD, hold=wait)
    if then == Status.RESOLVED:
        return Change(entry=entry, is_response=True, status=Status.RESOLVED, resolution=body)
    return Change(entry=entry, is_response=True, status=_started(ticket))


def _waits_so(ticket: Ticket, asked: NewHold) -> bool:
    """Whether a ticket on hold waits for just this: a repeated click begins nothing anew."""
    hold = queries.open_hold(ticket.pk)
    return hold is not None and asked == NewHold(
        reason=hold.reason, note=hold.note, until=hold.until, supplier_id=hold.supplier_id
    )


def _answer_wakes(ticket: Ticket) -> bool:
    hold = queries.open_hold(ticket.pk)
    return hold is not None and policy().reason(hold.reason).wakes_on_answer


def _started(ticket: Ticket) -> Status | Keep:
    """A new ticket that somebody works on is in progress; any other stays where it is."""
    return Status.IN_PROGRESS if ticket.status == Status.NEW else KEEP


def _back_to_work(ticket: Ticket, old: Status, entry: NewEntry | None = None) -> Change:
    """In progress again, from `old` alone: to resume is not to reopen, nor to start."""
    if ticket.status not in {old, Status.IN_PROGRESS} or (entry and ticket.status != old):
        raise MoveNotPossible(Status(ticket.status).label, Status.IN_PROGRESS.label)
    return Change(status=Status.IN_PROGRESS, entry=entry)


def _check_not_ended(ticket: Ticket) -> None:
    if ticket.status in {Status.CLOSED, Status.CANCELLED}:
        raise InvalidInput(_("This ticket is closed. Open a new one and name this number."))


def _check_open(ticket: Ticket) -> None:
    if ticket.status not in OPEN:
        raise MoveNotPossible(Status(ticket.status).label, Status.IN_PROGRESS.label)
