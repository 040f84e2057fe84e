"""The numbers beside the views of the queue: counted once for everybody after each change."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, F, Q, When

from accounts.choices import Role
from tickets.choices import Status
from tickets.models import Ticket

KEPT = 60  # seconds; only a bound for a change that Redis never heard of

# All, without an assignee, late, on hold.
Sizes = tuple[int, int, int, int]
NONE: Sizes = (0, 0, 0, 0)
_COLUMNS = ("all", "unassigned", "late", "waiting")


@dataclass(slots=True)
class Sums:
    """The open tickets of the desk by what decides who sees them.

    plain and guarded: by team, tickets of ordinary and of sensitive categories. involved:
    the guarded ones again, for each assignee, contact and requester. mine: by assignee.
    """

    plain: dict[int, Sizes] = field(default_factory=dict)
    guarded: dict[int, Sizes] = field(default_factory=dict)
    involved: dict[int, dict[int, Sizes]] = field(default_factory=dict)
    mine: dict[int, int] = field(default_factory=dict)

    def seen(self, user: Any, teams: Collection[int], team: int) -> Sizes:
        """Return the tickets of one team that `user` sees: permissions.scope, by sums."""
        if user.role in {Role.ADMINISTRATOR, Role.AUDITOR} or team in teams:
            guarded = self.guarded.get(team, NONE)
        else:
            guarded = self.involved.get(user.pk, {}).get(team, NONE)
        return _added([self.plain.get(team, NONE), guarded])


def counters(
    user: Any, *, teams: Collection[int], at: datetime, version: str = ""
) -> dict[str, int]:
    """Return how many open tickets each view of the queue holds: right, never approximate.

    user: somebody who reads the desk. teams: theirs; without any they look at all of them.
    version: the pulse's version of "queue" before this look; as long as it stands, the
    tickets are not counted again. Empty: they are.
    """
    sums = _sums(at, version)
    by_team = {team: sums.seen(user, teams, team) for team in {*sums.plain, *sums.guarded}}
    ours = _added(size for team, size in by_team.items() if not teams or team in teams)
    found = dict(zip(_COLUMNS, ours, strict=True))
    return found | {
        "mine": sums.mine.get(user.pk, 0),
        "team": found["all"],
        "all": _added(by_team.values())[0],
    }


def _sums(at: datetime, version: str) -> Sums:
    if not version:
        return _counted(at)
    key = f"queue-sums:{version}"
    known: Sums | None = cache.get(key)
    if known is None:
        known = _counted(at)
        cache.set(key, known, KEPT)
    return known


def _counted(at: datetime) -> Sums:
    guarded = Q(category__is_sensitive=True)
    rows = (
        Ticket.objects.open()
        .values_list(
            "category__is_sensitive",
            "team_id",
            "assignee_id",
            Case(When(guarded, then=F("follow_up_id"))),
            Case(When(guarded, then=F("requester_id"))),
        )
        .annotate(
            size=Count("pk"),
            late=Count("pk", filter=Q(next_due_at__lte=at)),
            waiting=Count("pk", filter=Q(status=Status.ON_HOLD)),
        )
        .order_by()
    )
    sums = Sums()
    parts: defaultdict[tuple[Any, ...], list[Sizes]] = defaultdict(list)
    for is_guarded, team, assignee, follow_up, requester, size, late, waiting in rows:
        sizes = (size, 0 if assignee else size, late, waiting)
        parts["guarded" if is_guarded else "plain", team].append(sizes)
        if assignee:
            sums.mine[assignee] = sums.mine.get(assignee, 0) + size
        if is_guarded:
            for person in {assignee, follow_up, requester} - {None}:
                parts["involved", person, team].append(sizes)
    for key, found in parts.items():
        target = sums.involved.setdefault(key[1], {}) if len(key) == 3 else getattr(sums, key[0])
        target[key[-1]] = _added(found)
    return sums


def _added(sizes: Iterable[Sizes]) -> Sizes:
    columns = list(zip(*sizes, strict=True))
    return (
        (sum(columns[0]), sum(columns[1]), sum(columns[2]), sum(columns[3])) if columns else NONE
    )
