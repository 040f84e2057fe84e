"""What holds for every calendar, checked without a second implementation."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sla.engine import BusinessCalendar, Terms, Timeline, evaluate, explain
from tests.property.engine_cases import (
    Spec,
    examples,
    moments,
    nights,
    pauses,
    specs,
)

OFFICE: Spec = {
    "tz": "Europe/Zurich",
    "week": {str(day): [["08:00", "12:00"], ["13:30", "17:45"]] for day in range(1, 6)},
}
SHIFTS: Spec = {
    "tz": "America/New_York",
    "week": {str(day): [["22:00", "06:00"], ["14:00", "15:00"]] for day in range(1, 8)},
}
AROUND_THE_CLOCK: Spec = {
    "tz": "Europe/Zurich",
    "week": {str(day): [["00:00", "24:00"]] for day in range(1, 8)},
}
FAR_AWAY = ZoneInfo("Australia/Lord_Howe")
YEARS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
SPANS = st.integers(0, 400 * 3600)


def known(at: datetime | None) -> datetime:
    """Leave out the calendars for which the answer is never."""
    assume(at is not None)
    assert at is not None
    return at


@st.composite
def cases(draw: st.DrawFn) -> tuple[BusinessCalendar, datetime]:
    """An odd calendar with an instant near its odd night, or a usual one far from any."""
    if draw(st.booleans()):
        night = draw(nights)
        return BusinessCalendar.from_dict(draw(specs(night))), draw(moments(night))
    spec = draw(st.sampled_from([OFFICE, SHIFTS, AROUND_THE_CLOCK]))
    return BusinessCalendar.from_dict(spec), draw(YEARS)


@settings(max_examples=examples(80), deadline=None)
@given(cases(), SPANS)
def test_exactly_the_budget_lies_between_the_start_and_the_due_instant(case, span) -> None:
    calendar, start = case
    due = known(calendar.add(start, span))

    assert calendar.measure(start, due) == span
    if span:
        assert calendar.is_open(due - timedelta(seconds=1))


@settings(max_examples=examples(80), deadline=None)
@given(cases(), SPANS)
def test_subtracting_mirrors_adding(case, span) -> None:
    calendar, end = case
    start = known(calendar.subtract(end, span))

    assert calendar.measure(start, end) == span
    if span:
        assert calendar.is_open(start)
        assert calendar.add(start, span) <= end


@settings(max_examples=examples(80), deadline=None)
@given(cases(), st.integers(1, 400 * 3600))
def test_subtracting_what_was_added_leads_back_to_the_first_open_second(case, span) -> None:
    calendar, start = case
    due = known(calendar.add(start, span))

    assert calendar.subtract(due, span) == calendar.next_open(start)
    assert calendar.prev_open(due) == due


@settings(max_examples=examples(80), deadline=None)
@given(cases(), SPANS, SPANS)
def test_a_budget_may_be_split(case, first, second) -> None:
    calendar, start = case
    half = known(calendar.add(start, first))

    assert calendar.add(half, second) == calendar.add(start, first + second)


@settings(max_examples=examples(80), deadline=None)
@given(cases(), st.lists(st.integers(0, 30 * 86400), min_size=2, max_size=2))
def test_measuring_is_additive(case, offsets) -> None:
    calendar, start = case
    middle, end = (start + timedelta(seconds=offset) for offset in sorted(offsets))

    whole = calendar.measure(start, end)

    assert whole == calendar.measure(start, middle) + calendar.measure(middle, end)
    assert 0 <= whole <= (end - start).total_seconds()
    assert calendar.measure(end, start) == 0


@settings(max_examples=examples(80), deadline=None)
@given(cases(), SPANS, SPANS, st.integers(0, 10 * 86400))
def test_due_is_monotone_in_budget_and_in_start(case, span, more, later) -> None:
    calendar, start = case
    due = known(calendar.add(start, span + more))

    assert calendar.add(start, span) <= due
    assert calendar.add(start + timedelta(seconds=later), span + more) >= due


@settings(max_examples=examples(80), deadline=None)
@given(st.data(), st.integers(1, 60 * 3600))
def test_another_holiday_by_date_never_makes_due_earlier(data, span) -> None:
    night = data.draw(nights)
    spec, start = data.draw(specs(night)), data.draw(moments(night))
    day = (night.on + timedelta(days=data.draw(st.integers(-3, 6)))).isoformat()
    due = BusinessCalendar.from_dict(spec).add(start, span)
    stricter = BusinessCalendar.from_dict({**spec, "holidays": [*spec["holidays"], day]})

    later = stricter.add(start, span)

    assert later is None or due is not None and due <= later


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 20 * 86400), st.integers(0, 80 * 3600))
def test_a_week_later_is_due_a_week_later_where_no_clock_changes(offset, span) -> None:
    calendar = BusinessCalendar.from_dict(OFFICE)
    start = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(seconds=offset)
    week = timedelta(days=7)

    assert calendar.add(start + week, span) == known(calendar.add(start, span)) + week


@settings(max_examples=examples(60), deadline=None)
@given(cases(), st.integers(0, 86400), st.integers(1, 10**6))
def test_the_zone_and_the_fraction_of_an_instant_do_not_matter(case, span, micro) -> None:
    calendar, start = case
    other = start.astimezone(FAR_AWAY).replace(microsecond=micro % 10**6)

    assert calendar.add(other, span) == calendar.add(start, span)
    assert calendar.measure(other, start + timedelta(days=9)) == calendar.measure(
        start, start + timedelta(days=9)
    )


@settings(max_examples=examples(10), deadline=None)
@given(st.lists(st.integers(1995, 2045), min_size=2, max_size=5), SPANS)
def test_the_years_laid_out_before_do_not_change_an_answer(years, span) -> None:
    asked_before = BusinessCalendar.from_dict(SHIFTS)

    for start in (datetime(year, 1, 1, 7, tzinfo=UTC) for year in years):
        fresh = BusinessCalendar.from_dict(SHIFTS)
        assert asked_before.add(start, span) == fresh.add(start, span)
        assert asked_before.subtract(start, span) == fresh.subtract(start, span)


@settings(max_examples=examples(80), deadline=None)
@given(st.data(), st.integers(1, 30 * 3600), st.integers(1, 20 * 3600))
def test_a_pause_of_p_business_seconds_moves_due_by_exactly_p(data, target, paused) -> None:
    night = data.draw(nights)
    calendar = BusinessCalendar.from_dict(data.draw(specs(night)))
    start = data.draw(moments(night))
    begins = known(calendar.add(start, data.draw(st.integers(0, target - 1))))
    ends = known(calendar.add(begins, paused))
    plain, terms = known(calendar.add(start, target)), Terms(calendar, target)
    assume(calendar.add(start, target + paused) is not None)

    due = evaluate(terms, Timeline(start, ((begins, ends),)), ends).due_at

    assert due is not None
    assert calendar.measure(plain, due) == paused


@settings(max_examples=examples(80), deadline=None)
@given(st.data(), st.integers(0, 30 * 3600), st.integers(0, 8 * 86400))
def test_a_reading_adds_up_and_its_explanation_with_it(data, target, wait) -> None:
    night = data.draw(nights)
    calendar = BusinessCalendar.from_dict(data.draw(specs(night)))
    start = data.draw(moments(night))
    now = start + timedelta(seconds=wait)
    timeline, terms = Timeline(start, data.draw(pauses(night, now))), Terms(calendar, target)

    reading = evaluate(terms, timeline, now)
    segments = explain(terms, timeline, now)

    assert reading == evaluate(terms, timeline, now)
    used = reading.elapsed_seconds + reading.paused_seconds
    assert used == calendar.measure(start, now)
    counted = sum(piece.seconds for piece in segments if piece.kind == "counted")
    assert counted == (reading.elapsed_seconds if reading.due_at is None else target)
    for piece, following in zip(segments, segments[1:], strict=False):
        assert piece.start < piece.end == following.start
    if segments:
        assert (segments[0].start, segments[-1].end) == (start, reading.due_at or now)
