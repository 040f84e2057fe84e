"""Who gets it, in a browser: by keyboard alone, readable by everybody, on a telephone too."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from accounts.models import Duty
from common import clock
from tests import factories
from tests.browser import look, pages_of

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


@pytest.fixture
def desk(transactional_db):
    """The small desk, whose lead signs in; Nadia is away, and Reto's roster has ended."""
    world = factories.world()
    world.chiara.language = "en"
    accounts.save_person(world.chiara, origin=factories.system(), password=PASSWORD)
    now = clock.now()
    for person, kind, hours in (
        (world.nadia, "absent", (0, 40)),
        (world.reto, "on_duty", (-50, -40)),
    ):
        row = Duty(
            person=person, kind=kind, starts_at=now + timedelta(hours=hours[0]),
            ends_at=now + timedelta(hours=hours[1]),
        )  # fmt: skip
        accounts.save(row, origin=factories.system())
    return world


def test_a_lead_asks_who_gets_it_and_writes_the_roster_by_keyboard(desk, live_web, browser):
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "chiara")
        page.goto(f"{live_web}/setup/routing/")
        page.get_by_role("button", name="Show who gets it").press("Enter")
        expect(page.locator("#answer")).to_contain_text("Nobody of Network is on duty.")
        look(page)

        page.get_by_role("link", name="Add to the roster").press("Enter")
        page.get_by_label("Person").select_option(label="Nadia Nadiason")
        page.get_by_label("What").select_option(label="on call")
        page.get_by_label("From").fill("2026-03-02T18:00")
        page.get_by_label("Until").fill("2026-03-02T08:00")
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_text("The end has to come after the beginning.").first).to_be_visible()
        look(page)

        page.get_by_label("Until").fill("2026-03-03T08:00")
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.locator("#routing-roster")).to_contain_text("on call 18:00–00:00")
