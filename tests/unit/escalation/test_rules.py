"""Who gets a ticket: pure scoring, and always a reason."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.rules import (
    Candidate,
    TeamOption,
    is_late,
    next_team,
    rank,
    rank_on_call,
    why_not_first,
)

LANGUAGES = ["fr", "de", "it"]
candidates = st.lists(
    st.builds(
        Candidate,
        person=st.integers(1, 40),
        is_on_duty=st.booleans(),
        skills=st.dictionaries(st.integers(1, 3), st.integers(1, 3)),
        languages=st.frozensets(st.sampled_from(LANGUAGES)),
        load=st.integers(0, 9),
        last=st.sampled_from([0.0, 1.0, 2.0]),
    ),
    unique_by=lambda c: c.person,
    max_size=8,
)
required = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=2)
wanted = st.lists(st.sampled_from(LANGUAGES), max_size=2)


def has(candidate, needs):
    return all(candidate.skills.get(skill, 0) >= level for skill, level in needs)


@given(candidates, required, wanted, st.booleans())
def test_only_who_is_there_and_can_is_ranked_and_nobody_able_is_left_out(
    people, needs, languages, in_turn
):
    ranking = rank(people, required=needs, languages=languages, in_turn=in_turn)

    assert {r.person for r in ranking} == {
        c.person for c in people if c.is_on_duty and has(c, needs)
    }
    assert all(r.matched == r.required == len(needs) for r in ranking)
    backwards = rank(reversed(people), required=needs, languages=languages, in_turn=in_turn)
    assert backwards == ranking  # total: no two are equal, however they come


@given(candidates, required, wanted)
def test_language_comes_before_load_and_never_rules_anybody_out(people, needs, languages):
    ranking = rank(people, required=needs, languages=languages)

    assert len(ranking) == len(rank(people, required=needs))
    keys = [(not r.speaks, r.load, r.person) for r in ranking]
    assert keys == sorted(keys)
    spoken = {c.person: c.languages for c in people}
    assert all(r.speaks == (set(languages) <= spoken[r.person]) for r in ranking)


@given(candidates, required, wanted)
def test_in_turn_the_one_who_waited_longest_is_first_whatever_they_speak(people, needs, languages):
    ranking = rank(people, required=needs, languages=languages, in_turn=True)

    keys = [(r.last, r.load, r.person) for r in ranking]
    assert keys == sorted(keys)


@given(candidates, required, wanted)
def test_on_call_somebody_is_always_found_and_who_has_the_skills_comes_first(
    people, needs, languages
):
    ranking = rank_on_call(people, required=needs, languages=languages)

    assert {r.person for r in ranking} == {c.person for c in people}
    missing = [r.required - r.matched for r in ranking]
    assert missing == sorted(missing)


@given(candidates, required, wanted, st.booleans())
def test_what_decided_between_two_is_true_of_them(people, needs, languages, in_turn):
    first, *others = rank(people, required=needs, languages=languages, in_turn=in_turn) or [None]

    for rival in others:
        why = why_not_first(rival, first, in_turn=in_turn)
        if why == "turn":
            assert in_turn
            assert rival.last > first.last
        elif why == "language":
            assert first.speaks
            assert not rival.speaks
        elif why == "load":
            assert rival.load > first.load
        else:
            assert (why, rival.load) == ("order", first.load)


def test_more_skill_than_needed_is_no_reason():
    teacher = Candidate(person=1, skills={7: 3}, load=2)
    colleague = Candidate(person=2, skills={7: 1}, load=1)

    assert [r.person for r in rank([teacher, colleague], required=[(7, 1)])] == [2, 1]


@pytest.mark.parametrize(
    ("percent", "offset", "late"),
    [(75, None, False), (99, None, False), (100, None, True), (150, None, True),
     (None, -1, False), (None, -3600, False), (None, 0, True), (None, 60, True)],
)  # fmt: skip
def test_a_step_is_late_from_the_due_instant_on(percent, offset, late):
    assert is_late(SimpleNamespace(percent=percent, offset=offset)) is late


options = st.lists(
    st.builds(
        TeamOption,
        team=st.integers(1, 40), level=st.integers(1, 3), serves=st.booleans(),
        on_duty=st.integers(0, 3), load=st.integers(0, 9),
    ),
    unique_by=lambda o: o.team,
    max_size=8,
)  # fmt: skip


@given(options, st.integers(1, 3))
def test_the_next_level_is_the_lowest_above_that_serves(teams, level):
    found = next_team(teams, level=level)

    above = [o for o in teams if o.serves and o.level > level]
    if not above:
        assert found is None
        return
    chosen = next(o for o in above if o.team == found)
    rivals = [o for o in above if o.level == min(o.level for o in above)]
    assert chosen in rivals
    if any(o.on_duty for o in rivals):
        assert chosen.on_duty
