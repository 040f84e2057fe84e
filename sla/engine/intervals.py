"""Turn the wall-clock windows of local days into open intervals of epoch seconds."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sla.engine.instants import DAY, moment_of
from sla.engine.rules import Rules

Interval = tuple[int, int]


class WallClock:
    """The wall clock of one zone: which instants show a span of wall time.

    Wall time is counted in seconds since 1970-01-01 00:00 on that wall. A span is open at
    every instant whose wall shows a time within it: a skipped hour has no instants, a
    repeated one has them twice, and a span that ends inside it opens in both passes.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._offsets: dict[int, int] = {}

    def instants(self, start: int, end: int) -> list[Interval]:
        """Return the instants that show wall times in [start, end), as intervals in order."""
        if end <= start:
            return []
        # A day of slack on either side is more than any offset is far from UTC.
        low, high = start // DAY - 1, end // DAY + 2
        before, after = self._offset_at(low), self._offset_at(high)
        if before == after and self._is_steady(low, high):
            return [(start - before, end - before)]
        found = []
        for begins, ends, offset in self._stretches(low, high):
            first, last = max(begins, start - offset), min(ends, end - offset)
            if first < last:
                found.append((first, last))
        return found

    def _is_steady(self, low: int, high: int) -> bool:
        return all(self._offset_at(day) == self._offset_at(low) for day in range(low, high))

    def _stretches(self, low: int, high: int) -> Iterable[tuple[int, int, int]]:
        """Yield (from, to, offset) for the stretches of one offset between two days, in UTC."""
        since = low * DAY
        for day in range(low, high):
            offset, following = self._offset_at(day), self._offset_at(day + 1)
            if offset != following:
                change = self._change(day, offset)
                yield since, change, offset
                since = change
        yield since, high * DAY, self._offset_at(high)

    def _change(self, day: int, old: int) -> int:
        """Return the first instant of a day that no longer has the offset it began with."""

        def is_new(at: int) -> bool:
            return self._exact(at) != old

        seconds = range(day * DAY, (day + 1) * DAY + 1)
        return seconds[bisect_left(seconds, True, key=is_new)]

    def _offset_at(self, day: int) -> int:
        """Return the offset at midnight UTC of a day."""
        if day not in self._offsets:
            self._offsets[day] = self._exact(day * DAY)
        return self._offsets[day]

    def _exact(self, at: int) -> int:
        return _offset(moment_of(at).astimezone(self._zone))


def open_intervals(rules: Rules, wall_clock: WallClock, low: int, high: int) -> list[Interval]:
    """Return the open intervals within [low, high), in order, neither touching nor empty."""
    # Two days more on either side: one for the zone's offset, one for a shift past midnight.
    days = range(low // DAY - 2, high // DAY + 3)
    opened = merged(
        interval
        for day in days
        for start, end in rules.windows_on(day)
        for interval in wall_clock.instants(day * DAY + start, day * DAY + end)
    )
    closed = merged(
        interval
        for day in days
        for start, end in rules.closings_on(day)
        for interval in wall_clock.instants(day * DAY + start, day * DAY + end)
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
