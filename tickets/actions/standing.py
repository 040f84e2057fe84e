"""Where the promises of a ticket stand, and what a change did to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sla.choices import ClockState
from tickets.models import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one promise of a ticket stands: due when, None while paused, and whether late."""

    due_at: datetime | None
    is_late: bool


def standing(clocks: Iterable[Clock], *, at: datetime) -> dict[str, Standing]:
    """Return where the last run of each metric stands, cancelled ones left out."""
    last: dict[str, Clock] = {}
    for clock in clocks:
        if clock.state != ClockState.CANCELLED and (
            clock.metric not in last or clock.run > last[clock.metric].run
        ):
            last[clock.metric] = clock
    return {metric: Standing(clock.due_at, is_late(clock, at)) for metric, clock in last.items()}


def is_late(clock: Clock, at: datetime) -> bool:
    """Test if the time of a promise has run out by `at`, whether or not anybody noticed."""
    if clock.state == ClockState.RUNNING:  # due, and the sweep has not come by yet
        return clock.due_at is not None and clock.due_at <= at
    return clock.state in {ClockState.BREACHED, ClockState.MISSED}


@dataclass(slots=True)
class Moved:
    """How the promises of a ticket stood before a change and after it."""

    before: dict[str, Standing] = field(default_factory=dict)
    after: dict[str, Standing] = field(default_factory=dict)

    @property
    def dues(self) -> tuple[dict[str, datetime | None], dict[str, datetime | None]]:
        """The due instants that moved, by metric: before and after."""
        metrics = [
            metric
            for metric in {**self.before, **self.after}
            if self._due(self.before, metric) != self._due(self.after, metric)
        ]
        return (
            {m: self.before[m].due_at for m in metrics if m in self.before},
            {m: self.after[m].due_at for m in metrics if m in self.after},
        )

    @property
    def late(self) -> list[str]:
        """The metrics that are late now and were not."""
        return [m for m, now in self.after.items() if now.is_late and not self._was_late(m)]

    @property
    def in_time(self) -> list[str]:
        """The metrics that were late and are not any more."""
        return [
            m
            for m, then in self.before.items()
            if then.is_late and not (m in self.after and self.after[m].is_late)
        ]

    def _was_late(self, metric: str) -> bool:
        return metric in self.before and self.before[metric].is_late

    @staticmethod
    def _due(standings: Mapping[str, Standing], metric: str) -> datetime | None:
        found = standings.get(metric)
        return None if found is None else found.due_at
