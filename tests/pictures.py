"""Real screenshots for the README: `make pictures` serves the demo and looks at it.

It runs `manage.py up` on a folder and a port of its own, and ends it again.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk.embedded.process import free_port
from tests.browser import ARGUMENTS, find_or_install

BASE = Path(__file__).resolve().parent.parent
FOLDER = BASE / "docs" / "pictures"
PASSWORD = "helpdesk-demo"
DESK = {"width": 1366, "height": 768}


def main() -> None:
    """Take every picture; a first start fills the demo and takes its time."""
    data, port = Path(tempfile.mkdtemp(prefix="helpdesk-pictures-")), free_port()
    data.chmod(0o755)  # the account the servers run as must get in
    environment = os.environ | {"HELPDESK_DATA": str(data), "PORT": str(port)}
    command = [sys.executable, str(BASE / "manage.py"), "up"]
    served = subprocess.Popen(command, env=environment, cwd=BASE)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, served)
        with sync_playwright() as playwright:
            path = find_or_install(playwright)
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            _take_all(browser, address)
            browser.close()
    finally:
        served.send_signal(signal.SIGINT)
        served.wait(60)
        shutil.rmtree(data, ignore_errors=True)


def _take_all(browser: Browser, address: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    nadia = _signed_in(browser, address, "nadia")
    nadia.goto(f"{address}/desk/tickets/?view=all")
    _take(nadia, "queue")
    nadia.keyboard.press("F2")
    nadia.wait_for_selector("#call-card [role=combobox]")
    nadia.keyboard.type("more", delay=60)
    nadia.wait_for_selector("#call-card [role=option]")
    nadia.keyboard.press("Enter")
    nadia.keyboard.type("Printer on the 3rd floor does not print\nRed light since this morning.")
    _take(nadia, "call-card")
    nadia.keyboard.press("Escape")
    nadia.goto(f"{address}/desk/tickets/?view=all")
    nadia.locator("tbody tr a").first.click()
    _take(nadia, "ticket")
    chiara = _signed_in(browser, address, "chiara", scheme="dark")
    chiara.goto(f"{address}/lead/")
    _take(chiara, "now")
    beat = _signed_in(browser, address, "beat")
    beat.goto(f"{address}/setup/sla/incident/draft/")
    beat.locator(".edit-targets").evaluate("table => table.scrollIntoView({block: 'center'})")
    _take(beat, "agreement")
    sylvie = _signed_in(browser, address, "sylvie", size={"width": 375, "height": 760})
    _take(sylvie, "portal")


def _signed_in(
    browser: Browser,
    address: str,
    username: str,
    *,
    scheme: str = "light",
    size: dict[str, int] = DESK,
) -> Page:
    context = browser.new_context(locale="en-GB", color_scheme=scheme, viewport=size)
    page = context.new_page()
    page.goto(f"{address}/auth/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/auth/" not in url)
    page.locator("button[name=language][value=en]").first.click()
    page.wait_for_load_state("networkidle")
    return page


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(1_200)
    page.screenshot(path=FOLDER / f"{name}.png")


def _wait_for(address: str, served: "subprocess.Popen[bytes]", seconds: int = 300) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and served.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/livez", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"{address} does not answer.")


if __name__ == "__main__":
    main()
