"""Chips say working time: what is left of it, and beside it when it ends on the wall clock."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import origin_of
from tickets import actions, queries
from tickets.models import Ticket

FRIDAY_1540 = datetime(2026, 3, 6, 15, 40, tzinfo=UTC)  # 16:40 in Zurich
SATURDAY = datetime(2026, 3, 7, 11, 0, tzinfo=UTC)
MONDAY_0900 = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def look(client, world):
    """A function: the text of a page as Nadia reads it at an instant."""

    def at(moment, path="/desk/tickets/?view=all", person=None):
        with time_machine.travel(moment, tick=False):
            client.force_login(person or world.nadia)
            answer = client.get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    return at


def chips(page):
    """Return of each chip what is shown, what is spoken and the due time beside it."""
    found = re.findall(
        r'chip__text" aria-hidden="true">([^<]*)</span><span class="chip__spoken vh">([^<]*)'
        r'</span></span>(?:<span class="chip-due" aria-hidden="true">([^<]*))?',
        page,
    )
    return [tuple(text.replace("\N{NO-BREAK SPACE}", " ") for text in chip) for chip in found]


@pytest.fixture
def over_the_weekend(world, new_ticket):
    """A ticket answered on the telephone on Friday at 16:40, to be solved in 8 hours of work."""
    return new_ticket(channel="phone", by=world.nadia, at=FRIDAY_1540)


def test_the_weekend_does_not_count_in_the_queue(over_the_weekend, look):
    # 16:40 to 18:00 on Friday, then Monday from 8: due at 15:40, with an hour of lunch.
    assert chips(look(FRIDAY_1540)) == [
        ("8 h 00", "Fix due in 8 hours, Mon 15:40", "Mon 15:40"),
    ]
    assert chips(look(SATURDAY)) == [("6 h 40", "Fix due in 6 hours 40, Mon 15:40", "Mon 15:40")]
    assert chips(look(MONDAY_0900)) == [("5 h 40", "Fix due in 5 hours 40, 15:40", "15:40")]


def test_late_is_working_time_too(over_the_weekend, look):
    monday_1750 = datetime(2026, 3, 9, 16, 50, tzinfo=UTC)
    tuesday_0810 = datetime(2026, 3, 10, 7, 10, tzinfo=UTC)

    assert chips(look(monday_1750))[0][0] == "late 2 h 10"
    assert chips(look(tuesday_0810))[0] == (
        "late 2 h 30", "Fix late by 2 hours 30, was due Mon 15:40", "Mon 15:40",
    )  # fmt: skip


def test_the_last_minutes_are_counted_in_seconds(over_the_weekend, look):
    before = datetime(2026, 3, 9, 14, 35, 1, tzinfo=UTC)

    # The rows of the queue are written once in ten seconds.
    assert chips(look(before))[0][0] == "5 min"
    assert chips(look(before + timedelta(seconds=10)))[0][0] == "4:50"


def test_every_page_with_the_ticket_says_the_same(world, over_the_weekend, look):
    fix = ("6 h 40", "Mon 15:40")
    ticket = chips(look(SATURDAY, over_the_weekend.get_absolute_url()))
    caller = chips(look(SATURDAY, f"/desk/calls/caller/{world.sylvie.pk}/"))
    lead = chips(look(MONDAY_0900 + timedelta(hours=6), "/lead/", world.chiara))

    assert (ticket[-1][0], ticket[-1][2]) == fix
    assert (caller[0][0], caller[0][2]) == fix
    assert lead[0][0] == "40 min"


def test_a_met_target_says_how_much_working_time_was_left(over_the_weekend, world, look):
    actions.resolve(
        over_the_weekend.pk, resolution="Done.", origin=origin_of(world.nadia, at=SATURDAY)
    )

    spoken = chips(look(MONDAY_0900, over_the_weekend.get_absolute_url()))[-1][1]

    assert spoken.endswith(" met, 6 hours 40 early")


def test_markup_that_was_kept_is_never_wrong_about_the_end(over_the_weekend, look):
    """What the browser counts from is the same in every minute of an open stretch."""

    def data(moment):
        page = look(moment)
        return re.findall(r' data-(due|ends|rest|until|at-risk)="(-?\d+)"', page)

    friday = dict(data(FRIDAY_1540))
    closing = FRIDAY_1540 + timedelta(minutes=80)

    assert data(FRIDAY_1540 + timedelta(minutes=79)) == data(FRIDAY_1540)
    assert int(friday["ends"]) == FRIDAY_1540.timestamp() + 8 * 3600
    assert int(friday["until"]) == closing.timestamp()
    closed = dict(data(SATURDAY))
    assert closed == dict(data(closing))
    assert (closed["rest"], "ends" in closed) == (str(6 * 3600 + 40 * 60), False)
    # At 13:00 on Monday the end of the stretch is the due instant itself.
    assert "ends" not in dict(data(MONDAY_0900 + timedelta(hours=4)))


def test_reading_the_hours_costs_no_statement(over_the_weekend, django_assert_num_queries):
    queries.rows(Ticket.objects.all())

    with django_assert_num_queries(2):
        found = queries.rows(Ticket.objects.all()).rows

    assert found[0].chip.left(SATURDAY).seconds == 6 * 3600 + 40 * 60
