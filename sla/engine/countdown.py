"""How much open time lies between an instant and a due one, and how long that goes on alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sla.engine.calendar import BusinessCalendar


@dataclass(frozen=True, slots=True)
class Countdown:
    """What a running clock shows at one instant.

    seconds: open time left, negative once it is late. until: the next closing of a calendar
    that is open, the next opening of one that is not; None: never.
    """

    at: datetime
    seconds: int
    is_open: bool
    until: datetime | None

    @property
    def ends_at(self) -> datetime:
        """When nothing would be left if the calendar stayed open: the same all the while it is."""
        return self.at.replace(microsecond=0) + timedelta(seconds=self.seconds)

    @classmethod
    def of(cls, calendar: BusinessCalendar, due_at: datetime, at: datetime) -> Self:
        """Read the open time left until `due_at` as it is at `at`."""
        return cls(
            at=at,
            seconds=calendar.measure(at, due_at) - calendar.measure(due_at, at),
            is_open=calendar.is_open(at),
            until=calendar.next_change(at),
        )
