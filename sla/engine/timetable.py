"""Opening hours as one growing line of epoch seconds with prefix sums: O(log n) answers.

Years are laid out on demand. What is laid out is never changed, only replaced by a longer
copy, so readers need no lock. Outside the years 1900 to 2299 everything counts as closed,
which also bounds every search.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Lock
from typing import Final

from sla.engine.instants import DAY
from sla.engine.intervals import Interval, WallClock, merged, open_intervals
from sla.engine.rules import Rules

# A calendar that stays shut for this long is answered with "never".
HORIZON: Final = 800 * DAY
_YEARS: Final = [int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in range(1900, 2301)]
FIRST: Final = _YEARS[0]
LAST: Final = _YEARS[-1] - 1


class _Span:
    """The laid-out years [low, high): interval i is [starts[i], ends[i]).

    before[i] is the open time before interval i, before[-1] the whole; gaps holds each i
    whose interval comes a horizon or more after the one before it.
    """

    __slots__ = ("before", "ends", "gaps", "high", "low", "starts", "years")

    def __init__(self, years: tuple[int, int], intervals: list[Interval]) -> None:
        self.years = years
        self.low, self.high = _YEARS[years[0]], _YEARS[years[1]]
        self.starts = [start for start, _ in intervals]
        self.ends = [end for _, end in intervals]
        self.before = [0]
        for start, end in intervals:
            self.before.append(self.before[-1] + end - start)
        self.gaps = [
            index
            for index in range(1, len(intervals))
            if self.starts[index] - self.ends[index - 1] >= HORIZON
        ]

    def open_before(self, at: int) -> int:
        """Return the open seconds of this span before an instant."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        end = self.ends[index]
        return self.before[index] + (at if at < end else end) - self.starts[index]


class Timetable:
    """Adds, subtracts and measures open seconds; `BusinessCalendar` does it for datetimes."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._wall_clock = WallClock(rules.zone)
        self._lock = Lock()
        self._span = _Span((0, 0), [])

    def add(self, at: int, seconds: int) -> int | None:
        """Return the earliest instant with that much open time since `at`; None is never."""
        if seconds == 0:
            return at
        span = self._covering(at, at)
        while True:
            first = bisect_right(span.ends, at)
            goal = span.before[first] + seconds
            if first < len(span.starts) and span.starts[first] < at:
                goal += at - span.starts[first]
            if goal <= span.before[-1]:
                break
            last_open = max(at, span.ends[-1]) if span.ends else at
            missing = goal - span.before[-1]
            if span.high - last_open >= HORIZON or missing > LAST + 1 - span.high:
                return None
            span = self._grown(span.years[0], span.years[1] + 1 + _size(span) // 2)
        last = bisect_left(span.before, goal, first + 1) - 1
        if span.starts[first] - at >= HORIZON or span.gaps and _any_in(span.gaps, first, last):
            return None
        return span.starts[last] + goal - span.before[last]

    def subtract(self, at: int, seconds: int) -> int | None:
        """Return the latest instant with that much open time until `at`; None is never."""
        if seconds == 0:
            return at
        span = self._covering(at, at)
        while True:
            last = bisect_left(span.starts, at) - 1
            goal = span.open_before(at) - seconds
            if goal >= 0:
                break
            first_open = min(at, span.starts[0]) if span.starts else at
            if first_open - span.low >= HORIZON or -goal > span.low - FIRST:
                return None
            span = self._grown(span.years[0] - 1 - _size(span) // 2, span.years[1])
        first = bisect_right(span.before, goal) - 1
        if at - span.ends[last] >= HORIZON or span.gaps and _any_in(span.gaps, first, last):
            return None
        return span.starts[first] + goal - span.before[first]

    def measure(self, start: int, end: int) -> int:
        """Return the open seconds in [start, end); zero if end is not after start."""
        if end <= start:
            return 0
        span = self._span
        if start < span.low or end > span.high:
            span = self._covering(start, end)
        return span.open_before(end) - span.open_before(start)

    def is_open(self, at: int) -> bool:
        """Say whether an instant is open; at the closing instant it is closed."""
        span = self._covering(at, at)
        index = bisect_right(span.starts, at) - 1
        return index >= 0 and at < span.ends[index]

    def next_open(self, at: int) -> int | None:
        """Return `at` when open, else the next opening; None beyond the horizon."""
        # One second can only be worked right after an opening.
        after = self.add(at, 1)
        return None if after is None else after - 1

    def next_change(self, at: int) -> int | None:
        """Return the next closing when open, else the next opening; None beyond the horizon."""
        if not self.is_open(at):
            return self.next_open(at)
        span = self._covering(at, at)
        end = span.ends[bisect_right(span.starts, at) - 1]
        if end == span.high:
            # The last day laid out may be open on into the next one.
            span = self._covering(at, at + HORIZON)
            end = span.ends[bisect_right(span.starts, at) - 1]
        return end if end - at < HORIZON else None

    def prev_open(self, at: int) -> int | None:
        """Return `at` when the instant before is open, else the last closing."""
        before = self.subtract(at, 1)
        return None if before is None else before + 1

    def pieces(self, start: int, end: int) -> Iterator[Interval]:
        """Yield the open intervals within [start, end) in order, cut to it."""
        span = self._covering(start, end)
        for index in range(bisect_right(span.ends, start), len(span.starts)):
            if start >= end or span.starts[index] >= end:
                return
            yield max(span.starts[index], start), min(span.ends[index], end)

    def _covering(self, start: int, end: int) -> _Span:
        """Return a span with both instants in it, as far as the supported years reach."""
        span = self._span
        if span.low <= start and end < span.high:
            return span
        first = bisect_right(_YEARS, min(max(start, FIRST), LAST)) - 1
        last = bisect_right(_YEARS, min(max(end, FIRST), LAST))
        return self._grown(first, last)

    def _grown(self, first: int, last: int) -> _Span:
        """Lay out what is missing of these years (numbers in _YEARS) and return the result."""
        first, last = max(first, 0), min(last, len(_YEARS) - 1)
        with self._lock:
            span = self._span
            low, high = span.years if _size(span) else (first, first)
            first, last = min(first, low), max(last, high)
            if (first, last) != span.years:
                intervals = [
                    *self._laid_out(first, low),
                    *zip(span.starts, span.ends, strict=True),
                    *self._laid_out(high, last),
                ]
                self._span = _Span((first, last), merged(intervals))
            return self._span

    def _laid_out(self, first: int, last: int) -> list[Interval]:
        if first >= last:
            return []
        return open_intervals(self._rules, self._wall_clock, _YEARS[first], _YEARS[last])


def _size(span: _Span) -> int:
    return span.years[1] - span.years[0]


def _any_in(gaps: list[int], first: int, last: int) -> bool:
    """Say whether a long gap lies between the intervals first and last."""
    return any(first < gap <= last for gap in gaps)
