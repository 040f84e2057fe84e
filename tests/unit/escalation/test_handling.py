"""How long tickets take, and how well a forecast did: pure."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.rules.forecast import Span
from escalation.rules.handling import BEGINNING, InHand, Solved, Times, learn, shares
from escalation.rules.trial import Day, compare, score

stays = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 2), st.integers(0, 90), st.integers(1, 30)).map(
        lambda s: InHand(ticket=s[0], team=1, person=s[1], start=s[2], end=s[2] + s[3])
    ),
    max_size=8,
)


def always(team: int, start: int, end: int) -> int:
    return end - start


@given(stays)
def test_all_shares_together_are_the_time_in_which_anybody_had_anything(found):
    busy = {(s.person, second) for s in found for second in range(s.start, s.end)}

    assert abs(sum(shares(found, always).values()) - len(busy)) <= len(found)


def test_hours_in_which_the_team_does_not_work_are_nobodys():
    found = [InHand(1, 1, 7, 0, 100), InHand(2, 2, 7, 0, 100)]

    assert shares(found, lambda team, start, end: (end - start) if team == 1 else 0) == {
        (1, 1): 50, (2, 2): 0,
    }  # fmt: skip


def test_a_category_with_few_tickets_is_drawn_to_what_its_team_takes():
    often = [Solved(1, 1, 600, n) for n in range(24)]
    once = [Solved(1, 2, 9000, 0)]

    spans = learn(often + once).spans()

    assert spans[1, 1] == Span(600, 600)
    assert spans[1, 2] == Span(600 + round(8400 / 9), 600 + round(8400 / 9))


def test_half_take_at_most_the_median_and_four_of_five_at_most_p80():
    times = learn(Solved(1, 1, seconds, 0) for seconds in (10, 20, 30, 40, 50))

    assert times.of_teams() == {1: Span(30, 40)}
    assert times.tickets == 5


def test_where_nothing_was_solved_a_beginning_is_supposed():
    assert Times().otherwise == BEGINNING
    assert learn([Solved(1, 1, 60, 0), Solved(2, 1, 120, 0)]).otherwise == Span(60, 60)


def test_a_score_says_what_was_found_what_was_right_and_how_far_the_number_was_off():
    days = [compare({1, 2, 3}, {2, 3, 4, 5}), compare(set(), {6}), compare({7}, set())]

    assert days[0] == Day(named=3, became_late=4, both=2)
    found = score(days)
    assert found is not None
    assert found == (3, 5, 2 / 5, 2 / 4, 1.0)
    assert not found.is_enough
    assert score([]) is None
    assert score([Day(0, 0, 0)]) == (1, 0, None, None, 0.0)
