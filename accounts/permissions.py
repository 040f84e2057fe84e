"""Who may do what with persons and teams; asked by every door."""

from typing import TYPE_CHECKING, Any

from accounts.choices import MemberRole, Role

if TYPE_CHECKING:
    from accounts.models import Person


def is_agent(user: Any) -> bool:
    """Test if `user` works at the desk."""
    return bool(user.is_authenticated and user.is_agent)


def can_read_desk(user: Any) -> bool:
    """Test if `user` may open the pages of the desk: who works there, or audits it."""
    return is_agent(user) or bool(user.is_active and user.role == Role.AUDITOR)


def is_lead(user: Any) -> bool:
    """Test if `user` leads a team or administers."""
    if not is_agent(user):
        return False
    if user.role == Role.ADMINISTRATOR:
        return True
    return MemberRole.LEAD in roles_by_team(user).values()


def roles_by_team(user: Any) -> dict[int, str]:
    """Return the user's role in each of their teams; one statement a request, then remembered."""
    known: dict[int, str] | None = getattr(user, "_roles_by_team", None)
    if known is None:
        known = dict(user.memberships.values_list("team_id", "role"))
        user._roles_by_team = known
    return known


def is_administrator(user: Any) -> bool:
    """Test if `user` may change how the desk works."""
    return bool(user.is_authenticated and user.is_active and user.role == Role.ADMINISTRATOR)


def teams_led_by(user: Any) -> list[int]:
    """Return the primary keys of the teams `user` leads."""
    return [team for team, role in roles_by_team(user).items() if role == MemberRole.LEAD]


def can_plan(user: Any, person: "Person") -> bool:
    """Test if `user` may write the roster of `person`: the lead of a team of theirs."""
    if not is_agent(user) or is_administrator(user):
        return is_administrator(user)
    led = teams_led_by(user)
    return bool(led) and bool(person.memberships.filter(team__in=led).exists())


def can_look_up_persons(user: Any) -> bool:
    """Test if `user` may search the directory of callers."""
    return is_agent(user)


def can_open_for(user: Any, requester: "Person") -> bool:
    """Test if `user` may open a ticket in the name of `requester`."""
    return is_agent(user) or bool(user.pk == requester.pk)
