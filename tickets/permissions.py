"""Who may see and do what with a ticket: one condition per line, asked by every door."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.permissions import is_agent, roles_by_team
from tickets import rules
from tickets.choices import OPEN, Status

if TYPE_CHECKING:
    from tickets.models import Ticket

Rule = Callable[[Any, "Ticket"], bool]


def team_ids(user: Any) -> frozenset[int]:
    """Return the primary keys of the user's teams."""
    if not user.is_authenticated:
        return frozenset()
    return frozenset(roles_by_team(user))


def scope(user: Any, teams: Collection[int]) -> Q:
    """Return the filter for the tickets `user` may see; an anonymous user sees none."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return Q()
    if user.role == Role.AGENT:
        return (
            Q(category__is_sensitive=False)
            | Q(team__in=teams)
            | Q(assignee=user.pk)
            | Q(follow_up=user.pk)
            | Q(requester=user.pk)
        )
    return Q(requester=user.pk)


def can_see(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may see `ticket`; the same rule as `scope`, for one row."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return True
    if ticket.requester_id == user.pk:
        return True
    if user.role != Role.AGENT:
        return False
    if not ticket.category.is_sensitive:
        return True
    return _is_involved(user, ticket)


def can_see_internal(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may read internal notes and history of a ticket they see."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.role == Role.AUDITOR:
        return True
    # An agent who asked for help themself reads their own ticket like everybody else,
    # when its category is none of their business.
    return is_agent(user) and (not ticket.category.is_sensitive or can_work(user, ticket))


def can_work(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may work on `ticket`: assign, reply as the desk, hold, resolve."""
    if not is_agent(user):
        return False
    if user.role == Role.ADMINISTRATOR:
        return True
    return _is_involved(user, ticket)


def can_note(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may add an internal note: every agent who sees the ticket."""
    return is_agent(user) and can_see(user, ticket)


def can_answer(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may write a public message: the requester, or who works on it."""
    return bool(ticket.requester_id == user.pk and user.is_active) or can_work(user, ticket)


def can_reopen(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may say that it is not solved after all."""
    return can_answer(user, ticket)


def can_cancel(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may say that it is not needed any more."""
    return can_answer(user, ticket)


def can_close(user: Any, ticket: Ticket) -> bool:
    """Test if `user` may accept the solution for good: the requester, or who works on it."""
    return can_answer(user, ticket)


def offered(user: Any, ticket: Ticket) -> frozenset[str]:
    """Return the verbs `user` may use on `ticket` as it stands: what a page offers."""
    found = {"note"} if can_note(user, ticket) else set()
    moves = rules.MOVES[ticket.status]
    if can_answer(user, ticket) and ticket.status not in {Status.CLOSED, Status.CANCELLED}:
        found.add("reply")
    if not can_work(user, ticket):
        return frozenset(found)
    found |= {verb for verb, status in _BY_MOVE if status in moves}
    if ticket.status == Status.ON_HOLD:
        found |= {"resume", "hold"}  # a hold may be prolonged
    if ticket.status == Status.RESOLVED:
        found.add("reopen")
    if ticket.status in OPEN:
        found |= {"assign", "classify", "hand_over"}
        if ticket.assignee_id != user.pk and _is_of_team(user, ticket):
            found.add("take")
    return frozenset(found)


_BY_MOVE = (
    ("hold", Status.ON_HOLD),
    ("resolve", Status.RESOLVED),
    ("close", Status.CLOSED),
    ("cancel", Status.CANCELLED),
)


def _is_of_team(user: Any, ticket: Ticket) -> bool:
    return user.role == Role.ADMINISTRATOR or ticket.team_id in team_ids(user)


def _is_involved(user: Any, ticket: Ticket) -> bool:
    if ticket.assignee_id == user.pk or ticket.follow_up_id == user.pk:
        return True
    return ticket.team_id in team_ids(user)


def refusal(ticket: Ticket) -> str:
    """Return the words for somebody who may not do this to `ticket`."""
    return _("%(number)s belongs to %(team)s. Ask them, or hand it over.") % {
        "number": ticket.number,
        "team": ticket.team,
    }
