"""Durations as people type them, in hours, minutes and seconds, in the four languages."""

import re

from common.formats import HOUR, MINUTE, NBSP, words

_HOURS = r"h|hour|hours|hr|hrs|std|stunde|stunden|heure|heures|ora|ore"
_MINUTES = r"m|min|mins|minute|minutes|minuten|minuti|minuto"
_SECONDS = r"s|sec|secs|second|seconds|sek|sekunde|sekunden|seconde|secondes|secondi|secondo"
_NUMBER = r"\d{1,5}(?:[.,]\d{1,2})?"
# "4 h", "1 h 30", "1 h 30 min", "15 min", "20 s", "1,5 h"
_WORDED = re.compile(
    rf"(?:(?P<h>{_NUMBER})\s*(?:{_HOURS})\.?)?\s*"
    rf"(?:(?P<m>\d{{1,5}})\s*(?:(?:{_MINUTES})\.?|(?<=\d)$))?\s*"
    rf"(?:(?P<s>\d{{1,5}})\s*(?:{_SECONDS})\.?)?"
)
_CLOCK = re.compile(r"(?P<h>\d{1,4}):(?P<m>[0-5]\d)")


def read_duration(text: str) -> int | None:
    """Return the seconds of "15 min", "4 h", "1 h 30", "2:30" or "1,5 h"; None: not understood.

    A number alone says no unit, and a day of opening hours has no fixed length: neither is
    understood.
    """
    told = " ".join(text.replace(NBSP, " ").lower().split())
    found = _CLOCK.fullmatch(told) or _WORDED.fullmatch(told)
    if found is None or not told or told.isdigit():
        return None
    part = {name: value or "0" for name, value in found.groupdict(default="0").items()}
    hours = float(part["h"].replace(",", "."))
    return round(hours * HOUR) + int(part["m"]) * MINUTE + int(part.get("s", 0))


def exact(seconds: int, language: str) -> str:
    """Return "15 min", "4 h", "1 h 30" or "20 s": nothing is rounded away."""
    say = words(language)
    hours, rest = divmod(seconds, HOUR)
    minutes, left = divmod(rest, MINUTE)
    if left:
        parts = [(hours, say.hour), (minutes, say.minute), (left, "s")]
        return NBSP.join(f"{n}{NBSP}{unit}" for n, unit in parts if n)
    if not hours:
        return f"{minutes}{NBSP}{say.minute}"
    return f"{hours}{NBSP}{say.hour}{NBSP}{minutes:02}" if minutes else f"{hours}{NBSP}{say.hour}"
