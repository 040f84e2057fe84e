"""Small answers that rules and verbs need from the tables."""

from itertools import product
from typing import Any

from accounts.choices import Role
from accounts.models import Membership
from catalog.choices import Impact, Urgency
from tickets import rules
from tickets.models import Hold, PriorityCell


def priority_for(impact: str, urgency: str) -> int:
    """Return the priority of an impact and an urgency, by the editable matrix."""
    cell = PriorityCell.objects.filter(impact=impact, urgency=urgency).values_list("priority")
    row = cell.first()
    return row[0] if row else rules.default_priority(impact, urgency)


def matrix() -> dict[str, int]:
    """Return the whole priority matrix, keyed "impact/urgency"; a cell nobody set is ITIL's."""
    cells = PriorityCell.objects.values_list("impact", "urgency", "priority")
    found = {
        f"{impact}/{urgency}": rules.default_priority(impact, urgency)
        for impact, urgency in product(Impact.values, Urgency.values)
    }
    return found | {f"{impact}/{urgency}": priority for impact, urgency, priority in cells}


def can_be_assigned(person: Any, team_id: int) -> bool:
    """Test if `person` is an active agent of the team, or an administrator."""
    if not person.is_agent:
        return False
    if person.role == Role.ADMINISTRATOR:
        return True
    return Membership.objects.filter(person_id=person.pk, team_id=team_id).exists()


def open_hold(ticket_id: int) -> Hold | None:
    """Return the hold a ticket is in."""
    found = Hold.objects.filter(ticket_id=ticket_id, ended_at__isnull=True)
    return found.select_related("supplier").first()
