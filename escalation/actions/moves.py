"""Moves between teams: what a hand-over changes of the ticket, and its own row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Person, Team
from common.origin import Origin
from escalation.choices import HandoverState, Trigger
from escalation.models import Handover
from escalation.queries import Routing
from escalation.rules import is_late
from sla.queries import StepTerms
from tickets.actions import Change
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket on its way to another team.

    card: the fields symptom, tried, wanted, reachable, as far as they are known.
    chosen: why this person or nobody, as escalation.queries.reasons has it.
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


def by_step(ticket: Ticket, step: StepTerms, ways: Routing) -> Move | None:
    """Return the move that a step asks for, or None when there is nowhere to go.

    That is its own team, or the next level when it names none or one that takes no work.
    """
    team = ways.teams.get(step.team or 0) or ways.next_level(ticket)
    if team is None or team.pk == ticket.team_id:
        return None
    choice = ways.choose(ticket, team)
    return Move(
        ticket=ticket,
        from_team=ticket.team,
        to_team=team,
        from_level=ticket.level,
        trigger=Trigger.BREACH if is_late(step) else Trigger.WARNING,
        change=change_to(ticket, team, choice.person),
        readers=choice.readers,
        card={"symptom": ticket.description or ticket.title},
        chosen=choice.data,
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


def verb_of(move: Move) -> str:
    """A move to another level is an escalation, whoever made it; else a mere hand-over."""
    return "ticket.escalated" if move.to_team.level != move.from_level else "ticket.handed_over"


def write_handovers(moves: Sequence[Move], *, origin: Origin) -> None:
    """Write the rows of moves whose tickets are locked; an unanswered one is overtaken."""
    if not moves:
        return
    Handover.objects.filter(
        ticket__in=[m.ticket.pk for m in moves], state=HandoverState.PROPOSED
    ).update(state=HandoverState.RECALLED, answered_at=origin.moment)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "at": origin.moment,
                "by": None if origin.actor is None else origin.actor.pk,
                "tickets": [m.ticket.pk for m in moves],
                "from_teams": [m.from_team.pk for m in moves],
                "to_teams": [m.to_team.pk for m in moves],
                "from_levels": [m.from_level for m in moves],
                "to_levels": [m.to_team.level for m in moves],
                "triggers": [str(m.trigger) for m in moves],
                "reasons": [m.reason for m in moves],
                "chosen": [json.dumps(m.chosen) for m in moves],
                **{word: [m.card.get(word, "") for m in moves] for word in _CARD},
            },
        )


_CARD = ("symptom", "tried", "wanted", "reachable")
_INSERT = """
INSERT INTO escalation_handover
  (ticket_id, from_team_id, to_team_id, from_level, to_level, kind, trigger, reason,
   symptom, tried, wanted, reachable, chosen, state, proposed_at, proposed_by_id, answer)
SELECT n.ticket, n.from_team, n.to_team, n.from_level, n.to_level, 'functional', n.trigger,
       n.reason, n.symptom, n.tried, n.wanted, n.reachable, n.chosen::jsonb, 'proposed',
       %(at)s, %(by)s, ''
  FROM unnest(%(tickets)s::bigint[], %(from_teams)s::bigint[], %(to_teams)s::bigint[],
              %(from_levels)s::int[], %(to_levels)s::int[], %(triggers)s::text[],
              %(reasons)s::text[], %(symptom)s::text[], %(tried)s::text[], %(wanted)s::text[],
              %(reachable)s::text[], %(chosen)s::text[])
       AS n(ticket, from_team, to_team, from_level, to_level, trigger, reason, symptom, tried,
            wanted, reachable, chosen)
"""
