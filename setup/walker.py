"""A second, slow reading of deadlines, to hold the engine against: it walks day by day.

It shares no arithmetic with `sla.engine`: no prefix sums, no offsets, only the wall clock of
`zoneinfo` and lists of intervals.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
Pauses = Sequence[tuple[datetime, datetime | None]]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class Walker:
    """One calendar, described as `sla.queries.calendar_object` describes it."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.zone = ZoneInfo(spec["tz"])
        self.holidays = frozenset(spec["holidays"])

    def due(
        self, start: datetime, seconds: int, pauses: Pauses, *, days: int = 800
    ) -> datetime | None:
        """Return when `seconds` of open, unpaused time have passed; None: not within `days`."""
        start, left = _cut(start), timedelta(seconds=seconds)
        if not left:
            return start
        holes = [(_cut(a), _NEVER if b is None else _cut(b)) for a, b in pauses]
        for begins, ends in self._open(start, days):
            for low, high in _without([(begins, ends)], holes):
                if high - low >= left:
                    return low + left
                left -= high - low
        return None

    def _open(self, start: datetime, days: int) -> Iterator[Interval]:
        # One day earlier: a shift that began yesterday may still be running.
        first = start.astimezone(self.zone).date() - _DAY
        reached = start
        for number in range(days):
            for begins, ends in sorted(self._windows(first + number * _DAY)):
                begins = max(begins, reached)
                if begins < ends:
                    yield begins, ends
                    reached = ends

    def _windows(self, day: date) -> list[Interval]:
        name = day.isoformat()
        by_shift = self.spec.get("holiday_rule") == "shift_start"
        if by_shift and name in self.holidays:
            return []
        hours = self.spec["overrides"].get(name)
        if hours is None:
            hours = self._week(name).get(_DAYS[day.weekday()], [])
        found = [self._interval(day, opens, closes) for opens, closes in hours]
        holes = [
            self._interval(on, opens, closes)
            for on in (day, day + _DAY)
            for opens, closes in self.spec["breaks"].get(on.isoformat(), [])
        ]
        if not by_shift:
            closed = (on for on in (day, day + _DAY) if on.isoformat() in self.holidays)
            holes += [self._interval(on, "00:00", "24:00") for on in closed]
        return _without(found, holes)

    def _week(self, name: str) -> dict[str, list[list[str]]]:
        """Return the week in force on a date; the first one has always been."""
        versions = self.spec["versions"]
        found = next((v for v in reversed(versions) if v["from"] <= name), versions[0])
        week: dict[str, list[list[str]]] = found["week"]
        return week

    def _interval(self, day: date, opens: str, closes: str) -> Interval:
        begins, ends = self._instant(day, opens), self._instant(day, closes)
        if closes < opens:
            ends = self._instant(day + _DAY, closes)
        return begins, ends

    def _instant(self, day: date, wall: str) -> datetime:
        if wall.startswith("24:00"):
            day, wall = day + _DAY, "00:00"
        at = datetime.combine(day, time.fromisoformat(wall), tzinfo=self.zone)
        return at.astimezone(UTC)


def _cut(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _without(pieces: Sequence[Interval], holes: Sequence[Interval]) -> list[Interval]:
    left = list(pieces)
    for begins, ends in holes:
        left = [
            part
            for low, high in left
            for part in ((low, min(high, begins)), (max(low, ends), high))
            if part[0] < part[1]
        ]
    return left
