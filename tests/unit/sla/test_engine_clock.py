from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sla.engine import (
    BusinessCalendar,
    CalendarError,
    ClockState,
    Reading,
    Segment,
    Terms,
    Timeline,
    evaluate,
    explain,
)

OFFICE = BusinessCalendar.from_dict(
    {"tz": "UTC", "week": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in "12345"}}
)
NEVER = BusinessCalendar.from_dict({"tz": "UTC"})
MINUTE = 60
HOUR = 3600
STEPS = (("late_150", 150), ("warn_75", 75), ("breach_hand_over", 100))
TERMS = Terms(OFFICE, 4 * HOUR, step_percents=STEPS)


def at(text: str) -> datetime:
    """An instant in the week of Monday 1 June 2026: "mon 08:00"."""
    day, clock = text.split()
    number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day)
    return datetime.fromisoformat(f"2026-06-{number + 1:02} {clock}").replace(tzinfo=UTC)


def read(now: str, *, start: str = "mon 09:00", terms: Terms = TERMS, **more) -> Reading:
    return evaluate(terms, Timeline(at(start), **more), at(now))


def held(*pairs: tuple[str, str | None]) -> tuple[tuple[datetime, datetime | None], ...]:
    return tuple((at(begins), None if ends is None else at(ends)) for begins, ends in pairs)


def test_a_running_clock_says_when_it_is_due_at_risk_and_what_comes_next() -> None:
    reading = read("mon 11:00")

    assert reading == Reading(
        state=ClockState.RUNNING,
        due_at=at("mon 14:00"),
        at_risk_at=at("mon 12:00"),
        breached_at=None,
        stopped_at=None,
        elapsed_seconds=2 * HOUR,
        remaining_seconds=2 * HOUR,
        paused_seconds=0,
        step_ats=(
            ("warn_75", at("mon 12:00")),
            ("breach_hand_over", at("mon 14:00")),
            ("late_150", at("mon 16:00")),
        ),
    )


@pytest.mark.parametrize(
    ("now", "state", "remaining"),
    [
        ("mon 13:59:59", ClockState.RUNNING, 1),
        ("mon 14:00", ClockState.BREACHED, 0),
        ("mon 14:00:01", ClockState.BREACHED, -1),
        ("tue 09:00", ClockState.BREACHED, -4 * HOUR),
    ],
)
def test_due_now_is_breached(now, state, remaining) -> None:
    reading = read(now)

    assert (reading.state, reading.remaining_seconds) == (state, remaining)
    assert reading.breached_at == (at("mon 14:00") if remaining <= 0 else None)


@pytest.mark.parametrize(
    ("stopped", "state", "remaining", "passed"),
    [
        ("mon 12:00", ClockState.MET, HOUR, []),  # the step of this second is spared
        ("mon 13:30", ClockState.MET, 30 * MINUTE, ["warn_75"]),
        ("mon 14:00", ClockState.MET, 0, ["warn_75"]),
        ("mon 14:00:01", ClockState.MISSED, -1, ["warn_75", "breach_hand_over"]),
        ("tue 08:00", ClockState.MISSED, -3 * HOUR, ["warn_75", "breach_hand_over", "late_150"]),
    ],
)
def test_stopping_in_the_second_of_due_is_met_and_later_is_missed(
    stopped, state, remaining, passed
) -> None:
    reading = read("fri 09:00", stopped_at=at(stopped))

    assert (reading.state, reading.remaining_seconds) == (state, remaining)
    assert (reading.due_at, reading.stopped_at) == (at("mon 14:00"), at(stopped))
    assert [milestone for milestone, _ in reading.step_ats] == passed
    assert (reading.breached_at is not None) == (state == ClockState.MISSED)


def test_an_open_pause_leaves_nothing_due() -> None:
    reading = read("tue 09:00", pauses=held(("mon 10:00", None)))

    assert reading.state == ClockState.PAUSED
    assert (reading.due_at, reading.at_risk_at, reading.step_ats) == (None, None, ())
    assert (reading.elapsed_seconds, reading.remaining_seconds) == (HOUR, 3 * HOUR)
    assert reading.paused_seconds == 7 * HOUR


def test_a_pause_keeps_what_was_passed_before_it() -> None:
    reading = read("tue 09:00", pauses=held(("mon 13:30", None)))

    assert reading.state == ClockState.PAUSED
    assert (reading.due_at, reading.at_risk_at) == (None, at("mon 12:00"))
    assert reading.step_ats == (("warn_75", at("mon 12:00")),)


@pytest.mark.parametrize("begins", ["mon 14:00", "mon 15:00"])
def test_a_pause_from_due_on_comes_too_late(begins) -> None:
    reading = read("tue 09:00", pauses=held((begins, None)))

    assert reading.state == ClockState.BREACHED
    assert reading.due_at == reading.breached_at == at("mon 14:00")
    assert reading.remaining_seconds == -4 * HOUR


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        (held(("mon 10:00", "mon 10:30")), "mon 14:30"),
        (held(("mon 12:00", "mon 13:00")), "mon 14:00"),  # the lunch hour was closed anyway
        (held(("mon 11:30", "mon 13:15")), "mon 14:45"),
        (held(("mon 10:00", "mon 10:30"), ("mon 10:30", "mon 11:00")), "mon 15:00"),
        (held(("mon 10:15", "mon 11:00"), ("mon 10:00", "mon 10:30")), "mon 15:00"),
        (held(("mon 10:00", "mon 11:00"), ("mon 10:15", "mon 10:30")), "mon 15:00"),
        (held(("mon 10:00", "mon 10:00")), "mon 14:00"),
        (held(("mon 11:00", "mon 10:00")), "mon 14:00"),  # backward: ignored
        (held(("mon 13:59:59", "mon 14:59:59")), "mon 15:00"),
        (held(("mon 14:00", "mon 15:00")), "mon 14:00"),
        (held(("mon 08:00", "mon 09:30")), "mon 14:30"),  # begun before the clock
        (held(("mon 10:00", "tue 10:00")), "tue 14:00"),
    ],
)
def test_pauses_push_due_out_by_their_open_time(pauses, due) -> None:
    assert read("fri 17:00", pauses=pauses).due_at == at(due)


def test_a_reading_knows_only_what_has_happened() -> None:
    later: dict[str, Any] = {
        "pauses": held(("mon 11:00", "mon 11:30")),
        "stopped_at": at("mon 13:30"),
        "cancelled_at": at("mon 15:00"),
    }

    assert read("mon 10:59:59", **later).state == ClockState.RUNNING
    assert read("mon 11:00", **later).state == ClockState.PAUSED
    assert read("mon 11:15", **later).due_at is None
    assert read("mon 11:30", **later).due_at == at("mon 14:30")
    assert read("mon 13:30", **later).state == ClockState.MET
    assert read("mon 16:00", **later) == read("mon 13:30", **later)


def test_a_clock_stopped_while_paused_ends_there() -> None:
    reading = read("fri 09:00", pauses=held(("mon 10:00", None)), stopped_at=at("mon 11:00"))

    assert reading.state == ClockState.MET
    assert (reading.elapsed_seconds, reading.paused_seconds) == (HOUR, HOUR)
    assert reading.due_at == at("mon 15:00")


def test_a_cancelled_clock_stands_still_and_keeps_a_breach_it_had() -> None:
    in_time = read("fri 09:00", cancelled_at=at("mon 10:00"))
    late = read("fri 09:00", cancelled_at=at("mon 15:00"))

    assert in_time.state == late.state == ClockState.CANCELLED
    assert (in_time.elapsed_seconds, in_time.breached_at, in_time.step_ats) == (HOUR, None, ())
    assert late.breached_at == at("mon 14:00")


def test_the_first_of_stop_and_cancellation_ends_a_clock() -> None:
    early, late = at("mon 10:00"), at("mon 11:00")

    assert read("fri 09:00", stopped_at=early, cancelled_at=late).state == ClockState.MET
    cancelled = read("fri 09:00", stopped_at=late, cancelled_at=early)
    assert (cancelled.state, cancelled.stopped_at) == (ClockState.CANCELLED, None)


def test_terms_that_came_later_breach_when_they_came_and_not_before() -> None:
    before = read("tue 12:00", terms_since=at("mon 13:00"))
    after = read("tue 12:00", terms_since=at("tue 11:00"))

    assert (before.breached_at, after.breached_at) == (at("mon 14:00"), at("tue 11:00"))
    assert before.due_at == after.due_at == at("mon 14:00")


def test_a_clock_that_starts_in_the_future_has_used_nothing() -> None:
    reading = read("mon 08:30", start="tue 08:00")

    assert (reading.state, reading.due_at) == (ClockState.RUNNING, at("tue 12:00"))
    assert (reading.elapsed_seconds, reading.remaining_seconds) == (0, 4 * HOUR)


def test_a_zero_target_is_due_at_its_start_even_while_closed() -> None:
    reading = read("sat 10:00", start="sat 10:00", terms=Terms(OFFICE, 0))

    assert (reading.state, reading.due_at) == (ClockState.BREACHED, at("sat 10:00"))


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, ClockState.RUNNING),
        ({"pauses": held(("mon 10:00", None))}, ClockState.PAUSED),
        ({"stopped_at": at("tue 10:00")}, ClockState.MET),
    ],
)
def test_a_calendar_that_never_opens_has_no_target(more, state) -> None:
    reading = read("fri 12:00", terms=Terms(NEVER, HOUR, step_percents=STEPS), **more)

    assert (reading.state, reading.due_at, reading.breached_at) == (state, None, None)
    assert (reading.elapsed_seconds, reading.step_ats) == (0, ())


def test_a_late_step_waits_while_a_breached_clock_is_paused() -> None:
    reading = read("tue 09:00", pauses=held(("mon 15:00", None)))

    assert [milestone for milestone, _ in reading.step_ats] == ["warn_75", "breach_hand_over"]


@pytest.mark.parametrize("wrong", [{"seconds": -1}, {"seconds": 1, "at_risk_percent": -1}])
def test_negative_terms_are_refused(wrong) -> None:
    with pytest.raises(CalendarError):
        Terms(OFFICE, **wrong)


def test_an_explanation_tells_counted_closed_and_paused_time_apart() -> None:
    timeline = Timeline(at("mon 09:00"), held(("mon 10:00", "mon 10:30"), ("mon 16:00", None)))

    segments = explain(TERMS, timeline, at("mon 15:30"))

    assert segments == [
        Segment(at("mon 09:00"), at("mon 10:00"), "counted", HOUR),
        Segment(at("mon 10:00"), at("mon 10:30"), "paused", 30 * MINUTE),
        Segment(at("mon 10:30"), at("mon 12:00"), "counted", 90 * MINUTE),
        Segment(at("mon 12:00"), at("mon 13:00"), "closed", 0),
        Segment(at("mon 13:00"), at("mon 14:30"), "counted", 90 * MINUTE),
    ]


def test_an_explanation_without_a_due_instant_ends_now() -> None:
    timeline = Timeline(at("mon 11:00"), held(("mon 12:30", None)))

    segments = explain(TERMS, timeline, at("mon 14:00"))

    assert [(piece.kind, piece.seconds) for piece in segments] == [
        ("counted", HOUR),
        ("closed", 0),
        ("paused", HOUR),
    ]
    assert segments[-1].end == at("mon 14:00")


def test_an_explanation_has_no_seams_at_midnight_and_no_empty_pieces() -> None:
    always = BusinessCalendar.from_dict(
        {"tz": "UTC", "week": {day: [["00:00", "24:00"]] for day in "1234567"}}
    )
    start, due = at("mon 09:00"), at("fri 09:00")

    segments = explain(Terms(always, 96 * HOUR), Timeline(start, ((due, None),)), due)

    assert segments == [Segment(start, due, "counted", 96 * HOUR)]


def test_a_long_explanation_sums_up_its_tail() -> None:
    terms = Terms(OFFICE, 5000 * HOUR)

    segments = explain(terms, Timeline(at("mon 09:00")), at("mon 10:00"))

    assert len(segments) == 400
    assert sum(piece.seconds for piece in segments) == terms.seconds
    assert segments[-1].end == evaluate(terms, Timeline(at("mon 09:00")), at("mon 10:00")).due_at


def test_an_explanation_of_what_has_not_begun_is_empty() -> None:
    start = at("tue 09:00")

    assert explain(Terms(NEVER, HOUR), Timeline(start), start - timedelta(days=1)) == []
