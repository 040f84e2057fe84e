"""The second reading of deadlines, on cases worked by hand; it shares nothing with the engine."""

from datetime import UTC, datetime

import pytest

from setup.demo.texts import typeset
from setup.walker import Walker

OFFICE = [["08:00", "12:00"], ["13:00", "17:00"]]
SPEC = {
    "tz": "Europe/Zurich", "holiday_rule": "date",
    "versions": [
        {"from": "1900-01-01",
         "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)},
    ],
    "holidays": ["2026-04-03"], "overrides": {"2026-12-24": [["08:00", "12:00"]]},
    "breaks": {"2026-03-04": [["09:00", "10:00"]]},
}  # fmt: skip
ALWAYS = {
    **SPEC, "holidays": [], "overrides": {}, "breaks": {},
    "versions": [{"from": "1900-01-01", "week": {
        d: [["00:00", "24:00"]] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }}],
}  # fmt: skip


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02T07:00", 4, "2026-03-02T11:00"),  # used up exactly at noon
        ("2026-03-02T07:00", 5, "2026-03-02T13:00"),  # over lunch
        ("2026-03-06T15:30", 1, "2026-03-09T07:30"),  # over the weekend
        ("2026-03-04T07:00", 2, "2026-03-04T10:00"),  # a break of that day
        ("2026-04-02T14:00", 2, "2026-04-06T07:00"),  # Good Friday, and summer time by then
        ("2026-12-24T07:00", 5, "2026-12-25T08:00"),  # half a day
    ],
)
def test_it_walks_the_office_hours(start, hours, due):
    assert Walker(SPEC).due(utc(start), hours * 3600, []) == utc(due)


def test_a_pause_moves_the_deadline_and_an_open_one_takes_it_away():
    start = utc("2026-03-02T07:00")
    pause = (utc("2026-03-02T08:00"), utc("2026-03-02T09:30"))

    assert Walker(SPEC).due(start, 7200, [pause]) == utc("2026-03-02T10:30")
    assert Walker(SPEC).due(start, 7200, [(pause[0], None)]) is None


def test_day_and_night_an_hour_is_an_hour_when_the_clocks_change():
    assert Walker(ALWAYS).due(utc("2026-03-28T23:00"), 7200, []) == utc("2026-03-29T01:00")
    assert Walker(ALWAYS).due(utc("2026-10-24T23:00"), 7200, []) == utc("2026-10-25T01:00")


def test_a_night_shift_runs_past_midnight():
    nights = {"from": "1900-01-01", "week": {"mon": [["22:00", "06:00"]]}}
    spec = {**SPEC, "versions": [nights], "breaks": {}}

    assert Walker(spec).due(utc("2026-03-02T21:00"), 3 * 3600, []) == utc("2026-03-03T00:00")


def test_french_gets_its_narrow_spaces_and_nobody_else():
    assert typeset("fr", "Ça va ? « Oui »") == "Ça va\u202f? «\u202fOui\u202f»"
    assert typeset("de", "Geht es? «Ja»") == "Geht es? «Ja»"
