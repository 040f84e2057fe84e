"""One change applied to one locked ticket in memory, with what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.origin import Origin
from tickets import rules
from tickets.actions.changes import Change, NewHold
from tickets.choices import DATED, HoldReason, Status
from tickets.models import Entry, Hold, Ticket


@dataclass(slots=True)
class Outcome:
    """What a change did: old values of what changed, and the rows that go with it.

    holds: all holds of the ticket after the change; None: the change did not touch them.
    """

    before: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    entry: Entry | None = None
    new_holds: list[Hold] = field(default_factory=list)
    ended_holds: list[Hold] = field(default_factory=list)
    holds: Sequence[Hold] | None = None


def apply(
    ticket: Ticket, change: Change, origin: Origin, holds: Sequence[Hold] | None = None
) -> Outcome:
    """Change `ticket` in memory; raises MoveNotPossible or InvalidInput, writes nothing.

    holds: those of the ticket when the caller knows them; read only when they matter.
    """
    outcome = Outcome()
    values = change.values()
    if "status" in values:
        rules.check_move(ticket.status, values["status"])
        values |= _consequences(ticket, change, origin.moment)
    if change.is_response and ticket.responded_at is None:
        values["responded_at"] = origin.moment
    if change.hop:
        values["hop_count"] = ticket.hop_count + 1
    for name, value in values.items():
        old = getattr(ticket, name)
        if old != value:
            outcome.before[name] = old
            _set(ticket, name, value)
    if "status" in outcome.before or change.hold is not None:
        known = list(ticket.holds.all() if holds is None else holds)
        outcome.holds = _holds(ticket, change, outcome, origin, known)
    if change.entry is not None:
        outcome.entry = _entry(ticket, change, origin)
        outcome.extra["entry"] = [None, change.entry.kind]
    return outcome


def _consequences(ticket: Ticket, change: Change, moment: datetime) -> dict[str, Any]:
    """What else a move to another status sets."""
    new = change.status
    if new == ticket.status:
        return {}
    if new == Status.RESOLVED:
        text = change.values().get("resolution") or ticket.resolution
        if not text.strip():
            raise InvalidInput(_("Write what solved it."), field="resolution")
        return {"resolved_at": moment}
    if new in {Status.CLOSED, Status.CANCELLED}:
        return {"ended_at": moment}
    if ticket.status == Status.RESOLVED:
        return {"resolved_at": None, "reopen_count": ticket.reopen_count + 1}
    if new == Status.ON_HOLD and change.hold is None:
        raise InvalidInput(_("Say what the ticket waits for."), field="reason")
    return {}


def _holds(
    ticket: Ticket, change: Change, outcome: Outcome, origin: Origin, holds: list[Hold]
) -> list[Hold]:
    """End and begin holds as the status asks; return all holds after it."""
    moment = origin.moment
    if ticket.status != Status.ON_HOLD or change.hold is not None:
        for hold in holds:
            if hold.ended_at is None:
                hold.ended_at = max(moment, hold.started_at)
                outcome.ended_holds.append(hold)
    if change.hold is not None:
        outcome.new_holds.append(_new_hold(ticket, change.hold, origin))
        outcome.extra["hold"] = [None, change.hold.reason]
    if "resolved_at" in outcome.before and ticket.resolved_at is None:
        outcome.new_holds.append(
            Hold(
                ticket=ticket, reason=HoldReason.RESOLVED, author_id=_actor(origin),
                started_at=outcome.before["resolved_at"], ended_at=moment,
            )
        )  # fmt: skip
    return [*holds, *outcome.new_holds]


def _new_hold(ticket: Ticket, asked: NewHold, origin: Origin) -> Hold:
    if asked.reason in DATED and asked.until is None:
        raise InvalidInput(_("Say until when; the caller is promised this date."), field="until")
    if asked.until is not None and asked.until <= origin.moment:
        raise InvalidInput(_("Choose a date that is still to come."), field="until")
    return Hold(
        ticket=ticket, reason=asked.reason, note=asked.note, until=asked.until,
        author_id=_actor(origin), started_at=origin.moment,
    )  # fmt: skip


def _entry(ticket: Ticket, change: Change, origin: Origin) -> Entry:
    asked = change.entry
    if asked is None or not asked.body.strip():
        raise InvalidInput(_("Write a text first."), field="body")
    return Entry(
        ticket=ticket, kind=asked.kind, body=asked.body.strip(), author_id=_actor(origin),
        channel=origin.channel, at=origin.moment,
    )  # fmt: skip


def _set(ticket: Ticket, name: str, value: Any) -> None:
    setattr(ticket, name, value)
    relation = name.removesuffix("_id")
    if relation != name and value is None:
        setattr(ticket, relation, None)


def _actor(origin: Origin) -> int | None:
    return None if origin.actor is None else origin.actor.pk
