"""Read the description of a calendar into checked rules."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sla.engine.instants import DAY
from sla.errors import CalendarError

# A window is (start, end) in seconds of wall time after the midnight of its day; the end
# may lie on the next day, at most one day after the start.
Windows = tuple[tuple[int, int], ...]
Week = tuple[Windows, ...]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_RULES: Final = ("date", "shift_start")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Rules:
    """A calendar as checked data. Days are counted from 1970-01-01; week[0] is Monday.

    since: the days from which on each of `weeks` is in force, in order; the first has always
    been.
    """

    zone: ZoneInfo
    since: tuple[int, ...]
    weeks: tuple[Week, ...]
    holidays: frozenset[int]
    overrides: Mapping[int, Windows]
    breaks: Mapping[int, Windows]
    by_shift_start: bool

    def windows_on(self, day: int) -> Windows:
        """Return the windows that start on a day; a holiday by shift start has none.

        An override replaces those of the week. By date, a holiday is not seen here: it
        closes hours, not shifts (`closings_on`).
        """
        if self.by_shift_start and day in self.holidays:
            return ()
        windows = self.overrides.get(day)
        if windows is not None:
            return windows
        week = self.weeks[max(bisect_right(self.since, day) - 1, 0)]
        return week[(day + 3) % 7]

    def closings_on(self, day: int) -> Windows:
        """Return what is closed whatever the windows say: breaks, and holidays by date."""
        closings = self.breaks.get(day, ())
        if day in self.holidays and not self.by_shift_start:
            return ((0, DAY), *closings)
        return closings


def read_rules(data: object) -> Rules:
    """Check a calendar description (the object of `sla_eval`); unknown keys are left unread.

    Raises CalendarError with the offending value in its words.
    """
    described = _mapping(data, "The calendar")
    rule = described.get("holiday_rule") or "date"
    if rule not in HOLIDAY_RULES:
        raise CalendarError(f"The holiday rule {rule!r} is neither 'date' nor 'shift_start'.")
    versions = _versions(described)
    return Rules(
        zone=_zone(described.get("tz")),
        since=tuple(since for since, _ in versions),
        weeks=tuple(week for _, week in versions),
        holidays=frozenset(_day(text) for text in _list(described.get("holidays"), "holidays")),
        overrides=_dated(described.get("overrides"), "overrides"),
        breaks=_dated(described.get("breaks"), "breaks"),
        by_shift_start=rule == "shift_start",
    )


def _zone(name: object) -> ZoneInfo:
    if not isinstance(name, str) or not name:
        raise CalendarError("The calendar needs a time zone, for example 'Europe/Zurich'.")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarError(f"The time zone {name!r} is not known.") from error


def _versions(described: Mapping[object, object]) -> list[tuple[int, Week]]:
    """Return the weeks with the day from which on each is in force; `week` is the first."""
    found = {}
    for entry in _list(described.get("versions"), "versions"):
        version = _mapping(entry, "A version")
        since = _day(version.get("from"))
        if since in found:
            raise CalendarError(f"Two versions begin on {version.get('from')!r}.")
        found[since] = _week(version.get("week"))
    if "week" in described or not found:
        found[-(10**6)] = _week(described.get("week"))
    return sorted(found.items())


def _week(data: object) -> Week:
    days: list[Windows] = [()] * 7
    for name, windows in _mapping(data, "The week").items():
        number = _weekday(name)
        days[number] += _windows(windows, str(name))
    return tuple(days)


def _weekday(name: object) -> int:
    word = str(name).lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    if word in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(word) - 1
    # "0" is Sunday to some and Monday to others: nobody is left to guess.
    raise CalendarError(f"The weekday {name!r} is not one of mon to sun or 1 (Monday) to 7.")


def _dated(data: object, what: str) -> dict[int, Windows]:
    entries = _mapping(data, f"The entry '{what}'")
    return {_day(key): _windows(windows, str(key)) for key, windows in entries.items()}


def _day(text: object) -> int:
    if isinstance(text, date):
        return text.toordinal() - _EPOCH_DAY
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise CalendarError(f"{text!r} is not a date like '2026-08-01'.")
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH_DAY
    except ValueError as error:
        raise CalendarError(f"The date {text!r} does not exist.") from error


def _windows(data: object, where: str) -> Windows:
    windows = []
    for pair in _list(data, where):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise CalendarError(f"A window of {where} is not a pair of times: {pair!r}.")
        start, end = _time(pair[0]), _time(pair[1])
        if start == DAY:
            raise CalendarError(
                f"A window of {where} starts at 24:00; write 00:00 of the next day."
            )
        if end < start:
            end += DAY
        if end > start:
            windows.append((start, end))
    return tuple(windows)


def _time(text: object) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise CalendarError(f"{text!r} is not a time like '08:30'.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > DAY:
        raise CalendarError(f"The time {text!r} does not exist.")
    return total


def _mapping(data: object, what: str) -> Mapping[object, object]:
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise CalendarError(f"{what} is not an object: {data!r}.")
    return data


def _list(data: object, what: str) -> Sequence[object]:
    if data is None:
        return ()
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise CalendarError(f"The entry '{what}' is not a list: {data!r}.")
    return data
