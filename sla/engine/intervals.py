"""Turn the wall-clock windows of local days into open intervals of epoch seconds."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sla.engine.instants import DAY, moment_of
from sla.engine.rules import Rules

Interval = tuple[int, int]
_WALL_EPOCH: Final = datetime(1970, 1, 1)


class WallClock:
    """The wall clock of one zone: which instant a wall time is, gaps and folds included.

    Wall time is counted in seconds since 1970-01-01 00:00 on that wall.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._steady: dict[int, int | None] = {}
        self._midnights: dict[int, int | None] = {}

    def opening(self, wall: int) -> int:
        """Return the first instant that shows this wall time, or the end of the gap it is in."""
        offset = self._steady_offset(wall // DAY)
        if offset is not None:
            return wall - offset
        first, second = self._offsets(wall)
        return self._end_of_gap(wall, first, second) if first < second else wall - first

    def closing(self, wall: int) -> int:
        """Return the instant after the last one that shows the second before this wall time.

        So an end inside a repeated hour is its second pass, an end where that hour begins
        is the first and only one, and an end inside a gap is the end of the gap.
        """
        offset = self._steady_offset((wall - 1) // DAY)
        if offset is not None:
            return wall - offset
        first, second = self._offsets(wall - 1)
        return self._end_of_gap(wall - 1, first, second) if first < second else wall - second

    def _steady_offset(self, day: int) -> int | None:
        """Return the offset of a day without a change of the clock, else None."""
        if day not in self._steady:
            offset = self._offset_at_midnight(day)
            lasts = offset is not None and offset == self._offset_at_midnight(day + 1)
            self._steady[day] = offset if lasts else None
        return self._steady[day]

    def _offset_at_midnight(self, day: int) -> int | None:
        """Return the offset of the one midnight that starts a day; None for none or two."""
        if day not in self._midnights:
            first, second = self._offsets(day * DAY)
            self._midnights[day] = first if first == second else None
        return self._midnights[day]

    def _offsets(self, wall: int) -> tuple[int, int]:
        """Return the offsets for the first and the second pass; in a gap first < second."""
        moment = _WALL_EPOCH + timedelta(seconds=wall)
        first = moment.replace(tzinfo=self._zone)
        return _offset(first), _offset(moment.replace(tzinfo=self._zone, fold=1))

    def _end_of_gap(self, wall: int, before: int, after: int) -> int:
        """Return the instant of the forward change: the first to have the new offset."""
        candidates = range(wall - after, wall - before + 1)
        index = bisect_left(
            candidates, after, key=lambda at: _offset(moment_of(at).astimezone(self._zone))
        )
        return candidates[index]


def open_intervals(rules: Rules, wall_clock: WallClock, low: int, high: int) -> list[Interval]:
    """Return the open intervals within [low, high), in order, neither touching nor empty."""
    # Two days more on either side: one for the zone's offset, one for a shift past midnight.
    days = range(low // DAY - 2, high // DAY + 3)
    opened = merged(
        (wall_clock.opening(day * DAY + start), wall_clock.closing(day * DAY + end))
        for day in days
        for start, end in rules.windows_on(day)
    )
    closed = merged(
        (wall_clock.opening(day * DAY + start), wall_clock.closing(day * DAY + end))
        for day in days
        for start, end in rules.closings_on(day)
    )
    closed = [(low - 8 * DAY, low), *closed, (high, high + 8 * DAY)]
    return without(opened, merged(closed))


def without(intervals: Iterable[Interval], holes: list[Interval]) -> list[Interval]:
    """Return the intervals less the holes; both in order, each without overlaps."""
    left: list[Interval] = []
    first = 0
    for start, end in intervals:
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        index = first
        while index < len(holes) and holes[index][0] < end:
            if holes[index][0] > start:
                left.append((start, holes[index][0]))
            start = max(start, holes[index][1])
            index += 1
        if start < end:
            left.append((start, end))
    return left


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in order, overlapping and touching ones joined, empty ones dropped."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset() or timedelta()
    return offset.days * DAY + offset.seconds
