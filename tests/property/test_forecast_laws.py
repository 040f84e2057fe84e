"""The replay of a queue keeps its laws, and equals a walk from second to second."""

from collections.abc import Mapping
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.choices import WhyLate
from escalation.rules.forecast import Crew, Kind, Situation, Span, Waiting, forecast
from escalation.rules.queueing import Duty, Work, is_there, replay

END = 24
PEOPLE = range(1, 5)


def cut(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return intervals in order and apart."""
    found: list[tuple[int, int]] = []
    for start, length in sorted(pairs):
        if not found or start > found[-1][1]:
            found.append((start, start + length))
    return tuple(found)


intervals = st.lists(st.tuples(st.integers(0, END), st.integers(1, 14)), max_size=3).map(cut)
duties = st.builds(
    Duty,
    st.fixed_dictionaries(dict.fromkeys(PEOPLE, intervals)),
    st.fixed_dictionaries(dict.fromkeys((1, 2), st.just(((0, END),)) | intervals)),
)
people = st.frozensets(st.sampled_from(PEOPLE), max_size=3)
kinds = st.tuples(
    st.integers(0, 9), st.sampled_from([1, 2]), people,
    st.none() | st.integers(0, END), st.integers(0, 7),
)  # fmt: skip


@st.composite
def queues(draw, most: int = 7) -> list[Work]:
    return [
        Work((number, "solve"), (rank, number), team, able, free_at, seconds)
        for number, (rank, team, able, free_at, seconds) in enumerate(
            draw(st.lists(kinds, max_size=most))
        )
    ]


def late(works: list[Work], duty: Duty) -> dict[int, int]:
    """Return when each piece of work is done; far away where it is not."""
    found = replay(works, duty, start=0, end=END)
    return {key[0]: 999 if at is None else at for key, at in found.items()}


def walked(works: list[Work], duty: Duty) -> dict[int, int]:
    """The same by hand: each second, whoever is more urgent first, as long as Hall agrees."""
    left = {w.key[0]: w.seconds for w in works}
    done = dict.fromkeys(left, 999)
    for now in range(END):
        there = {p for p in duty.people if is_there(duty.people[p], now)}
        for ended in (True, False):  # what takes no time is done before the second begins
            chosen: list[Work] = []
            for work in sorted(works, key=lambda w: w.rank):
                key = work.key[0]
                is_waiting = work.free_at is None or work.free_at > now
                if done[key] < 999 or is_waiting or not is_there(duty.teams[work.team], now):
                    continue
                if ended and left[key] == 0 and work.able & there:
                    if can_share([*chosen, work], there):
                        done[key] = now
                elif can_share([*chosen, work], there):
                    chosen.append(work)
        for work in chosen:
            left[work.key[0]] -= 1
            if left[work.key[0]] == 0:
                done[work.key[0]] = now + 1
    return done


def can_share(works: list[Work], there: set[int]) -> bool:
    """Say whether everybody finds something of their own to do (Hall's theorem)."""
    return all(
        len(frozenset().union(*(w.able & there for w in some))) >= len(some)
        for size in range(1, len(works) + 1)
        for some in combinations(works, size)
    )


@settings(deadline=None)
@given(queues(5), duties)
def test_it_is_what_a_walk_from_second_to_second_gives(works, duty):
    assert late(works, duty) == walked(works, duty)


@given(queues(), duties, st.data())
def test_with_one_more_person_nothing_is_done_later(works, duty, data):
    able = data.draw(st.lists(st.booleans(), min_size=len(works), max_size=len(works)))
    there = data.draw(intervals)
    more = [
        work._replace(able=work.able | {9}) if can else work
        for work, can in zip(works, able, strict=True)
    ]
    before = late(works, duty)
    after = late(more, Duty({**duty.people, 9: there}, duty.teams))

    assert {key: at for key, at in after.items() if at > before[key]} == {}


@given(queues(), duties, st.data())
def test_shorter_or_fewer_work_makes_nothing_later(works, duty, data):
    before = late(works, duty)
    shorter = [w._replace(seconds=data.draw(st.integers(0, w.seconds))) for w in works]
    fewer = [w for w in works if data.draw(st.booleans())]

    assert all(at <= before[key] for key, at in late(shorter, duty).items())
    assert all(at <= before[key] for key, at in late(fewer, duty).items())


# --- The forecast that is made of it ------------------------------------------------------

waiting = st.builds(
    Waiting,
    ticket=st.integers(1, 10_000),
    team=st.sampled_from([1, 2]),
    category=st.sampled_from([1, 2]),
    assignee=st.none() | st.sampled_from(PEOPLE),
    is_late=st.booleans(),
    free_at=st.none() | st.integers(0, END + 5),
    promises=st.dictionaries(st.sampled_from(list(Kind)), st.integers(-5, END + 10)).map(
        lambda found: tuple(found.items())
    ),
)
crews = st.builds(
    Crew,
    members=st.fixed_dictionaries({1: people, 2: people}),
    people=st.fixed_dictionaries(dict.fromkeys(PEOPLE, intervals)),
    hours=st.fixed_dictionaries(dict.fromkeys((1, 2), intervals)),
    skills=st.dictionaries(st.sampled_from(PEOPLE), st.just({1: 2})),
    required=st.dictionaries(st.sampled_from([1, 2]), st.just(((1, 2),))),
)
spans = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda two: Span(*sorted(two)))
situations = st.builds(
    Situation,
    at=st.just(0),
    until=st.just(END),
    tickets=st.lists(waiting, max_size=8, unique_by=lambda one: one.ticket),
    crew=crews,
    times=st.dictionaries(st.tuples(st.sampled_from([1, 2]), st.sampled_from([1, 2])), spans),
    otherwise=spans,
)
extras: st.SearchStrategy[Mapping[int, int]] = st.dictionaries(
    st.sampled_from([1, 2]), st.integers(0, 3)
)


def named(outlook) -> set[int]:
    return {expected.ticket for expected in outlook.late}


@given(situations, extras, extras)
def test_more_people_never_make_more_tickets_late(now, some, others):
    both = {team: some.get(team, 0) + others.get(team, 0) for team in (1, 2)}

    fewer, more = forecast(now, extra=some), forecast(now, extra=both)

    assert named(more) <= named(fewer) <= named(forecast(now))
    assert {e.ticket for e in more.slow} <= {e.ticket for e in fewer.slow}


@given(situations)
def test_what_is_late_already_or_due_after_the_end_is_never_named(now):
    due = {one.ticket: [at for _kind, at in one.promises] for one in now.tickets}
    is_late = {one.ticket for one in now.tickets if one.is_late}

    for expected in forecast(now).late:
        assert expected.due <= END
        assert expected.due in due[expected.ticket]
        assert expected.ticket not in is_late
        assert expected.done is None or expected.due < expected.done <= END


@given(situations, st.randoms(use_true_random=False))
def test_the_order_in_which_tickets_are_read_is_of_no_account(now, dice):
    shuffled = dice.sample(list(now.tickets), len(now.tickets))

    assert forecast(now) == forecast(
        Situation(now.at, now.until, shuffled, now.crew, now.times, now.otherwise)
    )


@given(situations)
def test_with_work_that_takes_no_time_only_waiting_skill_and_absence_are_left(now):
    quick = Situation(now.at, now.until, now.tickets, now.crew, {}, Span(0, 0))

    reasons = {expected.why for expected in forecast(quick).late}

    assert reasons <= {WhyLate.HOLD, WhyLate.SKILL, WhyLate.ABSENT}


@given(situations)
def test_the_slow_case_is_never_better_than_the_usual_one(now):
    outlook = forecast(now)

    assert named(outlook) <= {expected.ticket for expected in outlook.slow}
