"""A deadline explained, the time per level, and the repair of clocks in a browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from escalation import actions as escalation
from tests import factories
from tests.browser import look, pages_of
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


@pytest.fixture
def ticket(transactional_db) -> Ticket:
    """A ticket with a full life: nobody, level 1, on hold, level 2, another priority."""
    world = factories.world()
    for person in (world.beat, world.nadia):
        person.language = "en"
        accounts.save_person(person, origin=factories.system(), password=PASSWORD)
    factories.agreement(
        "between-teams", 10, kind="ola", calendar=world.office,
        seconds={"acceptance": 900, "team_resolution": 14_400},
    )  # fmt: skip

    def by(who: object, hours: float) -> object:
        return origin_of(who, MONDAY_9 + timedelta(hours=hours))

    new = actions.NewTicket(
        title="VPN drops", requester=world.sylvie, channel="portal", category=world.vpn
    )
    found = actions.open_ticket(new, origin=by(world.sylvie, 0))
    actions.take(found.pk, origin=by(world.nadia, 1))
    actions.hold(found.pk, reason="requester", note="which laptop", origin=by(world.nadia, 2))
    actions.resume(found.pk, origin=by(world.nadia, 4))
    actions.classify(found.pk, impact="site", origin=by(world.nadia, 5))
    escalation.hand_over(
        found.pk, team=world.network, reason="…", assignee=world.reto, origin=by(world.nadia, 6)
    )
    return found


def test_a_deadline_explains_itself_and_a_clock_is_mended(ticket, live_web, browser):
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "beat")
        page.goto(f"{live_web}/desk/tickets/{ticket.number}/")
        expect(page.get_by_text("Where the time went")).to_be_visible()
        look(page, "ticket")
        page.get_by_role("link", name="why? Fix").press("Enter")
        expect(page.get_by_role("dialog").get_by_text("What changed when")).to_be_visible()
        page.goto(f"{live_web}/desk/tickets/{ticket.number}/why/resolution/")
        expect(page.get_by_text("waiting for the caller (Nadia Nadiason).")).to_be_visible()
        look(page, "why")

        Clock.objects.filter(metric="resolution").update(target_seconds=60)
        page.goto(f"{live_web}/setup/clocks/")
        page.get_by_label("Numbers").fill(ticket.number)
        page.get_by_role("button", name="Show differences").press("Enter")
        expect(page.get_by_text("One value differs.")).to_be_visible()
        look(page, "repair")
        page.get_by_role("button", name="Write 1 difference").press("Enter")
        expect(page.get_by_text("Every clock is what the history says.")).to_be_visible()
        assert not Clock.objects.filter(target_seconds=60).exists()


def test_a_caller_asks_why_it_is_due_then_and_stays_on_their_own_pages(browser, live_web, ticket):
    sylvie = ticket.requester
    sylvie.language = "en"
    accounts.save_person(sylvie, origin=factories.system(), password=PASSWORD)
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "sylvie")
        page.goto(f"{live_web}/my/{ticket.number}/")
        look(page, "caller-promise")

        page.get_by_role("link", name="why? fix").click()

        expect(page.get_by_role("heading", name="Fix", level=1)).to_be_visible()
        expect(page.locator(".rail")).to_have_count(0)
        look(page, "caller-why")
        page.get_by_role("link", name="Response").click()
        expect(page.get_by_role("dialog")).to_contain_text("Response")
        page.keyboard.press("Escape")
        page.get_by_role("link", name=ticket.number).click()
        expect(page).to_have_url(f"{live_web}/my/{ticket.number}/")
