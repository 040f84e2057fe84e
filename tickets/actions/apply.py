"""One change applied to one locked ticket in memory, with what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.origin import Origin
from sla.queries import Policy, policy
from tickets import rules
from tickets.actions import holds as holds_
from tickets.actions.changes import Change
from tickets.choices import OPEN, HoldReason, Status, WokenBy
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
    ticket: Ticket,
    change: Change,
    origin: Origin,
    *,
    holds: Sequence[Hold] | None = None,
    known: Policy | None = None,
) -> Outcome:
    """Change `ticket` in memory; raises MoveNotPossible or InvalidInput, writes nothing.

    holds: those of the ticket when the caller knows them; read only when they matter.
    known: the policy, where a hold is to begin.
    """
    outcome = Outcome()
    values = change.values()
    if "status" in values:
        rules.check_move(ticket.status, values["status"])
        values |= _consequences(ticket, change, origin.moment)
    values |= _care(ticket, change, values, origin.moment)
    if change.hop:
        values["hop_count"] = ticket.hop_count + 1
    for name, value in values.items():
        old = getattr(ticket, name)
        if old != value:
            outcome.before[name] = old
            _set(ticket, name, value)
    if "status" in outcome.before or change.hold is not None:
        those = list(ticket.holds.all() if holds is None else holds)
        outcome.holds = _holds(ticket, change, outcome, origin, those, known)
    if change.entry is not None:
        outcome.entry = _entry(ticket, change, origin)
        outcome.extra["entry"] = [None, change.entry.kind]
    return outcome


def _care(
    ticket: Ticket, change: Change, values: dict[str, Any], moment: datetime
) -> dict[str, Any]:
    """Who has the ticket in hand, and who waits for a word."""
    found: dict[str, Any] = {}
    if values.get("team_id", ticket.team_id) != ticket.team_id:
        found |= {"team_since": moment, "accepted_at": None}
    elif (change.is_response or change.is_acceptance) and ticket.accepted_at is None:
        found["accepted_at"] = moment
    if change.is_response:
        found["awaiting_since"] = None
        found["responded_at"] = ticket.responded_at or moment
    elif change.is_question and ticket.responded_at is not None and ticket.status in OPEN:
        # Thanks for a solution wait for no answer; whoever needs one reopens the ticket.
        found["awaiting_since"] = ticket.awaiting_since or moment
    return found


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
    ticket: Ticket, change: Change, outcome: Outcome, origin: Origin, holds: list[Hold],
    known: Policy | None,
) -> list[Hold]:  # fmt: skip
    """End and begin holds as the status asks; return all holds after it."""
    moment = origin.moment
    if ticket.status != Status.ON_HOLD or change.hold is not None:
        for hold in holds:
            if hold.ended_at is None:
                hold.ended_at, hold.woken_by = _end_of(hold, change, moment), change.woken_by
                outcome.ended_holds.append(hold)
    if change.hold is not None:
        outcome.new_holds.append(holds_.begin(ticket, change, origin, known or policy()))
        outcome.extra["hold"] = [None, change.hold.reason]
        if change.hold.until is not None:
            outcome.extra["until"] = [None, change.hold.until.isoformat()]
    if "resolved_at" in outcome.before and ticket.resolved_at is None:
        outcome.new_holds.append(
            Hold(
                ticket=ticket, reason=HoldReason.RESOLVED, author_id=_actor(origin),
                started_at=outcome.before["resolved_at"], ended_at=moment,
            )
        )  # fmt: skip
    return [*holds, *outcome.new_holds]


def _end_of(hold: Hold, change: Change, moment: datetime) -> datetime:
    """When a hold ended: what ends by itself ends at its instant, whenever it was seen."""
    by_itself = change.woken_by in {WokenBy.DATE, WokenBy.LIMIT}
    return max(hold.wake_at if by_itself and hold.wake_at else moment, hold.started_at)


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
