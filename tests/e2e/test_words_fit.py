"""Words fit where they stand, in every language: nothing is cut, nothing runs over its edge."""

from itertools import product

import pytest
from playwright.sync_api import Browser

from accounts import actions as accounts
from tests import factories
from tests.browser import pages_of

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
# Buttons and links of the frame: what stands on every page.
FRAME = ".rail a, .topbar button, .topbar a"
OVER = """(chosen) => [...document.querySelectorAll(chosen)]
  .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.innerText)"""


def test_the_frame_of_the_desk_in_every_language_wide_and_narrow(
    browser: Browser, transactional_db, live_web
):
    world = factories.world()
    accounts.save_person(world.chiara, origin=factories.system(), password=PASSWORD)
    signing_in = pages_of(browser, PASSWORD)
    page, over = next(signing_in)(live_web, "chiara"), []

    for language in ("en", "fr", "de", "it"):
        accounts.set_preferences(world.chiara, origin=factories.system(), language=language)
        for width, path in product((1366, 320), ("/desk/tickets/", "/lead/")):
            page.set_viewport_size({"width": width, "height": 768})
            page.goto(f"{live_web}{path}")
            over += [(language, width, path, text) for text in page.evaluate(OVER, FRAME)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                over.append((language, width, path, "the page"))

    signing_in.close()
    assert over == []
