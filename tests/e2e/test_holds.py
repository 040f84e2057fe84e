"""Holds in a browser: by keyboard alone, readable by everybody, on a telephone too."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from accounts.models import Organisation
from common import clock
from sla import actions as sla
from tests import factories
from tests.browser import look, pages_of
from tickets import actions

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


@pytest.fixture
def desk(transactional_db):
    world = factories.world()
    for person in (world.nadia, world.chiara, world.beat):
        person.language = "en"
        accounts.save_person(person, origin=factories.system(), password=PASSWORD)
    supplier = Organisation(name="Alpenprint", slug="alpenprint", kind="supplier")
    accounts.save(supplier, origin=factories.system())
    sla.save_reason("part", values={"needs_message": True}, origin=factories.system())
    return world


@pytest.fixture
def ticket(desk):
    new = actions.NewTicket(
        title="VPN drops", requester=desk.sylvie, channel="portal", category=desk.vpn
    )
    return actions.open_ticket(new, origin=factories.origin_of(desk.sylvie))


def test_a_ticket_is_put_on_hold_by_keyboard_and_the_page_says_what_wakes_it(
    desk, ticket, live_web, browser
):
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "nadia")
        page.goto(f"{live_web}{ticket.get_absolute_url()}")
        page.keyboard.press("h")
        dialog = page.get_by_role("dialog", name="Put")
        dialog.get_by_role("radio", name="a supplier").press("Space")
        expect(dialog.get_by_label("Which supplier?")).to_be_visible()
        dialog.get_by_role("radio", name="a part").press("Space")
        expect(dialog.get_by_label("Which supplier?")).to_be_hidden()
        until = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        dialog.get_by_label("Until").fill(until)
        page.keyboard.press("Control+Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("Write to the caller")
        look(page)
        dialog.get_by_label("Message to the caller").fill("It is ordered.")
        page.keyboard.press("Control+Enter")

        expect(page.get_by_text("Wakes by itself on")).to_be_visible()
        expect(page.get_by_text("It is ordered.", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("beat", "/setup/reasons/"),
        ("beat", "/setup/reasons/requester/"),
        ("chiara", "/lead/holds/"),
        ("chiara", "/lead/holds/list/?figure=begun"),
    ],
)
def test_axe_finds_nothing_wide_or_narrow_light_or_dark(
    desk, ticket, live_web, browser, who, path
):
    actions.hold(ticket.pk, reason="requester", origin=factories.origin_of(desk.nadia))
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, who)
        page.goto(f"{live_web}{path}")
        look(page)
