"""How a hold begins, and when it ends by itself."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.origin import Origin
from sla.choices import HoldReason
from sla.queries import Policy
from tickets.actions.changes import Change, NewHold
from tickets.choices import WokenBy
from tickets.models import Hold, Ticket


def begin(ticket: Ticket, change: Change, origin: Origin, known: Policy) -> Hold:
    """Return the hold that `change` asks for, not saved; raises InvalidInput with the field."""
    asked = change.hold
    if asked is None:
        raise InvalidInput(_("Say what the ticket waits for."), field="reason")
    _check(asked, change, origin, known)
    return Hold(
        ticket=ticket, reason=asked.reason, note=asked.note, until=asked.until,
        supplier_id=asked.supplier_id, author_id=None if origin.actor is None else origin.actor.pk,
        started_at=origin.moment,
        wake_at=wake_at(asked.reason, ticket.site_id, origin.moment, asked.until, known),
    )  # fmt: skip


def _check(asked: NewHold, change: Change, origin: Origin, known: Policy) -> None:
    reason = known.reason(asked.reason)
    if asked.reason not in known.reasons or not reason.is_active:
        words = _("A ticket cannot wait for “%(word)s”. Choose one of: %(words)s.")
        chosen = ", ".join(r.slug for r in known.reasons.values() if r.is_active)
        raise InvalidInput(words % {"word": asked.reason, "words": chosen}, field="reason")
    if reason.needs_date and asked.until is None:
        raise InvalidInput(_("Say until when; the caller is promised this date."), field="until")
    if asked.until is not None and asked.until <= origin.moment:
        raise InvalidInput(_("Choose a date that is still to come."), field="until")
    if asked.supplier_id is not None and asked.reason != HoldReason.SUPPLIER:
        raise InvalidInput(
            _("Only who waits for a supplier can name the supplier."), field="supplier"
        )
    if reason.needs_message and change.entry is None and not asked.note.strip():
        raise InvalidInput(
            _("Write to the caller why their ticket waits, or say in the note why not."),
            field="message",
        )


def wake_at(
    reason: str, site_id: int | None, started_at: datetime, until: datetime | None, known: Policy
) -> datetime | None:
    """Return when a hold ends by itself; None: somebody has to end it.

    The promised date wakes at that very instant, also in closed hours; the longest time of the
    reason is open seconds by the hours of the site, from the beginning of the hold.
    """
    terms = known.reason(reason)
    found = [until] if until is not None and terms.wakes_on_date else []
    hours = known.hours_of_site(site_id)
    if terms.max_seconds is not None and hours is not None:
        limit = hours.add(started_at, terms.max_seconds)
        found += [limit] if limit is not None else []
    return min(found, default=None)


def woken_by(hold: Hold) -> WokenBy:
    """Return what ends a hold that is due: its promised date, or else its longest time."""
    return WokenBy.DATE if hold.until == hold.wake_at else WokenBy.LIMIT


def wake_anew(
    holds: Iterable[Hold], site_id: int | None, known: Policy, *, at: datetime
) -> list[Hold]:
    """Set wake_at of the open holds of a ticket by the present policy; return those it moved.

    An instant that moved into the past is now: nobody was told of it before. One that has come
    already stays, for the sweep is on its way.
    """
    moved = []
    for hold in holds:
        if hold.ended_at is not None or (hold.wake_at is not None and hold.wake_at <= at):
            continue
        found = wake_at(hold.reason, site_id, hold.started_at, hold.until, known)
        if found != hold.wake_at and found is not None:
            found = max(found, at.replace(microsecond=0))
        if found != hold.wake_at:
            hold.wake_at = found
            moved.append(hold)
    return moved
