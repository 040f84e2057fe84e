"""The forecast in a browser: by keyboard alone, readable by everybody, on a telephone too."""

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from tests import factories
from tests.browser import look, pages_of
from tickets import actions

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


@pytest.fixture
def desk(transactional_db):
    """A desk with more to do in the next half hour than two people can."""
    world = factories.world()
    world.chiara.language = "en"
    accounts.save_person(world.chiara, origin=factories.system(), password=PASSWORD)
    category = factories.category("soon", world.vpn.service, world.desk)
    factories.agreement(
        "soon", 5, seconds={"resolution": 40 * 60}, calendar=world.always,
        conditions={"category": ["soon"]},
    )  # fmt: skip
    for _ticket in range(6):
        new = actions.NewTicket(
            title="VPN drops", requester=world.sylvie, channel="portal", category=category
        )
        actions.open_ticket(new, origin=factories.origin_of(world.sylvie))
    return world


def test_a_lead_tries_out_one_more_person_by_keyboard(desk, live_web, browser):
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "chiara")
        page.goto(f"{live_web}/lead/")
        page.get_by_role("link", name="Expected late: 4 by").press("Enter")
        expect(page.get_by_role("heading", level=2).first).to_contain_text("Expected late: 4 by")

        page.get_by_role("spinbutton", name="More people").press("Control+a")
        page.keyboard.type("2")
        page.keyboard.press("Tab")
        page.keyboard.type("Service")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(page.get_by_role("status").filter(has_text="With 2 more people")).to_contain_text(
            "2 late instead of 4."
        )
        look(page)
