"""Moves between teams: what a hand-over changes of the ticket, and its own row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Person, Team
from common.origin import Origin
from escalation.choices import HandoverState, Trigger
from escalation.models import Handover
from escalation.queries import Routing
from escalation.rules import Ranked
from tickets.actions import Change
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket on its way to another team.

    card: the fields symptom, tried, wanted, reachable, as far as they are known.
    chosen: why this person: matched and required skills, language, load; empty for nobody.
    """

    ticket: Ticket
    from_team: Team
    to_team: Team
    from_level: int
    trigger: str
    change: Change
    readers: Sequence[Person]
    reason: str = ""
    card: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, Any] = field(default_factory=dict)


def to_next_level(ticket: Ticket, ways: Routing) -> Move | None:
    """Return the move that a breach asks for, or None when there is no higher team."""
    team = ways.next_level(ticket)
    if team is None:
        return None
    best = ways.choose(ticket, team)
    reader = None if best is None else ways.persons[best.person]
    readers = [reader] if reader else (ways.on_duty(team.pk) or ways.leads_of([team.pk]))
    return Move(
        ticket=ticket,
        from_team=ticket.team,
        to_team=team,
        from_level=ticket.level,
        trigger=Trigger.BREACH,
        change=change_to(ticket, team, None if best is None else best.person),
        readers=readers,
        card={"symptom": ticket.description or ticket.title},
        chosen={} if best is None else explained(best),
    )


def change_to(ticket: Ticket, team: Team, assignee_id: int | None) -> Change:
    """Return the change that brings a ticket to `team`; level 1 keeps the contact."""
    follow_up = ticket.follow_up_id or (ticket.assignee_id if ticket.level == 1 else None)
    return Change(
        team_id=team.pk,
        level=team.level,
        assignee_id=assignee_id,
        follow_up_id=follow_up,
        hop=True,
    )


def explained(best: Ranked) -> dict[str, Any]:
    """Return the reasons for a choice, as plain data."""
    return {
        "person": best.person,
        "matched": best.matched,
        "required": best.required,
        "speaks": best.speaks,
        "load": best.load,
    }


def write_handovers(moves: Sequence[Move], *, origin: Origin) -> list[Handover]:
    """Write the rows of moves whose tickets are locked; an unanswered one is overtaken."""
    if not moves:
        return []
    Handover.objects.filter(
        ticket__in=[m.ticket.pk for m in moves], state=HandoverState.PROPOSED
    ).update(state=HandoverState.RECALLED, answered_at=origin.moment)
    return Handover.objects.bulk_create([_row(move, origin) for move in moves])


def _row(move: Move, origin: Origin) -> Handover:
    return Handover(
        ticket=move.ticket,
        from_team=move.from_team,
        to_team=move.to_team,
        from_level=move.from_level,
        to_level=move.to_team.level,
        trigger=move.trigger,
        reason=move.reason,
        chosen=move.chosen,
        proposed_at=origin.moment,
        proposed_by_id=None if origin.actor is None else origin.actor.pk,
        **move.card,
    )
