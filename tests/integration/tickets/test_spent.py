"""Where the time of a ticket went: by level, waiting, with nobody."""

from datetime import timedelta

from django.test import Client

from escalation import actions as escalation
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.rules import Stretch, spent

HOUR = timedelta(hours=1)


def moved(world, ticket):
    """An hour with nobody, one at level 1, two waiting for the caller, one at level 2."""
    actions.take(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + HOUR))
    actions.hold(ticket.pk, reason="requester", origin=origin_of(world.nadia, MONDAY_9 + 2 * HOUR))
    actions.resume(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + 4 * HOUR))
    escalation.hand_over(
        ticket.pk, team=world.network, reason="…", assignee=world.reto,
        origin=origin_of(world.nadia, MONDAY_9 + 4 * HOUR),
    )  # fmt: skip
    actions.resolve(ticket.pk, resolution="…", origin=origin_of(world.reto, MONDAY_9 + 5 * HOUR))
    actions.close(ticket.pk, origin=origin_of(world.sylvie, MONDAY_9 + 6 * HOUR))


def test_a_program_reads_where_the_time_went(world, new_ticket):
    ticket = new_ticket()
    moved(world, ticket)
    browser = Client()
    browser.force_login(world.nadia)

    found = browser.get(f"/api/v1/tickets/{ticket.number}/").json()["time_spent"]

    hours = {one["place"]: (one["seconds"] / 3600, one["open_seconds"] / 3600) for one in found}
    assert hours == {
        "nobody": (1, 1), "level_1": (1, 1), "caller": (2, 1), "level_2": (1, 1),
        "resolved": (1, 1),
    }  # fmt: skip


def test_a_requester_does_not_and_the_page_shows_it_to_agents(world, new_ticket):
    ticket = new_ticket()
    moved(world, ticket)
    browser = Client()
    browser.force_login(world.sylvie)
    assert browser.get(f"/api/v1/tickets/{ticket.number}/").json()["time_spent"] is None
    world.nadia.language = "en"
    world.nadia.save(update_fields=["language"])
    browser.force_login(world.nadia)

    text = browser.get(f"/desk/tickets/{ticket.number}/").content.decode()

    assert "Where the time went" in text
    for word in ("Nobody", "Level 1", "Level 2", "Waits for the caller", "Resolved"):
        assert f"</svg>{word}</th>" in text


def test_seconds_are_cut_so_that_the_sums_are_the_whole():
    start = MONDAY_9
    middle = start + timedelta(seconds=1, microseconds=900_000)
    end = start + timedelta(seconds=3, microseconds=100_000)
    pieces = [
        Stretch(start, middle, "new", 1, has_assignee=False),
        Stretch(middle, end, "in_progress", 3, has_assignee=True),
    ]

    sums = spent(pieces, lambda a, b: int((b - a).total_seconds()))

    assert [(one.place, one.seconds) for one in sums] == [("level_3", 2), ("nobody", 1)]
