"""The editor of an agreement by keyboard alone: the preview follows, and axe finds nothing."""

import pytest
from playwright.sync_api import Page, expect

from accounts import actions as accounts
from sla import actions, queries
from tests import factories
from tests.browser import look, pages_of
from tests.factories import World, origin_of

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"


@pytest.fixture
def desk(transactional_db) -> World:
    world = factories.world()
    world.beat.language = "en"
    accounts.save_person(world.beat, origin=factories.system(), password=PASSWORD)
    actions.make_draft("standard", origin=origin_of(world.beat))
    return world


@pytest.fixture
def page(desk, live_web, browser):
    for sign_in in pages_of(browser, PASSWORD):
        found = sign_in(live_web, "beat")
        found.goto(f"{live_web}/setup/sla/standard/draft/")
        yield found


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a field has the focus, as somebody without a mouse would."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def test_a_draft_is_written_tried_and_saved_with_the_keyboard_alone(desk, page):
    due = page.locator("#due-resolution .due__head")
    tab_to(page, "id_resolution-p3")
    page.keyboard.type("4 h")
    tab_to(page, "id_try-opened")
    page.keyboard.press("Control+A")
    page.keyboard.type("02.03.2026 08:00")

    expect(due).to_contain_text("02.03.2026 12:00")
    assert page.evaluate("document.activeElement.id") == "id_try-opened"
    assert page.input_value("#id_try-opened") == "02.03.2026 08:00"

    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("is saved")
    target = queries.draft_of("standard").targets.get(metric="resolution")
    assert target.seconds[2] == 4 * 3600


def test_agreements_are_moved_on_a_phone_too(page, live_web):
    page.set_viewport_size({"width": 375, "height": 760})
    page.goto(f"{live_web}/setup/sla/")
    arrows = page.locator("main .icon-button:visible")
    assert all(box["width"] >= 24 for box in (one.bounding_box() for one in arrows.all()))
    assert arrows.count()


@pytest.mark.parametrize(
    "path", ["/setup/sla/?kind=incident&priority=3&team=service-desk&opened=02.03.2026+08:00",
             "/setup/sla/standard/", "/setup/sla/standard/draft/", "/setup/sla/new/"],
)  # fmt: skip
def test_axe_finds_nothing_wide_or_narrow_light_or_dark(desk, page, live_web, path):
    page.goto(f"{live_web}{path}")
    look(page)
