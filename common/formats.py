"""Dates, durations, numbers and phone numbers as people read them in the four languages.

The server words every value, because browsers and Django disagree on the Swiss locales. A
language is a code such as "fr" or "de-ch"; a zone is a tzinfo, and Django's current zone when it
is left out. Parts that belong together are joined by a no-break space.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import phonenumbers
from django.utils import timezone

NBSP = "\N{NO-BREAK SPACE}"
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Words:
    """What one language says; templates take the names used by the function that fills them."""

    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    date_long: str
    first_of_month: str
    clock: str
    on_day: str
    on_date: str
    hour: str
    minute: str
    hours: tuple[str, str]
    minutes: tuple[str, str]
    just_now: str
    ago: str
    ahead: str
    decimal: str
    group: str
    percent: str
    byte: str


EN = Words(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    weekdays_short=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date_long="{weekday} {day} {month} {year}",
    first_of_month="1",
    clock="{hour}:{minute}",
    on_day="{weekday} {clock}",
    on_date="{weekday} {day} {month}, {clock}",
    hour="h",
    minute="min",
    hours=("hour", "hours"),
    minutes=("minute", "minutes"),
    just_now="just now",
    ago="{span} ago",
    ahead="in {span}",
    decimal=".",
    group=",",
    percent="{number}%",
    byte="B",
)
FR = Words(
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    weekdays_short=("lu", "ma", "me", "je", "ve", "sa", "di"),
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    date_long="{weekday} {day} {month} {year}",
    first_of_month="1er",
    clock=f"{{hour}}{NBSP}h{NBSP}{{minute}}",
    on_day="{weekday} à {clock}",
    on_date="{weekday} {day} {month} à {clock}",
    hour="h",
    minute="min",
    hours=("heure", "heures"),
    minutes=("minute", "minutes"),
    just_now="à l’instant",
    ago="il y a {span}",
    ahead="dans {span}",
    decimal=",",
    group=NBSP,
    percent=f"{{number}}{NBSP}%",
    byte="o",
)
DE = Words(
    weekdays=(
        *("Montag", "Dienstag", "Mittwoch", "Donnerstag"),
        *("Freitag", "Samstag", "Sonntag"),
    ),
    weekdays_short=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    date_long="{weekday}, {day}. {month} {year}",
    first_of_month="1",
    clock=f"{{hour}}.{{minute}}{NBSP}Uhr",
    on_day="{weekday}, {clock}",
    on_date="{weekday}, {day}. {month}, {clock}",
    hour="Std.",
    minute="Min.",
    hours=("Stunde", "Stunden"),
    minutes=("Minute", "Minuten"),
    just_now="gerade eben",
    ago="vor {span}",
    ahead="in {span}",
    decimal=",",
    group=NBSP,
    percent=f"{{number}}{NBSP}%",
    byte="B",
)
IT = Words(
    weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    weekdays_short=("lun.", "mar.", "mer.", "gio.", "ven.", "sab.", "dom."),
    months=(
        *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
        *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
    ),
    date_long="{weekday} {day} {month} {year}",
    first_of_month="1°",
    clock="{hour}.{minute}",
    on_day="{weekday} alle {clock}",
    on_date="{weekday} {day} {month} alle {clock}",
    hour="h",
    minute="min",
    hours=("ora", "ore"),
    minutes=("minuto", "minuti"),
    just_now="adesso",
    ago="{span} fa",
    ahead="tra {span}",
    decimal=",",
    group=NBSP,
    percent=f"{{number}}{NBSP}%",
    byte="B",
)
WORDS = {"en": EN, "fr": FR, "de": DE, "it": IT}


def words(language: str) -> Words:
    """Return the words of a language code; English for one we do not speak."""
    return WORDS.get(language[:2].lower(), EN)


def local(value: dt.datetime, zone: dt.tzinfo | None = None) -> dt.datetime:
    """Return an aware instant in the zone; Django's current zone by default."""
    return value.astimezone(zone or timezone.get_current_timezone())


def _day(value: dt.date, zone: dt.tzinfo | None) -> dt.date:
    """Return the calendar day of an instant in the zone, or the day itself."""
    return local(value, zone).date() if isinstance(value, dt.datetime) else value


# --- Dates and times --------------------------------------------------------


def iso(value: dt.date) -> str:
    """Return an instant as UTC with seconds ("2026-04-02T12:05:00Z"), or a day as "2026-04-02"."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def date(value: dt.date, zone: dt.tzinfo | None = None) -> str:
    """Return "02.04.2026", the form of tables and fields in every language."""
    return f"{_day(value, zone):%d.%m.%Y}"


def time(value: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """Return "14:10", the form of the interface in every language."""
    return f"{local(value, zone):%H:%M}"


def date_time(value: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """Return "02.04.2026 14:10"."""
    return f"{date(value, zone)}{NBSP}{time(value, zone)}"


def date_long(value: dt.date, language: str, zone: dt.tzinfo | None = None) -> str:
    """Return the form of sentences, "jeudi 2 avril 2026"."""
    say, day = words(language), _day(value, zone)
    return say.date_long.format(
        weekday=say.weekdays[day.weekday()],
        day=_day_of_month(day, say),
        month=say.months[day.month - 1],
        year=day.year,
    )


def weekday_short(value: dt.date, language: str, zone: dt.tzinfo | None = None) -> str:
    """Return "Tue", "ma", "Di" or "mar."."""
    return words(language).weekdays_short[_day(value, zone).weekday()]


def moment(
    value: dt.datetime, now: dt.datetime, language: str, zone: dt.tzinfo | None = None
) -> str:
    """Return the shortest clear form seen from now: "17:25", "Tue 11:35" or "14.04. 11:35".

    The weekday alone serves six days each way; another year is written out.
    """
    day, today = _day(value, zone), _day(now, zone)
    clock = time(value, zone)
    if day == today:
        return clock
    if abs((day - today).days) < 7:
        return f"{weekday_short(day, language)}{NBSP}{clock}"
    if day.year == today.year:
        return f"{day:%d.%m.}{NBSP}{clock}"
    return date_time(value, zone)


def spoken_time(value: dt.datetime, language: str, zone: dt.tzinfo | None = None) -> str:
    """Return a time for a sentence: "16:05", "16 h 05", "16.05 Uhr" or "16.05"."""
    at = local(value, zone)
    return words(language).clock.format(hour=at.hour, minute=f"{at.minute:02}")


def spoken_moment(
    value: dt.datetime, now: dt.datetime, language: str, zone: dt.tzinfo | None = None
) -> str:
    """Return a moment for a sentence: "16 h 05" today, else "mardi à 11 h 35" or with its date."""
    say, day, today = words(language), _day(value, zone), _day(now, zone)
    clock = spoken_time(value, language, zone)
    if day == today:
        return clock
    template = say.on_day if 0 < (day - today).days < 7 else say.on_date
    sentence = template.format(
        weekday=say.weekdays[day.weekday()],
        day=_day_of_month(day, say),
        month=say.months[day.month - 1],
        clock=clock,
    )
    # Italian elides before one o'clock: "all'1.05".
    return sentence.replace(" alle 1.", " all’1.")


def relative(
    value: dt.datetime, now: dt.datetime, language: str, zone: dt.tzinfo | None = None
) -> str:
    """Return "12 min ago" or "in 3 h" within 24 hours, and the date beyond."""
    say = words(language)
    seconds = (now - value).total_seconds()
    if abs(seconds) >= DAY:
        return date(value, zone)
    if abs(seconds) < MINUTE:
        return say.just_now
    size = int(abs(seconds))
    span = (
        f"{size // HOUR}{NBSP}{say.hour}"
        if size >= HOUR
        else f"{size // MINUTE}{NBSP}{say.minute}"
    )
    return (say.ago if seconds > 0 else say.ahead).format(span=span)


def _day_of_month(day: dt.date, say: Words) -> str:
    return say.first_of_month if day.day == 1 else str(day.day)


# --- Durations --------------------------------------------------------------


def duration(seconds: float, language: str, *, always_hours: bool = False) -> str:
    """Return "3 h 20" or "35 min"; the sign is dropped and started minutes do not count.

    `always_hours` gives "0 h 12". Hours are not folded into days: a day of working time has no
    fixed length.
    """
    say = words(language)
    minutes = int(abs(seconds)) // 60
    hours, rest = divmod(minutes, 60)
    if hours or always_hours:
        return NBSP.join((str(hours), say.hour, f"{rest:02}"))
    return NBSP.join((str(rest), say.minute))


def duration_spoken(seconds: float, language: str) -> str:
    """Return "3 hours 20" or "35 minutes", for sentences and screen readers."""
    say = words(language)
    hours, rest = divmod(int(abs(seconds)) // 60, 60)
    if not hours:
        return f"{rest} {_plural(say.minutes, rest, language)}"
    tail = f" {rest:02}" if rest else ""
    return f"{hours} {_plural(say.hours, hours, language)}{tail}"


def _plural(forms: tuple[str, str], count: int, language: str) -> str:
    one = count < 2 if words(language) is FR else count == 1
    return forms[0] if one else forms[1]


# --- Quantities, money, phones ----------------------------------------------


def quantity(value: Number, language: str, decimals: int | None = None) -> str:
    """Return "12 400" or "91,8" ("12,400", "91.8" in English); digits group from 10 000 on.

    Without `decimals`, whole numbers have none and others at most two.
    """
    say = words(language)
    text = f"{value:,.{2 if decimals is None else decimals}f}"
    whole, _, fraction = text.partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    whole = whole.replace(",", "" if -10_000 < value < 10_000 else say.group)
    return f"{whole}{say.decimal}{fraction}" if fraction else whole


def percent(share: Number, language: str, decimals: int = 1) -> str:
    """Return a share (0.918) as "91,8 %", or "91.8%" in English."""
    number = quantity(Decimal(str(share)) * 100, language, decimals)
    return words(language).percent.format(number=number)


def money(amount: Number, currency: str = "CHF") -> str:
    """Return "CHF 1’234.50", the same in the four languages."""
    return f"{currency}{NBSP}{amount:,.2f}".replace(",", "’")


def file_size(size: int, language: str) -> str:
    """Return a number of bytes as "34 MB" ("34 Mo" in French), in steps of 1000."""
    letter, amount = "", float(size)
    for step in "kMG":
        if amount < 999.5:
            break
        letter, amount = step, amount / 1000
    decimals = 1 if letter and amount < 9.95 else 0
    return f"{quantity(amount, language, decimals)}{NBSP}{letter}{words(language).byte}"


@lru_cache(maxsize=4096)
def phone(number: str) -> str:
    """Return an E.164 number as "+41 21 555 41 27"; anything else, an extension say, as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
