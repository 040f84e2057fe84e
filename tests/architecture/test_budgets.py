"""What a page costs in statements, exactly: more is a regression, fewer is to be written down.

`budgets.json` beside this file is the table. Every page is asked twice, with few tickets and
with many: the number may not depend on them. UPDATE_BUDGETS=1 writes the table anew.
"""

import json
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sla import actions as sla
from tests.factories import World, origin_of
from tests.moments import MONDAY_9
from tickets import actions

FILE = Path(__file__).parent / "budgets.json"
BUDGETS: dict[str, int] = json.loads(FILE.read_text(encoding="utf-8"))
PAGES = {
    "queue": ("nadia", "/desk/tickets/"),
    "queue, all": ("nadia", "/desk/tickets/?view=all"),
    "ticket": ("nadia", "/desk/tickets/{number}/"),
    "ticket, log": ("nadia", "/desk/tickets/{number}/log/"),
    "call card": ("nadia", "/desk/calls/new/"),
    "lead, now": ("chiara", "/lead/"),
    "lead, forecast": ("chiara", "/lead/forecast/"),
    "agreements": ("beat", "/setup/sla/"),
    "agreement": ("beat", "/setup/sla/standard/"),
    "agreement, draft": ("beat", "/setup/sla/standard/draft/"),
    "lead, holds": ("chiara", "/lead/holds/"),
    "lead, holds, list": ("chiara", "/lead/holds/list/?figure=begun"),
    "reasons": ("nadia", "/setup/reasons/"),
    "hold form": ("nadia", "/desk/tickets/{number}/hold/"),
    "routing": ("nadia", "/setup/routing/"),
    "calendars": ("nadia", "/setup/calendars/"),
    "calendar": ("beat", "/setup/calendars/office/"),
    "calendar, holidays": ("beat", "/setup/calendars/office/holidays/2026/"),
    "portal": ("sylvie", "/"),
    "portal, report": ("sylvie", "/report/"),
    "portal, my tickets": ("sylvie", "/my/"),
    "portal, ticket": ("sylvie", "/my/{number}/"),
    "setup, replays": ("beat", "/setup/replays/"),
    "setup, replay": ("beat", "/setup/replays/{replay}/"),
    "setup, rehearsal": ("beat", "/setup/sla/drafts/{draft}/rehearsal/"),
    "setup, publish": ("beat", "/setup/sla/drafts/{draft}/publish/?scope=open"),
    "API list": ("nadia", "/api/v1/tickets/"),
    "API ticket": ("nadia", "/api/v1/tickets/{number}/"),
    "API history": ("nadia", "/api/v1/tickets/{number}/history/"),
}


def statements(world: World, number: str) -> dict[str, int]:
    """Ask for every page twice, first to warm what is kept; count the second time."""
    found, rows = {}, _rows(world)
    for page, (who, path) in PAGES.items():
        client = Client()
        client.force_login(getattr(world, who))
        address = path.format(number=number, **rows)
        assert client.get(address).status_code == 200, page
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        found[page] = len(seen)
    return found


def _rows(world: World) -> dict[str, int]:
    """Return the keys of a draft and of a rehearsal of it, which is over."""
    origin = origin_of(world.beat)
    draft = sla.make_draft("standard", origin=origin)
    replay = actions.ask_rehearsal(draft, days=30, origin=origin)
    actions.run_replay(replay.pk)
    return {"draft": draft.pk, "replay": replay.pk}


@pytest.fixture
def number(world: World, new_ticket) -> str:
    """The number of a ticket with a conversation, among others."""
    cache.clear()
    ticket = new_ticket(by=world.nadia, channel="phone")
    actions.reply(ticket.pk, body="We look.", origin=origin_of(world.nadia, MONDAY_9))
    actions.reply(ticket.pk, body="Thank you.", origin=origin_of(world.sylvie, MONDAY_9))
    new_ticket()
    return ticket.number


def test_a_page_costs_what_the_table_says_whatever_the_number_of_tickets(
    world: World, new_ticket, number: str
) -> None:
    few = statements(world, number)
    for _ticket in range(12):
        new_ticket(by=world.nadia, channel="phone")
        actions.note(
            new_ticket(category=world.live).pk,
            body="Known.",
            origin=origin_of(world.nadia, MONDAY_9),
        )
    cache.clear()
    many = statements(world, number)

    if os.environ.get("UPDATE_BUDGETS"):
        FILE.write_text(json.dumps(many, indent=2) + "\n", encoding="utf-8")
        return
    assert many == few, "a page costs more with more tickets"
    assert many == BUDGETS, "if it is meant, write it down: UPDATE_BUDGETS=1"
