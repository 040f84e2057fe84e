"""Working time left, worked out on paper with the calendar of Geneva around Easter 2026."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.engine import BusinessCalendar, Countdown

ZURICH = ZoneInfo("Europe/Zurich")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar(windows, days=WEEK[:5], **more) -> BusinessCalendar:
    week = dict.fromkeys(days, windows)
    return BusinessCalendar.from_dict({"tz": "Europe/Zurich", "week": week, **more})


GENEVA = calendar([["07:30", "18:00"]], holidays=["2026-04-03", "2026-04-06"])
OFFICE = calendar([["08:00", "12:00"], ["13:00", "17:00"]])
ALWAYS = calendar([["00:00", "24:00"]], WEEK)
NIGHTS = calendar([["22:00", "06:00"]], WEEK)
NEVER = calendar([])


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZURICH)


@pytest.mark.parametrize(
    ("due", "at", "left", "is_open", "until"),
    [
        # Thursday before Easter to the Tuesday after: Friday and Monday are holidays.
        ("2026-04-07 14:10", "2026-04-02 16:40", "8:00", True, "2026-04-02 18:00"),
        ("2026-04-07 08:10", "2026-04-02 16:40", "2:00", True, "2026-04-02 18:00"),
        ("2026-04-07 08:10", "2026-04-02 18:00", "0:40", False, "2026-04-07 07:30"),
        ("2026-04-07 08:10", "2026-04-05 03:00", "0:40", False, "2026-04-07 07:30"),
        ("2026-04-07 08:10", "2026-04-07 07:30", "0:40", True, "2026-04-07 18:00"),
        # An ordinary weekend: 1 h 20 on Friday and 40 minutes on Monday.
        ("2026-04-13 08:10", "2026-04-10 16:40", "2:00", True, "2026-04-10 18:00"),
        # Late counts in working time, too.
        ("2026-04-10 17:50", "2026-04-13 07:42", "-0:22", True, "2026-04-13 18:00"),
        ("2026-04-10 17:50", "2026-04-12 12:00", "-0:10", False, "2026-04-13 07:30"),
        # Due at closing: nothing is left, and nothing is late until the next opening.
        ("2026-04-10 18:00", "2026-04-10 18:00", "0:00", False, "2026-04-13 07:30"),
        ("2026-04-10 18:00", "2026-04-12 12:00", "0:00", False, "2026-04-13 07:30"),
    ],
)
def test_what_is_left_is_what_the_calendar_leaves_on_paper(due, at, left, is_open, until) -> None:
    sign = -1 if left.startswith("-") else 1
    hours, minutes = map(int, left.removeprefix("-").split(":"))

    found = Countdown.of(GENEVA, local(due), local(at))

    assert found.seconds == sign * (hours * 3600 + minutes * 60)
    assert (found.is_open, found.until) == (is_open, local(until))


def test_a_lunch_break_is_a_closing_and_an_opening() -> None:
    assert OFFICE.next_change(local("2026-06-01 11:59:59")) == local("2026-06-01 12:00")
    assert OFFICE.next_change(local("2026-06-01 12:00")) == local("2026-06-01 13:00")


def test_windows_that_touch_at_midnight_do_not_close_there() -> None:
    assert ALWAYS.next_change(local("2026-06-01 12:00")) is None
    assert ALWAYS.next_change(local("2026-12-31 23:59:59")) is None
    assert NIGHTS.next_change(local("2026-12-31 23:00")) == local("2027-01-01 06:00")


def test_a_calendar_that_never_opens_never_changes() -> None:
    assert NEVER.next_change(local("2026-06-01 12:00")) is None
    assert Countdown.of(NEVER, local("2026-06-02 12:00"), local("2026-06-01 12:00")).seconds == 0


def test_fractions_of_a_second_move_no_end() -> None:
    due = local("2026-06-01 16:00")
    whole = Countdown.of(OFFICE, due, local("2026-06-01 14:00"))
    later = Countdown.of(OFFICE, due, local("2026-06-01 14:00:00.900000"))

    assert whole.ends_at == later.ends_at == due


moments = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001  hypothesis wants the bounds naive
    datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))


@given(
    hours=st.sampled_from([GENEVA, OFFICE, NIGHTS]), due=moments, at=moments, share=st.floats(0, 1)
)
def test_until_the_next_change_the_first_reading_tells_all_others(hours, due, at, share) -> None:
    first = Countdown.of(hours, due, at)
    then = at + timedelta(seconds=int((first.until - at).total_seconds() * share))
    if then == first.until:
        then -= timedelta(seconds=1)

    now = Countdown.of(hours, due, then)

    assert (now.is_open, now.until) == (first.is_open, first.until)
    if first.is_open:
        assert now.ends_at == first.ends_at
    else:
        assert now.seconds == first.seconds
    assert hours.is_open(first.until) is not first.is_open
