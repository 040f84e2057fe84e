"""Who gets a ticket: pure scoring, and always a reason."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.rules import Candidate, TeamOption, next_team, rank

candidates = st.lists(
    st.builds(
        Candidate,
        person=st.integers(1, 40),
        is_on_duty=st.booleans(),
        skills=st.dictionaries(st.integers(1, 3), st.integers(1, 3)),
        language=st.sampled_from(["fr", "de", "it"]),
        load=st.integers(0, 9),
    ),
    unique_by=lambda c: c.person,
    max_size=8,
)
required = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=2)


@given(candidates, required, st.sampled_from(["fr", "de"]))
def test_only_who_is_there_and_can_is_ranked_and_nobody_able_is_left_out(people, needs, language):
    ranking = rank(people, required=needs, language=language)

    able = {
        c.person
        for c in people
        if c.is_on_duty and all(c.skills.get(skill, 0) >= level for skill, level in needs)
    }
    assert {r.person for r in ranking} == able
    assert all(r.matched == r.required == len(needs) for r in ranking)


@given(candidates, required, st.sampled_from(["fr", "de"]))
def test_language_comes_before_load_and_the_choice_can_be_repeated(people, needs, language):
    ranking = rank(people, required=needs, language=language)

    keys = [(not r.speaks, r.load, r.person) for r in ranking]
    assert keys == sorted(keys)
    assert rank(reversed(people), required=needs, language=language) == ranking


def test_more_skill_than_needed_is_no_reason():
    teacher = Candidate(person=1, is_on_duty=True, skills={7: 3}, load=2)
    colleague = Candidate(person=2, is_on_duty=True, skills={7: 1}, load=1)

    assert [r.person for r in rank([teacher, colleague], required=[(7, 1)], language="")] == [2, 1]


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
