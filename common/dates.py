"""Dates and times as people type them: "2.4.26", "02/04/2026", "2026-04-02", "morgen"."""

import re
from datetime import date, time, timedelta
from typing import Final

_DMY: Final = re.compile(r"(\d{1,2})\s*[./]\s*(\d{1,2})\s*[./]\s*(\d{4}|\d{2})")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME: Final = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})?)?(?:\s*(?:uhr|h))?", re.IGNORECASE)
_NEAR: Final = {
    "today": 0, "heute": 0, "aujourd'hui": 0, "aujourd’hui": 0, "oggi": 0,
    "tomorrow": 1, "morgen": 1, "demain": 1, "domani": 1,
}  # fmt: skip


def read_date(text: str, today: date) -> date | None:
    """Return the date in a text; None: not understood, or there is no such date."""
    told = text.strip().lower()
    if told in _NEAR:
        return today + timedelta(days=_NEAR[told])
    if found := _DMY.fullmatch(told):
        day, month, year = (int(part) for part in found.groups())
        return _date(year if year > 99 else 2000 + year, month, day)
    if found := _ISO.fullmatch(told):
        return _date(*(int(part) for part in found.groups()))
    return None


def read_time(text: str) -> time | None:
    """Return the time of day in "16:40", "16.40", "8h30" or "8"; None: not understood."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_date_and_time(text: str, today: date) -> tuple[date, time] | None:
    """Return the date and the time in "02.04.2026 16:40" or "tomorrow 8:00"; None: neither."""
    day, _, clock = text.strip().replace("T", " ").rpartition(" ")
    on, at = read_date(day, today), read_time(clock)
    return None if on is None or at is None else (on, at)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
