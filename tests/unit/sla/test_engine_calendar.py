"""Business time by hand: each row was worked out on paper."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.engine import BusinessCalendar, CalendarError

ZURICH = ZoneInfo("Europe/Zurich")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")
HOUR = 3600


def calendar(windows, days=WORKDAYS, **more) -> BusinessCalendar:
    week = dict.fromkeys(days, windows)
    return BusinessCalendar.from_dict({"tz": "Europe/Zurich", "week": week, **more})


GENEVA = calendar([["07:30", "18:00"]], holidays=["2026-04-03", "2026-04-06"])
TICINO = calendar([["07:30", "18:00"]], holidays=["2026-04-06"])
OFFICE = calendar([["08:00", "12:00"], ["13:00", "17:00"]])
ALWAYS = calendar([["00:00", "24:00"]], EVERY_DAY)
NIGHTS = calendar([["22:00", "06:00"]], EVERY_DAY)
NEVER = calendar([])


def local(text: str, zone: str = "Europe/Zurich") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("hours", "start", "seconds", "due"),
    [
        (GENEVA, "2026-04-02 16:40", 8 * HOUR, "2026-04-07 14:10"),
        (GENEVA, "2026-04-02 16:40", 2 * HOUR, "2026-04-07 08:10"),
        (GENEVA, "2026-04-02 16:40", 6 * HOUR, "2026-04-07 12:10"),
        (TICINO, "2026-04-02 16:40", 8 * HOUR, "2026-04-03 14:10"),
        (ALWAYS, "2026-03-29 00:30", 4 * HOUR, "2026-03-29 05:30"),
        (ALWAYS, "2026-10-25 00:30", 4 * HOUR, "2026-10-25 03:30"),
        (ALWAYS, "2028-02-28 12:00", 24 * HOUR, "2028-02-29 12:00"),
        (ALWAYS, "2026-12-31 23:30", HOUR, "2027-01-01 00:30"),
        (OFFICE, "2026-06-01 08:00", 4 * HOUR, "2026-06-01 12:00"),  # used up at closing
        (OFFICE, "2026-06-01 08:00", 4 * HOUR + 1, "2026-06-01 13:00:01"),
        (OFFICE, "2026-06-01 08:00:01", 1, "2026-06-01 08:00:02"),
        (OFFICE, "2026-06-01 12:00", 1, "2026-06-01 13:00:01"),
        (OFFICE, "2026-06-05 16:59:59", 2, "2026-06-08 08:00:01"),
        (OFFICE, "2026-06-06 03:00", HOUR, "2026-06-08 09:00"),
        (OFFICE, "2026-06-06 03:00", 0, "2026-06-06 03:00"),
        (NIGHTS, "2026-06-01 12:00", 9 * HOUR, "2026-06-02 23:00"),
        (NIGHTS, "2026-03-28 22:00", 7 * HOUR, "2026-03-29 06:00"),  # a night of seven hours
        (NIGHTS, "2026-10-24 22:00", 9 * HOUR, "2026-10-25 06:00"),  # and one of nine
    ],
)
def test_a_budget_ends_where_it_does_on_paper(hours, start, seconds, due) -> None:
    assert hours.add(local(start), seconds) == local(due)


@pytest.mark.parametrize(
    ("window", "night", "seconds"),
    [
        (["02:00", "03:00"], "2026-03-29", 0),
        (["02:15", "02:45"], "2026-03-29", 0),
        (["02:30", "04:00"], "2026-03-29", HOUR),
        (["01:30", "02:30"], "2026-03-29", 1800),
        (["00:00", "24:00"], "2026-03-29", 23 * HOUR),
        (["02:00", "03:00"], "2026-10-25", 2 * HOUR),
        (["02:30", "03:00"], "2026-10-25", HOUR),
        (["02:00", "02:30"], "2026-10-25", HOUR),
        (["00:00", "02:00"], "2026-10-25", 2 * HOUR),
        (["03:00", "04:00"], "2026-10-25", HOUR),
        (["00:00", "24:00"], "2026-10-25", 25 * HOUR),
    ],
)
def test_a_skipped_hour_has_no_length_and_a_repeated_one_counts_twice(
    window, night, seconds
) -> None:
    hours = calendar([window], EVERY_DAY)
    midnight = local(f"{night} 00:00")

    assert hours.measure(midnight, midnight + timedelta(days=1)) == seconds


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # Shifts 22:00-06:00; Wednesday is the holiday. By date: Tuesday's shift stops at
        # midnight, Wednesday's has only its part on Thursday.
        ("date", {"2026-06-02": 2 + 6, "2026-06-03": 0, "2026-06-04": 6 + 2}),
        # By shift start: Tuesday's runs on, Wednesday's is cancelled whole.
        ("shift_start", {"2026-06-02": 2 + 6, "2026-06-03": 6, "2026-06-04": 2}),
    ],
)
def test_a_holiday_closes_its_date_or_the_shifts_that_start_on_it(rule, expected) -> None:
    hours = calendar([["22:00", "06:00"]], EVERY_DAY, holidays=["2026-06-03"], holiday_rule=rule)

    for date, open_hours in expected.items():
        midnight = local(f"{date} 00:00")
        assert hours.measure(midnight, midnight + timedelta(days=1)) == open_hours * HOUR


def test_an_override_replaces_what_starts_on_its_date_and_a_break_closes_part_of_it() -> None:
    hours = calendar(
        [["08:00", "18:00"]],
        overrides={
            "2026-12-24": [["08:00", "12:00"]],
            "2026-12-25": [],
            "2026-12-26": [["20:00", "02:00"]],
        },
        breaks={"2026-12-23": [["12:00", "13:00"]], "2026-12-26": [["23:30", "00:30"]]},
    )
    day = timedelta(days=1)
    start = local("2026-12-23 00:00")

    per_day = [hours.measure(start + n * day, start + (n + 1) * day) / HOUR for n in range(5)]

    assert per_day == [9, 4, 0, 3.5, 1.5]


def test_a_holiday_beats_an_override_of_the_same_date() -> None:
    hours = calendar([], overrides={"2026-08-01": [["08:00", "12:00"]]}, holidays=["2026-08-01"])

    assert hours.next_open(local("2026-07-31 00:00")) is None


def test_at_opening_it_is_open_and_at_closing_it_is_closed() -> None:
    assert OFFICE.is_open(local("2026-06-01 08:00"))
    assert not OFFICE.is_open(local("2026-06-01 07:59:59"))
    assert not OFFICE.is_open(local("2026-06-01 12:00"))
    assert OFFICE.is_open(local("2026-06-01 11:59:59"))


@pytest.mark.parametrize(
    ("at", "following", "previous"),
    [
        ("2026-06-01 09:00", "2026-06-01 09:00", "2026-06-01 09:00"),
        ("2026-06-01 08:00", "2026-06-01 08:00", "2026-05-29 17:00"),
        ("2026-06-01 12:00", "2026-06-01 13:00", "2026-06-01 12:00"),
        ("2026-06-06 10:00", "2026-06-08 08:00", "2026-06-05 17:00"),
    ],
)
def test_the_next_and_the_previous_open_instant(at, following, previous) -> None:
    assert OFFICE.next_open(local(at)) == local(following)
    assert OFFICE.prev_open(local(at)) == local(previous)


def test_subtracting_returns_the_latest_instant() -> None:
    assert OFFICE.subtract(local("2026-06-01 13:00"), 4 * HOUR) == local("2026-06-01 08:00")
    assert OFFICE.subtract(local("2026-06-01 14:00"), HOUR) == local("2026-06-01 13:00")
    assert OFFICE.subtract(local("2026-06-08 08:00:01"), 2) == local("2026-06-05 16:59:59")


def test_overlapping_and_touching_windows_are_one() -> None:
    hours = calendar([["08:00", "12:00"], ["10:00", "13:00"], ["13:00", "14:00"]], ["mon"])

    assert hours.measure(local("2026-06-01 00:00"), local("2026-06-02 00:00")) == 6 * HOUR
    assert hours.prev_open(local("2026-06-02 00:00")) == local("2026-06-01 14:00")


def test_an_instant_is_cut_to_the_second_in_whatever_zone() -> None:
    start = datetime(2026, 6, 1, 8, 0, 0, 999_999, tzinfo=UTC)

    assert OFFICE.add(start, 60) == datetime(2026, 6, 1, 8, 1, tzinfo=UTC)
    due = OFFICE.add(start.astimezone(ZURICH), 60)
    assert due == datetime(2026, 6, 1, 8, 1, tzinfo=UTC)
    assert due.tzinfo is UTC
    before_the_epoch = datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
    assert ALWAYS.add(before_the_epoch, 0) == before_the_epoch.replace(microsecond=0)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(CalendarError, match="no time zone"):
        OFFICE.add(datetime(2026, 6, 1), 60)


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(CalendarError, match="negative"):
        OFFICE.add(local("2026-06-01 08:00"), -1)


@pytest.mark.parametrize("hours", [NEVER, calendar([["08:00", "08:00"]], EVERY_DAY)])
def test_a_calendar_that_never_opens_answers_never(hours) -> None:
    at = local("2026-06-01 08:00")

    assert hours.add(at, 1) is None
    assert hours.subtract(at, 1) is None
    assert (hours.next_open(at), hours.prev_open(at), hours.is_open(at)) == (None, None, False)
    assert hours.measure(at, at + timedelta(days=3000)) == 0
    assert hours.add(at, 0) == at


def test_800_closed_days_are_never_and_a_second_less_is_not() -> None:
    opening = local("2026-06-01 08:00").astimezone(UTC)
    hours = calendar([], overrides={"2026-06-01": [["08:00", "09:00"]]})
    limit = timedelta(days=800)

    assert hours.next_open(opening - limit) is None
    assert hours.next_open(opening - limit + timedelta(seconds=1)) == opening
    closing = opening + timedelta(hours=1)
    assert hours.prev_open(closing + limit) is None
    assert hours.prev_open(closing + limit - timedelta(seconds=1)) == closing
    assert hours.add(opening, HOUR) == closing
    assert hours.add(opening, HOUR + 1) is None


def test_a_long_gap_in_the_middle_of_a_budget_is_never_however_it_was_asked_before() -> None:
    hours = calendar(
        [], overrides={"2020-06-01": [["08:00", "09:00"]], "2026-06-01": [["08:00", "09:00"]]}
    )
    start, end = local("2020-06-01 08:00"), local("2026-06-01 09:00")

    assert hours.measure(start, end) == 2 * HOUR
    assert hours.add(start, 2 * HOUR) is None
    assert hours.subtract(end, 2 * HOUR) is None
    assert hours.add(start, HOUR) == local("2020-06-01 09:00")
    assert hours.subtract(end, HOUR) == local("2026-06-01 08:00")


@pytest.mark.parametrize("year", [1971, 1999, 2038, 2100, 2199])
def test_any_year_works_and_a_budget_of_years_does(year) -> None:
    start = datetime(year, 3, 1, tzinfo=UTC)

    due, begin = OFFICE.add(start, 10_000 * HOUR), OFFICE.subtract(start, 10_000 * HOUR)

    assert due is not None
    assert OFFICE.measure(start, due) == 10_000 * HOUR
    assert begin is not None
    assert OFFICE.measure(begin, start) == 10_000 * HOUR


@pytest.mark.parametrize(
    "start", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
)
def test_the_ends_of_the_calendar_are_closed_and_nothing_loops(start) -> None:
    assert OFFICE.add(start, 1) is None
    assert OFFICE.subtract(start, 1) is None
    assert not OFFICE.is_open(start)
    assert OFFICE.add(datetime(2026, 1, 1, tzinfo=UTC), 10**15) is None
    assert OFFICE.subtract(datetime(2026, 1, 1, tzinfo=UTC), 10**15) is None


def test_a_day_that_never_was_has_no_hours() -> None:
    apia = BusinessCalendar.from_dict(
        {"tz": "Pacific/Apia", "week": {day: [["08:00", "12:00"]] for day in EVERY_DAY}}
    )
    start = local("2011-12-29 00:00", "Pacific/Apia")

    assert apia.add(start, 6 * HOUR) == local("2011-12-31 10:00", "Pacific/Apia")


def test_weekdays_go_by_name_or_by_iso_number() -> None:
    by_number = BusinessCalendar.from_dict({"tz": "UTC", "week": {"7": [["08:00", "09:00"]]}})
    by_name = BusinessCalendar.from_dict({"tz": "UTC", "week": {"sun": [["08:00", "09:00"]]}})
    monday = datetime(2026, 6, 1, tzinfo=UTC)

    assert by_number.next_open(monday) == datetime(2026, 6, 7, 8, tzinfo=UTC)
    assert by_name.next_open(monday) == datetime(2026, 6, 7, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"tz": "Europe/Geneva"}, "time zone 'Europe/Geneva' is not known"),
        ({"tz": "../etc/passwd"}, "not known"),
        ({"tz": "Europe"}, "not known"),
        ({"tz": None}, "needs a time zone"),
        ({"tz": 2}, "needs a time zone"),
        ({"week": {"0": []}}, "weekday '0'"),
        ({"week": {"8": []}}, "weekday '8'"),
        ({"week": {"funday": []}}, "weekday 'funday'"),
        ({"week": []}, "not an object"),
        ({"week": {"mon": "08:00-12:00"}}, "not a list"),
        ({"week": {"mon": ["08:00", "12:00"]}}, "not a pair"),
        ({"week": {"mon": [["08:00"]]}}, "not a pair"),
        ({"week": {"mon": [["8:00", "12:00"]]}}, "not a time"),
        ({"week": {"mon": [["08:00", "25:00"]]}}, "does not exist"),
        ({"week": {"mon": [["08:60", "12:00"]]}}, "does not exist"),
        ({"week": {"mon": [["08:00", "24:01"]]}}, "does not exist"),
        ({"week": {"mon": [["24:00", "06:00"]]}}, "starts at 24:00"),
        ({"week": {"mon": [[8, 12]]}}, "not a time"),
        ({"holidays": ["2026-02-29"]}, "does not exist"),
        ({"holidays": ["1.8.2026"]}, "not a date"),
        ({"holidays": "2026-08-01"}, "not a list"),
        ({"holidays": [20260801]}, "not a date"),
        ({"overrides": {"2026-13-01": []}}, "does not exist"),
        ({"overrides": [["2026-12-24", []]]}, "not an object"),
        ({"breaks": {"2026-12-24": [["x", "y"]]}}, "not a time"),
        ({"holiday_rule": "sometimes"}, "holiday rule 'sometimes'"),
    ],
)
def test_what_is_unclear_is_refused_in_words(wrong, words) -> None:
    with pytest.raises(CalendarError, match=words):
        BusinessCalendar.from_dict({"tz": "Europe/Zurich", "week": {}, **wrong})


@pytest.mark.parametrize("data", [None, [], "x", 7, {}])
def test_what_is_no_calendar_at_all_is_refused(data) -> None:
    with pytest.raises(CalendarError):
        BusinessCalendar.from_dict(data)


def test_threads_may_lay_out_the_same_calendar_together() -> None:
    shared = calendar([["08:00", "12:00"], ["13:00", "17:00"]])
    starts = [datetime(year, 5, 1, tzinfo=UTC) for year in range(1990, 2030)]
    expected = [OFFICE.add(start, 9 * HOUR) for start in starts]
    results: dict[int, list[datetime | None]] = {}

    def ask(number: int) -> None:
        order = starts if number % 2 else starts[::-1]
        answers = {start: shared.add(start, 9 * HOUR) for start in order}
        results[number] = [answers[start] for start in starts]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(results.values()) == [expected] * 8
