"""A calendar seen date by date: how long each local day is open, and what its week alone gives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sla.engine.calendar import BusinessCalendar
from sla.engine.instants import moment_of, seconds_of
from sla.engine.intervals import WallClock
from sla.engine.rules import Rules
from sla.engine.timetable import Timetable

_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Day:
    """A local date of a calendar.

    seconds: how long it is open; usual: what the week in force gives without the dated
    exceptions. length: of the day itself; 82 800 or 90 000 where the clock changes.
    overlaps: two windows share time, which counts once.
    """

    on: date
    seconds: int
    usual: int
    length: int
    overlaps: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """The open time of one local date between two instants: what of it is open, in order."""

    on: date
    open: tuple[tuple[datetime, datetime], ...]
    seconds: int
    length: int


def days(calendar: BusinessCalendar, first: date, last: date) -> Iterator[Day]:
    """Yield the local dates from first to last, both included."""
    rules = calendar.rules
    wall, plain = WallClock(rules.zone), Timetable(_without_exceptions(rules))
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        number = ordinal - _EPOCH_DAY
        spans = _instants(wall, number)
        yield Day(
            on=date.fromordinal(ordinal),
            seconds=sum(calendar.table.measure(*span) for span in spans),
            usual=sum(plain.measure(*span) for span in spans),
            length=sum(end - start for start, end in spans),
            overlaps=_overlaps(rules, number),
        )


def by_day(calendar: BusinessCalendar, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Yield every local date from start to end with the open time in between, closed ones too."""
    low, high = seconds_of(start), seconds_of(end)
    zone, wall = calendar.rules.zone, WallClock(calendar.rules.zone)
    on, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while on <= last:
        spans = _instants(wall, on.toordinal() - _EPOCH_DAY)
        found = [
            piece
            for begins, ends in spans
            for piece in calendar.table.pieces(max(begins, low), min(ends, high))
        ]
        yield Stretch(
            on=on,
            open=tuple((moment_of(a), moment_of(b)) for a, b in found),
            seconds=sum(b - a for a, b in found),
            length=sum(b - a for a, b in spans),
        )
        on += timedelta(days=1)


def _instants(wall: WallClock, number: int) -> list[tuple[int, int]]:
    return wall.instants(number * 86_400, (number + 1) * 86_400)


def _without_exceptions(rules: Rules) -> Rules:
    return replace(rules, holidays=frozenset(), overrides={}, breaks={})


def _overlaps(rules: Rules, day: int) -> bool:
    """Say whether windows that are open on a day, from the day before on, share time."""
    before = [(start - 86_400, end - 86_400) for start, end in rules.windows_on(day - 1)]
    windows = sorted([*(w for w in before if w[1] > 0), *rules.windows_on(day)])
    return any(a[1] > b[0] for a, b in zip(windows, windows[1:], strict=False))
