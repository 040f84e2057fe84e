"""The rules of a ticket, as data: moves, priority, the first line."""

import pytest

from catalog.choices import Impact, Urgency
from tickets.choices import Status
from tickets.errors import MoveNotPossible
from tickets.rules import MOVES, check_move, default_priority, split_text


@pytest.mark.parametrize(
    ("old", "new"), [(old, new) for old in Status for new in Status if old != new]
)
def test_a_move_is_possible_exactly_when_the_table_has_it(old, new):
    if new in MOVES[old]:
        check_move(old, new)
    else:
        with pytest.raises(MoveNotPossible):
            check_move(old, new)


def test_the_table_knows_every_status_and_what_has_ended_stays_ended():
    assert set(MOVES) == set(Status)
    assert not MOVES[Status.CLOSED]
    assert not MOVES[Status.CANCELLED]
    assert MOVES[Status.RESOLVED] == {Status.IN_PROGRESS, Status.CLOSED}


def test_staying_is_always_possible():
    for status in Status:
        check_move(status, status)


def test_more_people_or_more_hindrance_is_never_less_urgent():
    for impact in Impact:
        row = [default_priority(impact, urgency) for urgency in Urgency]
        assert row == sorted(row, reverse=True)
    for urgency in Urgency:
        column = [default_priority(impact, urgency) for impact in Impact]
        assert column == sorted(column, reverse=True)
    assert default_priority(Impact.EVERYONE, Urgency.BLOCKED) == 1
    assert default_priority(Impact.PERSON, Urgency.CAN_WORK) == 5


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("Printer", "Printer", ""),
        ("  Printer \n\n It blinks. ", "Printer", "It blinks."),
        ("x" * 200, "x" * 200, ""),
        ("", "", ""),
    ],
)
def test_the_first_line_is_the_title(text, title, rest):
    assert split_text(text) == (title, rest)


def test_of_a_line_too_long_for_a_title_nothing_is_lost():
    text = "word " * 60

    title, rest = split_text(text)

    assert len(title) <= 200
    assert title.endswith("…")
    assert rest == text.strip()
