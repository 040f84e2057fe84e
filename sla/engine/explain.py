"""Answer "why is this due at 14:32?": the time of a clock, piece by piece."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from sla.engine import pauses
from sla.engine.clock import Facts, Terms, Timeline
from sla.engine.instants import moment_of
from sla.engine.timetable import Timetable

Kind = Literal["counted", "closed", "paused"]
Piece = tuple[int, int, Kind]

# About 200 working days; beyond it nobody reads on, and the page must not grow for ever.
MOST_SEGMENTS: Final = 400


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a clock's time.

    seconds: its open time: what "counted" used of the target, what "paused" moved the due
    instant by; zero for "closed". A pause is one segment, closed hours in it included.
    """

    start: datetime
    end: datetime
    kind: Kind
    seconds: int


def explain(terms: Terms, timeline: Timeline, now: datetime) -> list[Segment]:
    """Return the pieces from the start to due, or to now while there is no due instant.

    They follow each other without a hole. If there are more than MOST_SEGMENTS, the last
    one is "counted" and sums up the rest.
    """
    facts, table = Facts.known(timeline, now), terms.calendar.table
    due = pauses.due(table, facts.start, terms.seconds, facts.pauses)
    end = facts.until if due is None else due
    pieces = list(islice(_pieces(table, facts, end), MOST_SEGMENTS + 1))
    if len(pieces) > MOST_SEGMENTS:
        pieces[MOST_SEGMENTS - 1 :] = [(pieces[MOST_SEGMENTS - 1][0], end, "counted")]
    return [_segment(table, facts, piece) for piece in pieces]


def _pieces(table: Timetable, facts: Facts, end: int) -> Iterator[Piece]:
    at = facts.start
    for begins, ends in facts.pauses:
        begins, ends = max(begins, at), min(ends, end)
        if begins < ends:
            yield from _unpaused(table, at, begins)
            yield begins, ends, "paused"
            at = ends
    yield from _unpaused(table, at, end)


def _unpaused(table: Timetable, start: int, end: int) -> Iterator[Piece]:
    at = start
    for opens, closes in table.pieces(start, end):
        if at < opens:
            yield at, opens, "closed"
        yield opens, closes, "counted"
        at = closes
    if at < end:
        yield at, end, "closed"


def _segment(table: Timetable, facts: Facts, piece: Piece) -> Segment:
    start, end, kind = piece
    seconds = 0
    if kind == "paused":
        seconds = table.measure(start, end)
    elif kind == "counted":
        seconds = pauses.elapsed(table, start, end, facts.pauses)
    return Segment(moment_of(start), moment_of(end), kind, seconds)
