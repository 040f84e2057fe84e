"""Answer one line of `sla_eval`: a question about a calendar, in JSON."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from sla.engine import pauses
from sla.engine.calendar import BusinessCalendar
from sla.engine.instants import moment_of, seconds_of
from sla.engine.intervals import Interval
from sla.errors import CalendarError

Question = Mapping[str, object]
Answer = str | int | bool | None


def answer_line(line: str | bytes) -> dict[str, object]:
    """Return {"id", "result"}, or {"id", "error"} for a line that cannot be understood."""
    try:
        question = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"This is not JSON: {error}"}
    if not isinstance(question, dict):
        return {"id": None, "error": "A line must be a JSON object."}
    try:
        return {"id": question.get("id"), "result": answer(question)}
    except (CalendarError, OverflowError, RecursionError) as error:
        return {"id": question.get("id"), "error": str(error)}


def answer(question: Question) -> Answer:
    """Return what a question of one of the KINDS asks for; raise CalendarError if unclear."""
    kind = question.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise CalendarError(f"The kind {kind!r} is not one of {', '.join(KINDS)}.")
    # Many lines share a calendar, and laying it out costs more than asking it.
    calendar = _calendar(json.dumps(question.get("calendar")))
    return KINDS[kind](calendar, question)


@lru_cache(maxsize=256)
def _calendar(text: str) -> BusinessCalendar:
    return BusinessCalendar.from_dict(json.loads(text))


def _due(calendar: BusinessCalendar, question: Question) -> Answer:
    start, seconds = _instant(question, "start"), _seconds(question)
    return _text(pauses.due(calendar.table, start, seconds, _pauses(question)))


def _due_back(calendar: BusinessCalendar, question: Question) -> Answer:
    # The instant it counts back from may be called either way.
    end, seconds = _instant(question, "end" if "end" in question else "start"), _seconds(question)
    return _text(pauses.due_back(calendar.table, end, seconds, _pauses(question)))


def _elapsed(calendar: BusinessCalendar, question: Question) -> Answer:
    start, end = _instant(question, "start"), _instant(question, "end")
    return pauses.elapsed(calendar.table, start, end, _pauses(question))


def _is_open(calendar: BusinessCalendar, question: Question) -> Answer:
    return calendar.table.is_open(_instant(question, "at"))


def _next_open(calendar: BusinessCalendar, question: Question) -> Answer:
    return _text(calendar.table.next_open(_instant(question, "at")))


def _prev_open(calendar: BusinessCalendar, question: Question) -> Answer:
    return _text(calendar.table.prev_open(_instant(question, "at")))


KINDS: Final[dict[str, Callable[[BusinessCalendar, Question], Answer]]] = {
    "due": _due,
    "due_back": _due_back,
    "elapsed": _elapsed,
    "is_open": _is_open,
    "next_open": _next_open,
    "prev_open": _prev_open,
}


def _instant(question: Question, name: str) -> int:
    return _parsed(question.get(name), name)


def _parsed(text: object, name: str) -> int:
    if not isinstance(text, str):
        raise CalendarError(f"'{name}' is not an instant like '2026-04-02T14:40:00Z': {text!r}.")
    try:
        return seconds_of(datetime.fromisoformat(text))
    except CalendarError:
        raise
    except (ValueError, OverflowError) as error:
        raise CalendarError(f"'{name}' is not an instant: {text!r}.") from error


def _seconds(question: Question) -> int:
    seconds = question.get("seconds")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise CalendarError(f"'seconds' is not a whole number from 0 up: {seconds!r}.")
    return seconds


def _pauses(question: Question) -> list[Interval]:
    pairs = question.get("pauses")
    if pairs is None:
        return []
    if not isinstance(pairs, list):
        raise CalendarError("'pauses' is not a list of pairs.")
    read: list[tuple[int, int | None]] = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise CalendarError(f"A pause is not a pair of instants: {pair!r}.")
        ends = None if pair[1] is None else _parsed(pair[1], "pauses")
        read.append((_parsed(pair[0], "pauses"), ends))
    return pauses.joined(read)


def _text(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return moment_of(seconds).isoformat().replace("+00:00", "Z")
