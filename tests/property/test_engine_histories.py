"""Histories that have broken service desks (H1 to H15), on random calendars.

Each is played by the engine and, minute by minute, by the brute force.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sla.engine import BusinessCalendar, ClockState, Reading, Terms, Timeline, evaluate
from tests.property.brute import Brute
from tests.property.engine_cases import (
    Night,
    Pause,
    Spec,
    examples,
    moments,
    nights,
    pauses,
    specs,
)

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Scene:
    night: Night
    spec: Spec
    start: datetime
    target: int

    @property
    def calendar(self) -> BusinessCalendar:
        return BusinessCalendar.from_dict(self.spec)

    @property
    def brute(self) -> Brute:
        return self.night.brute(self.spec)

    @property
    def last(self) -> datetime:
        return self.night.first + timedelta(days=9)

    def changes(self) -> list[datetime]:
        """The openings and closings between the start and the last instant of the scene."""
        brute, minute = self.brute, timedelta(minutes=1)
        first = self.start.replace(second=0) + minute
        ats = [first + n * minute for n in range(max((self.last - first) // minute, 0))]
        return [at for at in ats if brute.is_open(at) != brute.is_open(at - minute)]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    night = draw(nights)
    return Scene(night, draw(specs(night)), draw(moments(night)), draw(st.integers(0, 20 * 3600)))


def agreed(
    scene: Scene, held: tuple[Pause, ...], now: datetime, stopped: datetime | None = None
) -> Reading:
    """Read the clock with the engine, hold it against the brute force and return it."""
    brute, start, target = scene.brute, scene.start, scene.target
    timeline = Timeline(start, held, stopped_at=stopped)
    reading = evaluate(Terms(scene.calendar, target), timeline, now)

    due = brute.due(start, target, held)
    if due is None:
        assert reading.due_at is None or reading.due_at > brute.last
    else:
        assert reading.due_at == due
    assert reading.state == brute.state(due, held, stopped=stopped, now=now)
    used = brute.counted(start, now if stopped is None else min(now, stopped), held)
    assert (reading.elapsed_seconds, reading.paused_seconds) == used
    return reading


def history(test):
    return settings(max_examples=examples(25), deadline=None)(given(st.data(), scenes())(test))


@history
def test_h1_created_on_the_edge_of_opening_and_closing(data, scene) -> None:
    changes = scene.changes()
    assume(changes)
    edge = data.draw(st.sampled_from(changes)) + data.draw(st.integers(-1, 1)) * SECOND

    agreed(Scene(scene.night, scene.spec, edge, scene.target), (), scene.last)


@history
def test_h2_a_pause_outside_hours_adds_nothing(data, scene) -> None:
    shut = [pair for pair in pairwise(scene.changes()) if not scene.brute.is_open(pair[0])]
    assume(shut)
    begins, ends = data.draw(st.sampled_from(shut))

    held = agreed(scene, ((begins, ends),), scene.last)

    assert held.due_at == agreed(scene, (), scene.last).due_at
    assert held.paused_seconds == 0


@history
def test_h3_a_pause_across_closing_weekend_and_clock_change(data, scene) -> None:
    begins = scene.start + data.draw(st.integers(0, 86400)) * SECOND
    ends = begins + data.draw(st.integers(86400, 4 * 86400)) * SECOND

    agreed(scene, ((begins, ends),), max(ends, scene.last))


@history
def test_h4_touching_nested_overlapping_and_empty_pauses(data, scene) -> None:
    a, b, c, d = sorted(data.draw(moments(scene.night)) for _ in range(4))
    held = ((c, d), (b, c), (a, a), (b, d), (d, a), (a, b))

    reading = agreed(scene, held, scene.last)

    assert reading == agreed(scene, ((a, d),), scene.last)


@history
def test_h5_a_pause_around_due_pushes_it_out(data, scene) -> None:
    due = scene.brute.due(scene.start, scene.target)
    assume(due is not None and scene.start < due < scene.last)
    begins = due - data.draw(st.integers(1, 7200)) * SECOND
    ends = due + data.draw(st.integers(0, 86400)) * SECOND

    agreed(scene, ((begins, ends),), max(ends, scene.last))


@history
def test_h6_paused_in_the_second_of_creation(data, scene) -> None:
    now = scene.start + data.draw(st.integers(0, 3 * 86400)) * SECOND

    reading = agreed(scene, ((scene.start, None),), now)

    assert reading.elapsed_seconds == 0
    assert reading.state == (ClockState.PAUSED if scene.target else ClockState.BREACHED)
    assert (reading.due_at is None) == (scene.target > 0)


@history
def test_h7_priority_up_and_down_again_leaves_no_trace(data, scene) -> None:
    held = data.draw(pauses(scene.night, scene.last))
    before = agreed(scene, held, scene.last)
    since = data.draw(moments(scene.night))
    urgent = Terms(scene.calendar, scene.target // 4)

    raised = evaluate(urgent, Timeline(scene.start, held, terms_since=since), scene.last)

    if raised.due_at and raised.breached_at:
        assert raised.breached_at == max(raised.due_at, since)
    assert agreed(scene, held, scene.last) == before


@history
def test_h8_the_calendar_is_edited_while_paused(data, scene) -> None:
    begins = data.draw(moments(scene.night))
    edited = Scene(scene.night, data.draw(specs(scene.night)), scene.start, scene.target)

    agreed(scene, ((begins, None),), max(begins, scene.start))
    agreed(edited, ((begins, None),), max(begins, scene.start))


@history
def test_h9_resolved_in_the_second_of_due_is_met_and_a_second_later_missed(data, scene) -> None:
    held = data.draw(pauses(scene.night, scene.start + timedelta(days=1)))
    due = scene.brute.due(scene.start, scene.target, held)
    assume(due is not None and due < scene.last)

    assert agreed(scene, held, scene.last, due).state == ClockState.MET
    assert agreed(scene, held, scene.last, due).remaining_seconds == 0
    assert agreed(scene, held, scene.last, due + SECOND).state == ClockState.MISSED
    assert agreed(scene, held, due).state == ClockState.BREACHED


@history
def test_h10_reopened_three_times_counts_the_resolved_time_as_pauses(data, scene) -> None:
    ats = sorted(data.draw(moments(scene.night)) for _ in range(6))
    held = tuple(zip(ats[::2], ats[1::2], strict=True))

    for reopened in range(4):
        agreed(scene, held[:reopened], max(ats[-1], scene.start))


@history
def test_h11_moved_to_a_team_in_another_zone_replays_from_the_start(data, scene) -> None:
    other = data.draw(nights)
    assume(other.on == scene.night.on or other.zone != scene.night.zone)
    moved = Scene(
        scene.night, {**data.draw(specs(scene.night)), "tz": other.zone}, scene.start, scene.target
    )

    agreed(moved, data.draw(pauses(scene.night, scene.last)), scene.last)


@history
def test_h12_an_answer_at_night_is_worth_what_an_answer_at_opening_is(data, scene) -> None:
    shut = [pair for pair in pairwise(scene.changes()) if not scene.brute.is_open(pair[0])]
    assume(shut)
    closing, opening = data.draw(st.sampled_from(shut))
    at_night = closing + data.draw(st.integers(0, (opening - closing).seconds)) * SECOND
    begins = max(scene.start, closing - data.draw(st.integers(1, 86400)) * SECOND)

    reading = agreed(scene, ((begins, at_night),), scene.last)

    assert reading == agreed(scene, ((begins, opening),), scene.last)


@history
def test_h13_an_old_ticket_is_late_from_its_import_on_and_not_before(data, scene) -> None:
    imported = scene.last + data.draw(st.integers(0, 10**8)) * SECOND
    terms = Terms(scene.calendar, scene.target)

    reading = evaluate(terms, Timeline(scene.start, terms_since=imported), imported)

    is_late = reading.due_at is not None and reading.due_at <= imported
    assert reading.breached_at == (imported if is_late else None)


@history
def test_h14_a_ticket_from_the_future_has_used_nothing(data, scene) -> None:
    now = scene.start - data.draw(st.integers(1, 86400)) * SECOND
    reading = evaluate(Terms(scene.calendar, scene.target), Timeline(scene.start), now)

    assert (reading.state, reading.elapsed_seconds) == (ClockState.RUNNING, 0)
    assert reading.remaining_seconds == scene.target
    assert reading.due_at == scene.calendar.add(scene.start, scene.target)


@history
def test_h15_any_history_on_the_odd_days_of_the_year(data, scene) -> None:
    now = data.draw(moments(scene.night))
    held = data.draw(pauses(scene.night, now))
    begins = data.draw(moments(scene.night).map(lambda at: min(at, now)))
    still_open = data.draw(st.sampled_from([(), ((begins, None),)]))

    agreed(scene, held + still_open, max(now, scene.start))
