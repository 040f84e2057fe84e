from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from tickets import permissions
from tickets.choices import OPEN

if TYPE_CHECKING:
    from tickets.models import Clock, Hold, Ticket  # noqa: F401 - named in strings below


READINGS = ("on_track", "at_risk", "late", "paused", "no_target")


def reading(word: str, *, at: datetime) -> Q:
    """Return the filter for open tickets by their clocks; every ticket has exactly one word.

    The earliest due instant decides; without one a ticket is paused when a clock is, and
    has no target otherwise.
    """
    clocks = apps.get_model("tickets", "Clock")._base_manager.filter(ticket=OuterRef("pk"))
    is_at_risk = Exists(clocks.filter(state="running", at_risk_at__lte=at))
    is_paused = Exists(clocks.filter(state="paused"))
    risky, paused = Q(is_at_risk), Q(is_paused)
    ahead, none = Q(next_due_at__gt=at), Q(next_due_at__isnull=True)
    found: dict[str, Q] = {
        "on_track": ahead & ~risky,
        "at_risk": ahead & risky,
        "late": Q(next_due_at__lte=at),
        "paused": none & paused,
        "no_target": none & ~paused,
    }
    return found[word]


class TicketQuerySet(QuerySet["Ticket"]):
    """Every read of tickets starts here; `visible_to` is the only door for a person."""

    def visible_to(self, user: Any, team_ids: Collection[int] | None = None) -> Self:
        """Return the tickets `user` may see; team_ids saves the look-up of the user's teams."""
        teams = permissions.team_ids(user) if team_ids is None else team_ids
        return self.filter(permissions.scope(user, teams))

    def open(self) -> Self:
        """Return the tickets someone still has to work on."""
        return self.filter(status__in=OPEN)

    def reading(self, word: str, *, at: datetime) -> Self:
        """Return the open tickets whose clocks say `word` at `at`, one of READINGS."""
        return self.open().filter(reading(word, at=at))

    def late(self, *, at: datetime) -> Self:
        """Return the open tickets with a clock that was due by `at`."""
        return self.open().filter(next_due_at__lte=at)


class ClockQuerySet(QuerySet["Clock"]):
    """Reads of clocks."""

    def to_look_at(self, *, at: datetime | Combinable) -> Self:
        """Return the clocks whose next action is due, by the partial index."""
        return self.filter(
            Q(state="running") | Q(state="breached"),
            next_action_at__isnull=False,
            next_action_at__lte=at,
        )


class HoldQuerySet(QuerySet["Hold"]):
    """Reads of holds."""

    def to_wake(self, *, at: datetime | Combinable) -> Self:
        """Return the open holds that are to end by themselves, by the partial index."""
        return self.filter(ended_at__isnull=True, wake_at__isnull=False, wake_at__lte=at)
