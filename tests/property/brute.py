"""A second, slow implementation of business time, to hold the engine against.

It knows no offsets and does no interval arithmetic: it looks at the wall clock of every real
minute (`zoneinfo`), marks the open ones and counts through them. A minute is open when its
wall time lies within a window: a repeated hour counts in both its passes.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Pauses = Sequence[tuple[datetime, datetime | None]]
_WALL_ZERO = datetime(1970, 1, 1)
_MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=64)
def _walls(zone: str, first: datetime, days: int) -> list[int]:
    """Return what the wall shows at each minute, in minutes."""
    tz = ZoneInfo(zone)
    return [
        ((first + minute * _MINUTE).astimezone(tz).replace(tzinfo=None) - _WALL_ZERO) // _MINUTE
        for minute in range(days * 1440)
    ]


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _week(spec: dict[str, Any], on: date) -> dict[str, Any]:
    found = spec.get("week", {})
    for version in sorted(spec.get("versions", ()), key=lambda v: v["from"]):
        if version["from"] <= on.isoformat() or "week" not in spec and not found:
            found = version["week"]
    return found


class Brute:
    """A calendar for the `days` after `first` (UTC); windows on whole minutes only."""

    def __init__(self, spec: dict[str, Any], first: datetime, days: int) -> None:
        self.first, self.days = first, days
        self.last = first + timedelta(days=days)
        self._walls = _walls(spec["tz"], first, days)
        self._open = bytearray(len(self._walls))
        by_shift = spec.get("holiday_rule") == "shift_start"
        holidays = set(spec.get("holidays", ()))
        every_day = range(self._walls[0] // 1440 - 1, self._walls[-1] // 1440 + 1)
        dates = {day: date(1970, 1, 1) + timedelta(days=day) for day in every_day}
        for day, on in dates.items():
            windows = _week(spec, on).get(NAMES[on.weekday()], ())
            windows = spec.get("overrides", {}).get(on.isoformat(), windows)
            if not (by_shift and on.isoformat() in holidays):
                self._mark(day, windows, 1)
        for day, on in dates.items():
            self._mark(day, spec.get("breaks", {}).get(on.isoformat(), ()), 0)
        if not by_shift and holidays:
            shut = {day for day, on in dates.items() if on.isoformat() in holidays}
            for minute, wall in enumerate(self._walls):
                if wall // 1440 in shut:
                    self._open[minute] = 0

    def _mark(self, day: int, windows: Sequence[Sequence[str]], value: int) -> None:
        for begins, ends in windows:
            start, end = _minutes(begins), _minutes(ends)
            if end < start:
                end += 1440
            low, high = day * 1440 + start, day * 1440 + end
            for minute in self._near(day):
                if low <= self._walls[minute] < high:
                    self._open[minute] = value

    def _near(self, day: int) -> range:
        """The minutes of a wall day and the next, with hours to spare: a shift ends there."""
        centre = (day - self._walls[0] // 1440) * 1440
        return range(max(centre - 2880, 0), min(centre + 5760, len(self._walls)))

    def is_open(self, at: datetime) -> bool:
        return bool(self._open[(at - self.first) // _MINUTE])

    def _stretches(
        self, start: datetime, end: datetime, pauses: Pauses
    ) -> Iterator[tuple[datetime, datetime, bool]]:
        """Yield stretches of a minute or less, with whether they are paused."""
        cuts = sorted(edge for pause in pauses for edge in pause if edge is not None)
        at = start
        while at < end:
            after = min(at.replace(second=0) + _MINUTE, end)
            while cuts and cuts[0] <= at:
                cuts.pop(0)
            if cuts:
                after = min(after, cuts[0])
            yield at, after, any(a <= at and (b is None or at < b) for a, b in pauses)
            at = after

    def counted(self, start: datetime, end: datetime, pauses: Pauses = ()) -> tuple[int, int]:
        """Return the open seconds outside and inside pauses."""
        sums = [0, 0]
        for at, after, paused in self._stretches(start, end, pauses):
            if self.is_open(at):
                sums[paused] += (after - at).seconds
        return sums[0], sums[1]

    def due(self, start: datetime, seconds: int, pauses: Pauses = ()) -> datetime | None:
        """Return the first instant with the budget used; None if not within these days."""
        if seconds == 0:
            return start
        for at, after, paused in self._stretches(start, self.last, pauses):
            if not paused and self.is_open(at):
                if seconds <= (after - at).seconds:
                    return at + timedelta(seconds=seconds)
                seconds -= (after - at).seconds
        return None

    def due_back(self, end: datetime, seconds: int, pauses: Pauses = ()) -> datetime | None:
        """Return the last instant with that much open time until the end."""
        if seconds == 0:
            return end
        for at, after, paused in reversed(list(self._stretches(self.first, end, pauses))):
            if not paused and self.is_open(at):
                if seconds <= (after - at).seconds:
                    return after - timedelta(seconds=seconds)
                seconds -= (after - at).seconds
        return None

    def state(
        self,
        due: datetime | None,
        pauses: Pauses,
        *,
        stopped: datetime | None,
        now: datetime,
    ) -> str:
        """Say where a clock stands now."""
        if stopped is not None:
            return "missed" if due is not None and stopped > due else "met"
        if due is not None and due <= now:
            return "breached"
        paused = any(a <= now and (b is None or now < b) for a, b in pauses)
        return "paused" if paused else "running"
