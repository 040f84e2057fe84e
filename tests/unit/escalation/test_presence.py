"""Who is there, by roster, absence and hours; when a message may leave."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation.rules import ROSTERED, Absence, Presence, quiet_until
from sla.engine import BusinessCalendar
from tests.moments import MONDAY_9

HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar.from_dict(
    {"tz": "Europe/Zurich", "week": {day: [["07:30", "18:00"]] for day in
                                     ("mon", "tue", "wed", "thu", "fri")}}
)  # fmt: skip
NIGHT = BusinessCalendar.from_dict(
    {"tz": "Europe/Zurich", "week": {"fri": [["22:00", "06:00"]], "sun": [["10:00", "10:01"]]}}
)
MOMENTS = st.datetimes(
    datetime(2026, 3, 1), datetime(2026, 4, 15), timezones=st.just(UTC)
)  # the change to summer time lies within
SPANS = st.lists(
    st.tuples(st.integers(-400, 400), st.integers(1, 40)).map(
        lambda p: (MONDAY_9 + p[0] * HOUR, MONDAY_9 + (p[0] + p[1]) * HOUR)
    ),
    max_size=4,
).map(tuple)
PRESENCES = st.builds(
    Presence,
    shifts=SPANS,
    calls=SPANS,
    absences=SPANS.map(lambda spans: tuple(Absence(*span) for span in spans)),
)
HOURS = st.sampled_from([None, OFFICE, NIGHT])
NEAR = st.integers(-300, 300).map(lambda n: MONDAY_9 + n * HOUR)


@given(MOMENTS, st.lists(HOURS, max_size=3))
def test_a_message_leaves_at_the_first_instant_at_which_any_of_the_calendars_is_open(at, hours):
    found = quiet_until(at, hours)

    if not hours or None in hours:
        assert found is None
        return
    if found is None:
        assert any(one.is_open(at) for one in hours)
        return
    assert found > at
    assert any(one.is_open(found) for one in hours)
    assert all(one.measure(at, found) == 0 for one in hours)


@given(PRESENCES, NEAR, HOURS)
def test_on_duty_means_open_not_away_and_on_the_roster_if_there_is_one(presence, at, hours):
    is_there = presence.is_there(at, hours)

    is_away = any(a.starts <= at < a.ends for a in presence.absences)
    covered = any(starts <= at < ends for starts, ends in presence.shifts)
    lately = any(
        starts < at + ROSTERED and ends > at - ROSTERED for starts, ends in presence.shifts
    )
    is_open = hours is None or hours.is_open(at)
    assert is_there == (is_open and not is_away and (covered or not lately))


@given(PRESENCES, NEAR, HOURS)
def test_whoever_is_there_stays_until_the_moment_that_is_told(presence, at, hours):
    if not presence.is_there(at, hours):
        return
    until = presence.until(at, hours)

    end = until or at + timedelta(days=10)
    for part in range(10):
        assert presence.is_there(at + (end - at) * part / 10, hours)
    if until is not None and presence.is_rostered(until):
        assert not presence.is_there(until, hours)


@given(PRESENCES, NEAR, HOURS)
def test_the_next_moment_on_duty_is_one_and_none_lies_before_it(presence, at, hours):
    found = presence.next_there(at, hours)

    if found is None:
        assert not presence.is_there(at, hours)
        return
    assert presence.is_there(found, hours)
    for part in range(20):
        moment = at + (found - at) * part / 20
        assert moment == found or not presence.is_there(moment, hours)


def test_a_roster_that_ran_out_counts_for_a_fortnight_and_then_no_more():
    presence = Presence(shifts=((MONDAY_9, MONDAY_9 + 8 * HOUR),))
    end = MONDAY_9 + 8 * HOUR

    assert presence.is_there(end - HOUR, None)
    assert not presence.is_there(end, None)
    assert not presence.is_there(end + ROSTERED - HOUR, None)
    assert presence.is_there(end + ROSTERED, None)


def test_who_is_away_is_neither_on_duty_nor_on_call():
    presence = Presence(
        calls=((MONDAY_9, MONDAY_9 + 8 * HOUR),),
        absences=(Absence(MONDAY_9 + HOUR, MONDAY_9 + 2 * HOUR, 7),),
    )

    assert presence.is_on_call(MONDAY_9)
    assert not presence.is_on_call(MONDAY_9 + HOUR)
    assert presence.absence(MONDAY_9 + HOUR).substitute == 7
    assert presence.absence(MONDAY_9 + 2 * HOUR) is None
