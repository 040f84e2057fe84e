"""pytest plugin: a Chromium for the browser tests, found or installed.

Order: an installed `chromium` or `google-chrome`, Playwright's own, Debian's package when we
may install it, Playwright's download. A browser test is never skipped for want of one.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",  # the sandbox refuses to run as root and in most containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_or_install(playwright: Playwright) -> str:
    """Return the path of a Chromium."""
    for look in (_on_path, lambda: _of_playwright(playwright)):
        if found := look():
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update", "-q")
        _run("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium")
        if found := _on_path():
            return found
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    if found := _of_playwright(playwright):
        return found
    pytest.fail(
        "No Chromium: install the package `chromium`, or run `playwright install chromium`."
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold back the other workers of this run: two at once would both install."""
    with (Path(os.environ["HELPDESK_DATA"]) / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _of_playwright(playwright: Playwright) -> str | None:
    path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def _run(*command: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return (
        subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread; the ORM calls of the tests beside it are not async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        with _one_at_a_time():
            path = find_or_install(playwright)
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            pytest.fail(f"{path} does not start: {error.message.splitlines()[0]}")
        yield chromium
        chromium.close()
        # Django keeps one for code inside a running loop: it would hold the test database.
        connections.close_all()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without cookies; English, desktop size, times as in Zurich."""
    made = browser.new_context(
        locale="en-GB",
        timezone_id="Europe/Zurich",
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
    )
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; the test fails when a script raised or the content policy refused something."""
    made = context.new_page()
    problems: list[str] = []
    made.on("pageerror", lambda error: problems.append(f"script error: {error.message}"))

    def note(message: Any) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    made.on("console", note)
    yield made
    assert problems == []


def pages_of(browser: Browser, password: str) -> Iterator[Any]:
    """Yield a function that signs a person in to an address, each in a browser of their own."""
    contexts: list[BrowserContext] = []

    def sign_in(address: str, username: str) -> Page:
        context = browser.new_context(
            locale="en-GB", timezone_id="Europe/Zurich", viewport={"width": 1366, "height": 768}
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}/auth/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/auth/" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()


def look(page: Page, name: str = "") -> None:
    """Nothing for axe to find and nothing cut off, wide and narrow, light and dark.

    name: of the pictures that are taken where PICTURES names a folder.
    """
    folder = os.environ.get("PICTURES")
    for width, scheme in ((1366, "light"), (1366, "dark"), (375, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        # Nothing is between two colours while it is looked at.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        if folder and name:
            page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    page.set_viewport_size({"width": 1366, "height": 768})
