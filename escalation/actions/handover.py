"""Hand over, accept, refuse and hand back: verbs of people, through the ticket's funnel."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person, Team
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.origin import Origin
from escalation import notices, permissions
from escalation.actions.moves import Move, change_to, verb_of, write_handovers
from escalation.choices import CHOOSABLE, HandoverState, How, Trigger
from escalation.models import Handover
from escalation.queries import proposed, routing
from escalation.rules import HOPS_TO_TELL_THE_LEAD
from notifications.actions import NewMessage
from tickets.actions import KEEP, Change, change_ticket
from tickets.actions.funnel import lock
from tickets.choices import OPEN, Status
from tickets.models import Ticket
from tickets.notices import Coded
from tickets.permissions import refusal
from tickets.queries import can_be_assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the next team reads first."""

    symptom: str = ""
    tried: str = ""
    wanted: str = ""
    reachable: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the card as the fields of a hand-over."""
        return {
            "symptom": self.symptom,
            "tried": self.tried,
            "wanted": self.wanted,
            "reachable": self.reachable,
        }


def hand_over(
    ticket_id: int,
    *,
    team: Team,
    reason: str,
    origin: Origin,
    trigger: Trigger = Trigger.SKILL,
    card: Card | None = None,
    assignee: Person | None = None,
    tell_requester: bool = False,
    seen_version: int | None = None,
) -> Ticket:
    """Hand a ticket to another team with a reason; nobody named: the routing chooses.

    The customer's clock keeps running. Raises InvalidInput, NotAllowed or StaleRecord.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why the ticket changes hands."), field="reason")
    if trigger not in CHOOSABLE:
        raise InvalidInput(_("Choose one of the reasons."), field="trigger")
    with transaction.atomic():
        ticket = lock(ticket_id)
        origin = origin.timed(clock.now)
        # Asked again below; here so that a stranger learns nothing from what is wrong.
        if origin.actor is not None and not permissions.can_hand_over(origin.actor, ticket):
            raise NotAllowed(refusal(ticket))
        _check(ticket, team, assignee)
        move = _move(ticket, team, assignee, trigger, reason.strip(), card, origin.moment)
        extra = {"trigger": [None, str(trigger)], "reason": [None, reason.strip()]}
        messages = _told(move, origin, tell_requester)
        changed = change_ticket(
            ticket_id, move.change, verb=verb_of(move), may=permissions.can_hand_over,
            origin=origin, seen_version=seen_version, extra=extra, messages=messages,
        )  # fmt: skip
        write_handovers([move], origin=origin)
    return changed


def accept(ticket_id: int, *, origin: Origin, seen_version: int | None = None) -> Ticket:
    """Take on what was handed over: the actor becomes the assignee."""
    with transaction.atomic():
        ticket, handover = _proposed(ticket_id)
        _check_open(ticket)
        origin = origin.timed(clock.now)
        starts = ticket.status == Status.NEW
        actor = origin.actor
        change = Change(
            assignee_id=actor.pk if actor else ticket.assignee_id,
            status=Status.IN_PROGRESS if starts else KEEP,
            is_acceptance=True,
        )
        changed = change_ticket(
            ticket_id, change, verb="handover.accepted", may=_may_answer(handover),
            origin=origin, seen_version=seen_version,
            extra={"handover": [HandoverState.PROPOSED, HandoverState.ACCEPTED]},
        )  # fmt: skip
        _answer(handover, HandoverState.ACCEPTED, "", origin)
    return changed


def refuse(
    ticket_id: int, *, reason: str, origin: Origin, seen_version: int | None = None
) -> Ticket:
    """Send back what was handed over but not accepted, with the reason."""
    with transaction.atomic():
        ticket, handover = _proposed(ticket_id)
        return _send_back(ticket, handover, HandoverState.REFUSED, reason, origin, seen_version)


def hand_back(
    ticket_id: int, *, reason: str, origin: Origin, seen_version: int | None = None
) -> Ticket:
    """Send a ticket back to the team that handed it over, with the answer inside."""
    with transaction.atomic():
        ticket = lock(ticket_id)
        handover = (
            Handover.objects.filter(ticket=ticket, to_team=ticket.team_id)
            .filter(state__in=[HandoverState.PROPOSED, HandoverState.ACCEPTED])
            .select_related("from_team", "to_team", "proposed_by")
            .last()
        )
        if handover is None:
            raise InvalidInput(_("Nobody handed this ticket to your team. Hand it over instead."))
        return _send_back(ticket, handover, HandoverState.RETURNED, reason, origin, seen_version)


def _move(
    ticket: Ticket, team: Team, assignee: Person | None, trigger: Trigger, reason: str,
    card: Card | None, at: datetime,
) -> Move:  # fmt: skip
    ways = routing(category_ids={ticket.category_id}, at=at)
    if assignee is None:
        choice = ways.choose(ticket, team)
        person, chosen, readers = choice.person, choice.data, choice.readers
    else:
        person, readers = assignee.pk, [assignee]
        chosen = {"how": str(How.NAMED), "person": person, "name": assignee.name}
    if ticket.hop_count + 1 >= HOPS_TO_TELL_THE_LEAD:
        leads = ways.leads_of([ticket.team_id, team.pk])
        readers = [*readers, *(p for p in leads if p not in readers)]
    return Move(
        ticket=ticket, from_team=ticket.team, to_team=team, from_level=ticket.level,
        trigger=trigger, change=change_to(ticket, team, person),
        readers=readers, reason=reason, card=(card or Card()).as_dict(), chosen=chosen,
    )  # fmt: skip


def _told(move: Move, origin: Origin, tell_requester: bool) -> list[NewMessage]:
    ticket = move.ticket
    key = f"ticket:{ticket.pk}:{ticket.version + 1}"
    actor = origin.actor
    readers = [p for p in move.readers if actor is None or p.pk != actor.pk]
    facts: dict[str, Any] = {
        "why": Coded(Trigger, move.trigger),
        "reason": move.reason,
        "by": str(actor or ""),
    }
    facts |= {"to_team": move.to_team.name, "chosen": move.chosen}
    found = notices.of_handover(ticket, key, "ticket_handed_over", readers, **facts)
    if tell_requester:
        found += notices.of_handover(
            ticket, key, "ticket_moved", [ticket.requester], to_team=move.to_team.name
        )
    return found


def _send_back(
    ticket: Ticket, handover: Handover, state: HandoverState, reason: str, origin: Origin,
    seen_version: int | None,
) -> Ticket:  # fmt: skip
    if not reason.strip():
        raise InvalidInput(_("Write what the other team needs to know."), field="reason")
    _check(ticket, handover.from_team, None)
    origin = origin.timed(clock.now)
    team = handover.from_team
    contact = ticket.follow_up
    is_theirs = contact is not None and team.level == 1 and can_be_assigned(contact, team.pk)
    known = [p for p in (contact, handover.proposed_by) if p is not None]
    if not any(p.is_active for p in known):
        known += _those_of(ticket, team, origin.moment)
    move = Move(
        ticket=ticket, from_team=ticket.team, to_team=team, from_level=ticket.level,
        trigger=handover.trigger,
        change=change_to(ticket, team, contact.pk if contact and is_theirs else None),
        readers=known,
    )  # fmt: skip
    extra = {
        "handover": [str(handover.state), str(state)], "reason": [None, reason.strip()],
    }  # fmt: skip
    key = f"ticket:{ticket.pk}:{ticket.version + 1}"
    actor = origin.actor
    readers = [p for p in dict.fromkeys(move.readers) if actor is None or p.pk != actor.pk]
    messages = notices.of_handover(
        ticket, key, "ticket_returned", readers, reason=reason.strip(), by=str(actor or "")
    )
    changed = change_ticket(
        ticket.pk, move.change, verb=verb_of(move), may=_may_answer(handover), origin=origin,
        seen_version=seen_version, extra=extra, messages=messages,
    )  # fmt: skip
    _answer(handover, state, reason.strip(), origin)
    return changed


def _those_of(ticket: Ticket, team: Team, at: datetime) -> list[Person]:
    """Return who hears of a ticket that comes back to a team in which nobody knows it."""
    ways = routing(category_ids={ticket.category_id}, at=at)
    return ways.hearers(ticket, team.pk)


def _proposed(ticket_id: int) -> tuple[Ticket, Handover]:
    ticket = lock(ticket_id)
    handover = proposed(ticket)
    if handover is None:
        raise InvalidInput(_("No hand-over waits for an answer. Look at the ticket again."))
    return ticket, handover


def _answer(handover: Handover, state: HandoverState, text: str, origin: Origin) -> None:
    handover.state, handover.answer = state, text
    handover.answered_at = origin.moment
    handover.answered_by_id = None if origin.actor is None else origin.actor.pk
    handover.save(update_fields=["state", "answer", "answered_at", "answered_by"])


def _may_answer(handover: Handover) -> Any:
    return lambda user, _ticket: permissions.can_answer(user, handover)


def _check_open(ticket: Ticket) -> None:
    if ticket.status not in OPEN:
        raise InvalidInput(_("This ticket is not open any more."))


def _check(ticket: Ticket, team: Team, assignee: Person | None) -> None:
    _check_open(ticket)
    if team.pk == ticket.team_id:
        raise InvalidInput(_("The ticket is with this team already."), field="team")
    if not team.is_active:
        raise InvalidInput(_("This team takes no work any more."), field="team")
    if assignee is not None and not assignee.memberships.filter(team=team).exists():
        raise InvalidInput(
            _("%(name)s is not in that team.") % {"name": assignee}, field="assignee"
        )
