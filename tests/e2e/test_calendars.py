"""The editor of calendars in a browser: by keyboard alone, readable by everybody, narrow too."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from sla import actions as sla
from sla.models import Calendar
from tests import factories
from tests.browser import look, pages_of

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
HOME = "/setup/calendars/"


@pytest.fixture
def desk(transactional_db):
    """A desk with a calendar of Solothurn, whose 1 May is a half-day."""
    world = factories.world()
    world.beat.language = "en"
    accounts.save_person(world.beat, origin=factories.system(), password=PASSWORD)
    solothurn = Calendar(
        slug="solothurn", names=factories.names("x"), country="CH", subdivision="SO"
    )
    week, years = factories.OFFICE, [date.today().year]  # noqa: DTZ011
    sla.create_calendar(solothurn, week=week, years=years, origin=factories.system())
    return world


def test_hours_from_a_date_are_given_by_keyboard_while_the_example_follows(
    desk, live_web, browser
):
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "beat")
        page.goto(live_web + HOME)
        look(page)
        page.get_by_role("link", name="x en").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("x en")
        look(page)

        page.get_by_role("link", name="Other hours from a date").press("Enter")
        page.get_by_label("Valid from").press("Control+a")
        page.keyboard.type("4.1.2027")
        page.get_by_label("Starts").press("Control+a")
        page.keyboard.type("8.1.2027 17:00")
        due = page.get_by_role("status").filter(has_text="due")
        expect(due).to_contain_text("due Mon 11.01.2027 16:00")
        page.get_by_label("Saturday").focus()
        page.keyboard.type("8-12")
        expect(due).to_contain_text("due Mon 11.01.2027 11:00")
        page.get_by_label("Sunday").focus()
        page.keyboard.type("noon")
        expect(page.get_by_text("is not complete yet")).to_be_visible()
        page.keyboard.press("Control+Enter")
        expect(page.locator("[data-error-summary]")).to_contain_text("“noon” is not understood")
        assert page.get_by_label("Saturday").input_value() == "8-12"
        look(page)

        page.get_by_label("Sunday").press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("From 04.01.2027", exact=True)).to_be_visible()
        expect(page.locator(".versions")).to_contain_text("08:00–12:00")


def test_the_year_its_review_and_the_other_forms_are_readable_by_everybody(
    desk, live_web, browser
):
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "beat")
        page.goto(f"{live_web}{HOME}solothurn/")
        expect(page.get_by_text("This calendar has no holidays after")).to_be_visible()
        following = str(date.today().year + 1)  # noqa: DTZ011
        page.get_by_role("link", name=following, exact=True).press("Enter")
        expect(page.get_by_role("heading", name=following)).to_be_visible()
        look(page)

        page.get_by_role("link", name=f"Review the holidays of {following}").press("Enter")
        expect(page.get_by_text("half-day, closed from noon")).to_be_visible()
        look(page)
        page.get_by_role("button", name="Take over all").press("Enter")
        expect(page.get_by_text("Nothing to decide")).to_be_visible()
        look(page)

        for path in ("new/", "solothurn/head/", "solothurn/days/new/", "24x7/retire/"):
            page.goto(live_web + HOME + path)
            look(page)

        page.goto(f"{live_web}{HOME}solothurn/head/")
        page.get_by_label("Public holidays of").select_option("DE")
        expect(page.locator("#id_subdivision option", has_text="Bayern")).to_be_attached()
