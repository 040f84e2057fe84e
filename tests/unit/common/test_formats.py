"""How dates, durations, numbers and phones read in the four languages."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from common import formats

ZURICH = ZoneInfo("Europe/Zurich")
# Thursday 2 April 2026, 14:05 in Zurich.
NOW = dt.datetime(2026, 4, 2, 12, 5, tzinfo=dt.UTC)
TUESDAY = dt.datetime(2026, 4, 7, 9, 35, tzinfo=dt.UTC)


def said(text: str) -> str:
    """Return the text with plain spaces, so that expectations are legible."""
    return text.replace(formats.NBSP, " ")


def test_date_and_time_are_the_same_in_every_language() -> None:
    assert formats.date(NOW, ZURICH) == "02.04.2026"
    assert formats.date(dt.date(2026, 4, 2)) == "02.04.2026"
    assert formats.time(NOW, ZURICH) == "14:05"
    assert said(formats.date_time(NOW, ZURICH)) == "02.04.2026 14:05"


def test_the_zone_decides_the_day() -> None:
    late = dt.datetime(2026, 4, 2, 22, 30, tzinfo=dt.UTC)
    assert formats.date(late, ZURICH) == "03.04.2026"
    assert formats.date(late, dt.UTC) == "02.04.2026"


def test_iso_is_utc() -> None:
    assert formats.iso(NOW.astimezone(ZURICH)) == "2026-04-02T12:05:00Z"
    assert formats.iso(dt.date(2026, 4, 2)) == "2026-04-02"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Thursday 2 April 2026"),
        ("fr-ch", "jeudi 2 avril 2026"),
        ("de-ch", "Donnerstag, 2. April 2026"),
        ("it", "giovedì 2 aprile 2026"),
        ("xx", "Thursday 2 April 2026"),
    ],
)
def test_date_long(language: str, expected: str) -> None:
    assert formats.date_long(NOW, language, ZURICH) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Friday 1 May 2026"),
        ("fr", "vendredi 1er mai 2026"),
        ("de", "Freitag, 1. Mai 2026"),
        ("it", "venerdì 1° maggio 2026"),
    ],
)
def test_first_of_the_month(language: str, expected: str) -> None:
    assert formats.date_long(dt.date(2026, 5, 1), language) == expected


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (NOW + dt.timedelta(hours=3, minutes=20), "en", "17:25"),
        (TUESDAY, "en", "Tue 11:35"),
        (TUESDAY, "fr", "ma 11:35"),
        (TUESDAY, "de", "Di 11:35"),
        (TUESDAY, "it", "mar. 11:35"),
        (TUESDAY + dt.timedelta(days=7), "en", "14.04. 11:35"),
        (NOW - dt.timedelta(days=1), "en", "Wed 14:05"),
        (NOW + dt.timedelta(days=7), "en", "09.04. 14:05"),
        (dt.datetime(2027, 1, 4, 8, 0, tzinfo=dt.UTC), "en", "04.01.2027 09:00"),
    ],
)
def test_moment_is_as_short_as_it_can_be(value: dt.datetime, language: str, expected: str) -> None:
    assert said(formats.moment(value, NOW, language, ZURICH)) == expected


@pytest.mark.parametrize(
    ("language", "today", "tuesday", "later"),
    [
        ("en", "14:05", "Tuesday 11:35", "Tuesday 14 April, 11:35"),
        ("fr", "14 h 05", "mardi à 11 h 35", "mardi 14 avril à 11 h 35"),
        ("de", "14.05 Uhr", "Dienstag, 11.35 Uhr", "Dienstag, 14. April, 11.35 Uhr"),
        ("it", "14.05", "martedì alle 11.35", "martedì 14 aprile alle 11.35"),
    ],
)
def test_spoken_moment(language: str, today: str, tuesday: str, later: str) -> None:
    def say(value: dt.datetime) -> str:
        return said(formats.spoken_moment(value, NOW, language, ZURICH))

    assert say(NOW) == today
    assert say(TUESDAY) == tuesday
    assert say(TUESDAY + dt.timedelta(days=7)) == later


def test_italian_elides_before_one_o_clock() -> None:
    night = dt.datetime(2026, 4, 6, 23, 5, tzinfo=dt.UTC)
    assert formats.spoken_moment(night, NOW, "it", ZURICH) == "martedì all’1.05"


@pytest.mark.parametrize(
    ("seconds", "language", "expected"),
    [
        (12_000, "en", "3 h 20"),
        (12_000, "fr", "3 h 20"),
        (12_000, "de", "3 Std. 20"),
        (12_000, "it", "3 h 20"),
        (2_159, "en", "35 min"),
        (2_100, "de", "35 Min."),
        (-2_100, "en", "35 min"),
        (3_900, "en", "1 h 05"),
        (0, "en", "0 min"),
    ],
)
def test_duration(seconds: int, language: str, expected: str) -> None:
    assert said(formats.duration(seconds, language)) == expected


def test_duration_with_hours_always_and_with_days() -> None:
    assert said(formats.duration(720, "en", always_hours=True)) == "0 h 12"
    assert said(formats.duration(187_200, "de")) == "52 Std. 00"
    assert said(formats.duration(187_200, "en")) == "52 h 00"


@pytest.mark.parametrize(
    ("seconds", "language", "expected"),
    [
        (12_000, "en", "3 hours 20"),
        (3_600, "en", "1 hour"),
        (60, "en", "1 minute"),
        (0, "en", "0 minutes"),
        (0, "fr", "0 minute"),
        (12_000, "de", "3 Stunden 20"),
        (2_100, "it", "35 minuti"),
    ],
)
def test_duration_spoken(seconds: int, language: str, expected: str) -> None:
    assert formats.duration_spoken(seconds, language) == expected


@pytest.mark.parametrize(
    ("delta", "language", "expected"),
    [
        (dt.timedelta(minutes=-12), "en", "12 min ago"),
        (dt.timedelta(minutes=-12), "fr", "il y a 12 min"),
        (dt.timedelta(minutes=-12), "de", "vor 12 Min."),
        (dt.timedelta(minutes=-12), "it", "12 min fa"),
        (dt.timedelta(hours=3, minutes=5), "en", "in 3 h"),
        (dt.timedelta(seconds=-20), "en", "just now"),
        (dt.timedelta(days=-1), "en", "01.04.2026"),
    ],
)
def test_relative_only_within_a_day(delta: dt.timedelta, language: str, expected: str) -> None:
    assert said(formats.relative(NOW + delta, NOW, language, ZURICH)) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (1234, None, "1234", "1234"),
        (12_400, None, "12,400", "12 400"),
        (-12_400, None, "-12,400", "-12 400"),
        (91.8, None, "91.8", "91,8"),
        (Decimal("3.10"), 2, "3.10", "3,10"),
        (7.0, None, "7", "7"),
    ],
)
def test_quantity(value: float, decimals: int | None, english: str, french: str) -> None:
    assert said(formats.quantity(value, "en", decimals)) == english
    assert said(formats.quantity(value, "fr", decimals)) == french


def test_percent_takes_a_share() -> None:
    assert formats.percent(0.918, "en") == "91.8%"
    assert said(formats.percent(0.918, "de")) == "91,8 %"
    assert formats.percent(1, "en", 0) == "100%"


def test_money_is_swiss() -> None:
    assert said(formats.money(Decimal("1234.5"))) == "CHF 1’234.50"


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (512, "512 B", "512 o"),
        (1_234, "1.2 kB", "1,2 ko"),
        (34_000_000, "34 MB", "34 Mo"),
        (999_900, "1.0 MB", "1,0 Mo"),
        (2_000_000_000, "2.0 GB", "2,0 Go"),
    ],
)
def test_file_size(size: int, english: str, french: str) -> None:
    assert said(formats.file_size(size, "en")) == english
    assert said(formats.file_size(size, "fr")) == french


def test_phone_reads_as_printed_and_leaves_extensions_alone() -> None:
    assert formats.phone("+41215554127") == "+41 21 555 41 27"
    assert formats.phone("4127") == "4127"
