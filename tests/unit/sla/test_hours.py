"""Hours as people type them, and the words for what cannot be."""

from datetime import date, time

import pytest
from django.utils import translation

from common.dates import read_date, read_date_and_time, read_time
from common.errors import InvalidInput
from sla.rules.hours import overlaps_across_days, read_hours, say_hours, say_week

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("8-12, 13:30-18", [("08:00", "12:00"), ("13:30", "18:00")]),
        ("13–17, 8.15–12", [("08:15", "12:00"), ("13:00", "17:00")]),
        ("8h30 à 12h", [("08:30", "12:00")]),
        ("22:00-06:00", [("22:00", "06:00")]),
        ("18:00-00:00", [("18:00", "24:00")]),
        ("0-24", [("00:00", "24:00")]),
        ("", []),
        ("geschlossen", []),
    ],
)
def test_hours_are_read_as_they_are_typed(text, windows) -> None:
    assert read_hours(text) == windows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("morning", "“morning” is not understood"),
        ("8-12, noon", "is not understood"),
        ("25-26", "25:00 is not a time of day"),
        ("8:75-12", "08:75 is not a time of day"),
        ("8-12 11-13", "08:00–12:00 and 11:00–13:00 overlap"),
        ("8-8", "has no length"),
    ],
)
def test_what_cannot_be_is_said_in_words(text, words) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_hours(text)


def test_a_night_that_runs_into_the_next_morning_names_both() -> None:
    week = {1: [("22:00", "06:00")], 2: [("05:00", "09:00")]}
    around = {7: [("20:00", "02:00")], 1: [("01:00", "06:00")]}

    assert overlaps_across_days(week) == [
        (2, "Monday 22:00–06:00 runs into 05:00–09:00 of Tuesday.")
    ]
    assert [day for day, _words in overlaps_across_days(around)] == [1]
    assert overlaps_across_days({1: [("22:00", "06:00")], 2: [("06:00", "14:00")]}) == []


def test_hours_in_words_of_the_language() -> None:
    week = {day: [("08:00", "12:00"), ("22:00", "06:00")] for day in range(1, 6)} | {
        7: [("00:00", "24:00")]
    }

    assert say_week(week) == [
        ("Mon–Fri", "08:00–12:00, 22:00 to 06:00 of the next day"), ("Sun", "all day"),
    ]  # fmt: skip
    assert say_hours([]) == "closed"
    with translation.override("de"):
        assert say_week(week)[0][0] == "Mo–Fr"


@pytest.mark.parametrize(
    "text", ["02.04.2026", "2.4.26", "02/04/2026", "2026-04-02", " 2. 4. 2026 "]
)
def test_dates_are_read_in_every_form_people_type(text) -> None:
    assert read_date(text, TODAY) == date(2026, 4, 2)


def test_dates_near_by_in_four_languages_and_what_is_none() -> None:
    for word in ("tomorrow", "demain", "Morgen", "domani"):
        assert read_date(word, TODAY) == date(2026, 11, 25)
    assert read_date("31.02.2026", TODAY) is None
    assert read_date("soon", TODAY) is None
    assert read_time("8h30") == read_time("8.30") == time(8, 30)
    assert read_time("25:00") is None
    assert read_date_and_time("morgen 8:00", TODAY) == (date(2026, 11, 25), time(8))
    assert read_date_and_time("2026-04-02T16:40", TODAY) == (date(2026, 4, 2), time(16, 40))
