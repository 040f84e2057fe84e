"""Budgets with pauses: a paused second of open time does not count."""

from collections.abc import Iterable, Sequence
from typing import Final

from sla.engine.intervals import Interval, merged
from sla.engine.timetable import LAST, Timetable

# The end of a pause that nobody has ended; later than any instant the engine looks at.
FOREVER: Final = LAST + 1


def joined(pauses: Iterable[tuple[int, int | None]]) -> list[Interval]:
    """Return the pauses in order and without overlap; those that end before they start drop."""
    return merged((start, FOREVER if end is None else end) for start, end in pauses)


def due(table: Timetable, start: int, seconds: int, pauses: Sequence[Interval]) -> int | None:
    """Return the earliest instant at which the unpaused open time since start is that long.

    Used up exactly where a pause begins, it ends there and the pause changes nothing.
    """
    at, left, paused = start, seconds, 0
    for begins, ends in pauses:
        if ends <= at:
            continue
        counted = table.measure(at, begins)
        if counted >= left:
            break
        if ends >= FOREVER:
            return None
        left -= counted
        paused += table.measure(max(begins, at), ends)
        at = ends
    return table.add(start, seconds + paused)


def due_back(table: Timetable, end: int, seconds: int, pauses: Sequence[Interval]) -> int | None:
    """Return the latest instant from which the unpaused open time until end is that long."""
    at, left, paused = end, seconds, 0
    for begins, ends in reversed(pauses):
        if begins >= at:
            continue
        counted = table.measure(ends, at)
        if counted >= left:
            break
        left -= counted
        paused += table.measure(begins, min(ends, at))
        at = begins
    return table.subtract(end, seconds + paused)


def paused_within(table: Timetable, start: int, end: int, pauses: Iterable[Interval]) -> int:
    """Return the open seconds of [start, end) that lie in pauses."""
    return sum(table.measure(max(begins, start), min(ends, end)) for begins, ends in pauses)


def elapsed(table: Timetable, start: int, end: int, pauses: Iterable[Interval]) -> int:
    """Return the open seconds of [start, end) outside pauses."""
    return table.measure(start, end) - paused_within(table, start, end, pauses)
