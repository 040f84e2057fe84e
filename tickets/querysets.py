from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

from tickets import permissions
from tickets.choices import OPEN

if TYPE_CHECKING:
    from tickets.models import Clock, Ticket  # noqa: F401 - named in strings below


class TicketQuerySet(QuerySet["Ticket"]):
    """Every read of tickets starts here; `visible_to` is the only door for a person."""

    def visible_to(self, user: Any, team_ids: Collection[int] | None = None) -> Self:
        """Return the tickets `user` may see; team_ids saves the look-up of the user's teams."""
        teams = permissions.team_ids(user) if team_ids is None else team_ids
        return self.filter(permissions.scope(user, teams))

    def open(self) -> Self:
        """Return the tickets someone still has to work on."""
        return self.filter(status__in=OPEN)

    def late(self, *, at: datetime) -> Self:
        """Return the open tickets with a clock that was due by `at`."""
        return self.open().filter(next_due_at__lte=at)


class ClockQuerySet(QuerySet["Clock"]):
    """Reads of clocks."""

    def to_look_at(self, *, at: datetime) -> Self:
        """Return the clocks whose next action is due, by the partial index."""
        return self.filter(
            Q(state="running") | Q(state="breached"),
            next_action_at__isnull=False,
            next_action_at__lte=at,
        )
