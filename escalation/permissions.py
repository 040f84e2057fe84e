"""Who may hand over, accept, refuse and hand back."""

from typing import TYPE_CHECKING, Any

from accounts.choices import Role
from accounts.permissions import is_agent
from tickets.permissions import can_work, team_ids

if TYPE_CHECKING:
    from escalation.models import Handover
    from tickets.models import Ticket


def can_hand_over(user: Any, ticket: "Ticket") -> bool:
    """Test if `user` may hand the ticket to another team: whoever works on it."""
    return can_work(user, ticket)


def can_answer(user: Any, handover: "Handover") -> bool:
    """Test if `user` may accept or refuse: an agent of the team it was handed to.

    So may the one who was chosen: a substitute need not be a member.
    """
    if not is_agent(user):
        return False
    if handover.chosen.get("person") == user.pk:
        return True
    return user.role == Role.ADMINISTRATOR or handover.to_team_id in team_ids(user)
