"""The numbers beside the views of the queue: counted once for everybody after each change."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, F, Q, When

from tickets import permissions
from tickets.choices import Status
from tickets.models import Ticket

VIEWS = ("mine", "unassigned", "team", "late", "waiting", "all")
KEPT = 60  # seconds; only a bound for a change that Redis never heard of


@dataclass(frozen=True, slots=True)
class _Sight:
    """What decides whether somebody sees a ticket, beside the ticket's own columns."""

    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Open tickets that nobody can tell apart by a view, and how many they are.

    follow_up_id and requester_id are told apart where they decide about sight only.
    """

    team_id: int
    assignee_id: int | None
    follow_up_id: int | None
    requester_id: int | None
    category: _Sight
    is_waiting: bool
    is_late: bool
    size: int


def counters(
    user: Any, *, teams: Collection[int], at: datetime, version: str = ""
) -> dict[str, int]:
    """Return how many open tickets each view of the queue holds: right, never approximate.

    teams: the user's; somebody without a team looks at all of them.
    version: the pulse's version of "queue" before this look; as long as it stands, the
    tickets are not counted again. Empty: they are.
    """
    found = Counter(dict.fromkeys(VIEWS, 0))
    for group in _groups(at, version):
        if not permissions.can_see(user, group):  # type: ignore[arg-type]  # same columns
            continue
        found["all"] += group.size
        if group.assignee_id == user.pk:
            found["mine"] += group.size
        if not teams or group.team_id in teams:
            found["team"] += group.size
            found["unassigned"] += group.size if group.assignee_id is None else 0
            found["late"] += group.size if group.is_late else 0
            found["waiting"] += group.size if group.is_waiting else 0
    return dict(found)


def _groups(at: datetime, version: str) -> list[_Group]:
    if not version:
        return _counted(at)
    key = f"queue-groups:{version}"
    known: list[_Group] | None = cache.get(key)
    if known is None:
        known = _counted(at)
        cache.set(key, known, KEPT)
    return known


def _counted(at: datetime) -> list[_Group]:
    guarded = Q(category__is_sensitive=True)
    found = (
        Ticket.objects.open()
        .values_list(
            "team_id",
            "assignee_id",
            Case(When(guarded, then=F("follow_up_id"))),
            Case(When(guarded, then=F("requester_id"))),
            "category__is_sensitive",
            Case(When(status=Status.ON_HOLD, then=True), default=False),
            Case(When(next_due_at__lte=at, then=True), default=False),
        )
        .annotate(size=Count("pk"))
        .order_by()
    )
    return [
        _Group(team, assignee, follow_up, requester, _Sight(guards), waiting, late, size)
        for team, assignee, follow_up, requester, guards, waiting, late, size in found
    ]
