"""A draft rehearsed, published and taken back in a browser: by keyboard, live, for everybody."""

import pytest
from playwright.sync_api import expect

from accounts import actions as accounts
from sla import actions as sla
from tests import factories
from tests.browser import look, pages_of
from tests.factories import origin_of
from tickets import actions
from tickets.models import Replay

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


@pytest.fixture
def desk(transactional_db):
    """A desk with open tickets and the draft of a version with less time."""
    world = factories.world()
    world.beat.language = "en"
    accounts.save_person(world.beat, origin=factories.system(), password=PASSWORD)
    for _ticket in range(8):
        new = actions.NewTicket(
            title="VPN drops", requester=world.sylvie, channel="portal", category=world.vpn
        )
        actions.open_ticket(new, origin=origin_of(world.sylvie))
    return world


def test_a_draft_is_rehearsed_published_and_taken_back(desk, processes, live_web, browser):
    draft = sla.make_draft("standard", origin=origin_of(desk.beat))
    for target in draft.targets.all():
        target.seconds = [3600] * 5
        sla.save(target, origin=origin_of(desk.beat))
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "beat")
        page.goto(f"{live_web}/setup/sla/drafts/{draft.pk}/rehearsal/")
        look(page)
        page.get_by_role("spinbutton", name="How many days back").press("Control+Enter")

        # Nobody works yet: the page waits, and can be left and come back to.
        expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
        look(page)
        page.reload()
        expect(page.get_by_text("You may leave this page.")).to_be_visible()
        processes.start("worker")
        page.goto(f"{live_web}/setup/replays/{Replay.objects.get().pk}/")
        expect(page.get_by_text("8 tickets were replayed")).to_be_visible(timeout=60_000)
        look(page)

        page.get_by_role("link", name="Publish…").press("Enter")
        expect(page.get_by_text("Publish and recalculate 8 open tickets?")).to_be_visible()
        look(page)
        page.get_by_role("button", name="Publish and recalculate 8 open tickets").press("Enter")

        expect(page.get_by_text("8 open tickets have the new version.")).to_be_visible(
            timeout=60_000
        )
        page.get_by_role("button", name="Take back for 8 tickets").press("Enter")
        expect(page.get_by_text("8 tickets have their earlier agreement again.")).to_be_visible(
            timeout=60_000
        )
        look(page)
        page.goto(f"{live_web}/setup/replays/")
        expect(page.get_by_role("row")).to_have_count(4)
        look(page)


def test_progress_moves_by_itself_and_says_each_quarter(desk, processes, live_web, browser):
    draft = sla.make_draft("standard", origin=origin_of(desk.beat))
    replay = actions.ask_rehearsal(draft, days=30, origin=origin_of(desk.beat))
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "beat")
        page.goto(f"{live_web}/setup/replays/{replay.pk}/")
        bar = page.get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuenow", "0")

        processes.start("worker")

        expect(page.locator("#live-polite")).to_have_text("100 % done", timeout=60_000)
        expect(bar).to_have_count(0)
        expect(page.get_by_text("8 tickets were replayed")).to_be_visible()
