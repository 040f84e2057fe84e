"""Opening hours: add, subtract and measure business time exactly to the second."""

from datetime import datetime
from typing import Self

from sla.engine.instants import moment_of, moment_or_none, seconds_of
from sla.engine.rules import Rules, read_rules
from sla.engine.timetable import Timetable
from sla.errors import CalendarError


class BusinessCalendar:
    """Opening hours in one time zone; immutable, shared freely between threads.

    Instants go in aware, in any zone, and are cut to the second; they come out in UTC.
    An interval is open at its opening and closed at its closing instant. Windows are wall
    time: a skipped hour has no length, a repeated one counts twice. `None` means never:
    800 days pass without an open second before the answer is reached.
    """

    __slots__ = ("rules", "table")

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.table = Timetable(rules)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a calendar as `sla_eval` takes it; raise CalendarError on anything unclear.

        tz, week, holidays, overrides, breaks and holiday_rule; all but tz may be missing.
        A holiday closes its date even where an override opens it.
        """
        return cls(read_rules(data))

    def add(self, start: datetime, seconds: int) -> datetime | None:
        """Return the earliest instant at which the open time since start is that long.

        A budget used up exactly at closing ends at closing; zero ends at start itself.
        """
        if seconds < 0:
            raise CalendarError(f"A budget cannot be negative: {seconds}.")
        due = self.table.add(seconds_of(start), seconds)
        return None if due is None else moment_of(due)

    def subtract(self, end: datetime, seconds: int) -> datetime | None:
        """Return the latest instant from which the open time until end is that long."""
        if seconds < 0:
            raise CalendarError(f"A budget cannot be negative: {seconds}.")
        return moment_or_none(self.table.subtract(seconds_of(end), seconds))

    def measure(self, start: datetime, end: datetime) -> int:
        """Return the open seconds in [start, end); zero if end is not after start."""
        return self.table.measure(seconds_of(start), seconds_of(end))

    def is_open(self, at: datetime) -> bool:
        """Say whether the calendar is open at an instant."""
        return self.table.is_open(seconds_of(at))

    def next_open(self, at: datetime) -> datetime | None:
        """Return the instant itself when open, else the next opening."""
        return moment_or_none(self.table.next_open(seconds_of(at)))

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next closing when open, the next opening when closed."""
        return moment_or_none(self.table.next_change(seconds_of(at)))

    def prev_open(self, at: datetime) -> datetime | None:
        """Return the instant itself when the one before is open, else the last closing."""
        return moment_or_none(self.table.prev_open(seconds_of(at)))
