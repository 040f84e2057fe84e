"""Opening hours as people type them, "8-12, 13:30-18", and as they read them."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.formats import words

Window = tuple[str, str]
Hours = Sequence[Window]
Week = Mapping[int, Hours]

HALF_DAY: Final[list[Window]] = [("12:00", "24:00")]  # what a half-day closes, if nobody says
_TIME = r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})|\s*h)?"
_SPAN: Final = re.compile(rf"{_TIME}\s*(?:-|–|—|to|bis|à|alle|until)\s*{_TIME}", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s,;/+&]+|\b(?:and|und|et|e)\b", re.IGNORECASE)
_NOTHING: Final = {"", "-", "–", "—", "closed", "fermé", "geschlossen", "zu", "chiuso"}
_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY


def read_hours(text: str) -> list[Window]:
    """Return the windows in a text, in order; none where it is empty or says "closed".

    An end not after its start lies on the next day. Raises InvalidInput with the words for
    the person: not understood, no such time, no length, or two windows that overlap.
    """
    if text.strip().lower() in _NOTHING:
        return []
    rest = _BETWEEN.sub("", _SPAN.sub(" ", text))
    if rest:
        raise InvalidInput(
            _("Write hours like this: 08:00–12:00, 13:00–17:30. “%(text)s” is not understood.")
            % {"text": text.strip()}
        )
    windows = sorted(_window(*found.groups()) for found in _SPAN.finditer(text))
    for first, second in zip(windows, windows[1:], strict=False):
        if _minutes(first)[1] > _minutes(second)[0]:
            raise InvalidInput(
                _("%(first)s and %(second)s overlap.")
                % {"first": say_window(first), "second": say_window(second)}
            )
    return windows


def overlaps_across_days(week: Week) -> list[tuple[int, str]]:
    """Return the weekdays whose windows begin before those of an earlier day end, in words."""
    placed = sorted(
        ((day - 1) * _DAY + start, (day - 1) * _DAY + end, day, (opens, closes))
        for day, hours in week.items()
        for opens, closes in hours
        for start, end in [_minutes((opens, closes))]
    )
    if not placed:
        return []
    start, end, day, window = placed[0]
    around = [*placed, (start + _WEEK, end + _WEEK, day, window)]
    names = words(_language()).weekdays
    return [
        (
            later[2],
            _("%(day)s %(first)s runs into %(second)s of %(next_day)s.")
            % {
                "day": names[earlier[2] - 1],
                "first": f"{earlier[3][0]}–{earlier[3][1]}",
                "second": f"{later[3][0]}–{later[3][1]}",
                "next_day": names[later[2] - 1],
            },
        )
        for earlier, later in zip(around, around[1:], strict=False)
        if earlier[1] > later[0] and earlier[2] != later[2]
    ]


def say_window(window: Window) -> str:
    """Return "08:00–12:00", "22:00 to 06:00 of the next day" or "all day"."""
    opens, closes = window
    if (opens, closes) == ("00:00", "24:00"):
        return _("all day")
    if closes <= opens:
        return _("%(opens)s to %(closes)s of the next day") % {"opens": opens, "closes": closes}
    return f"{opens}–{closes}"


def say_hours(hours: Hours) -> str:
    """Return the windows of a day in words; "closed" where there is none."""
    return ", ".join(say_window(window) for window in hours) or _("closed")


def say_week(week: Week) -> list[tuple[str, str]]:
    """Return (days, hours) of a week, days with equal hours together: ("Mon–Fri", …)."""
    days = [(day, tuple(week.get(day, ()))) for day in range(1, 8)]
    short = words(_language()).weekdays_short
    said = []
    for hours, grouped in groupby(days, key=lambda item: item[1]):
        found = [day for day, _hours in grouped]
        if not hours:
            continue
        first, last = short[found[0] - 1], short[found[-1] - 1]
        label = first if first == last else f"{first}–{last}"
        said.append((_("every day") if len(found) == 7 else label, say_hours(hours)))
    return said


def typed(hours: Hours) -> str:
    """Return windows as a person would type them into the field."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in hours)


def _window(open_h: str, open_m: str | None, close_h: str, close_m: str | None) -> Window:
    opens, closes = _time(open_h, open_m), _time(close_h, close_m)
    if closes == "00:00" and opens != "00:00":
        closes = "24:00"
    if opens == "24:00":
        opens = "00:00"
    if opens == closes:
        raise InvalidInput(
            _("The window %(window)s has no length. For the whole day write 00:00–24:00.")
            % {"window": f"{opens}–{closes}"}
        )
    return opens, closes


def _time(hour: str, minute: str | None) -> str:
    text = f"{int(hour):02}:{minute or '00'}"
    if text > "24:00" or (minute or "00") > "59":
        raise InvalidInput(_("%(time)s is not a time of day.") % {"time": text})
    return text


def _minutes(window: Window) -> tuple[int, int]:
    start, end = (int(time[:2]) * 60 + int(time[3:]) for time in window)
    return start, end if end > start else end + _DAY


def _language() -> str:
    return get_language() or "en"
