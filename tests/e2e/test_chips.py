"""Chips in a browser: they count working time, stand still while it does not run, and then ask."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import actions as accounts
from sla.choices import Metric
from tests import factories
from tests.browser import pages_of
from tickets import actions

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
TARGET = {Metric.RESOLUTION: 8 * 3600}


@pytest.fixture
def desk(transactional_db):
    """A desk that counts some tickets day and night, and others only the day after tomorrow."""
    world = factories.world()
    world.nadia.language = "en"
    accounts.save_person(world.nadia, origin=factories.system(), password=PASSWORD)
    weekday = (timezone.localtime() + timedelta(days=2)).isoweekday()
    shut = factories.calendar("shut", {weekday: [("00:00", "24:00")]})
    for slug, calendar in (("always", world.always), ("shut", shut)):
        category = factories.category(f"in-{slug}", world.vpn.service, world.desk)
        factories.agreement(
            slug, 5, seconds=TARGET, calendar=calendar, conditions={"category": [category.slug]}
        )
        actions.open_ticket(
            actions.NewTicket(
                title=f"Counts {slug}", description="", requester=world.sylvie,
                channel="phone", category=category,
            ),
            origin=factories.origin_of(world.nadia),
        )  # fmt: skip
    return world


@pytest.fixture
def page(desk, live_web, browser):
    """Nadia in her queue, with the clock of the browser in the hands of the test."""
    for sign_in in pages_of(browser, PASSWORD):
        page = sign_in(live_web, "nadia")
        page.clock.install()
        # Each beat brings the server's time, by which the page would set its clock right again.
        page.route("**/pulse/**", lambda route: route.fulfill(status=204))
        page.goto(f"{live_web}/desk/tickets/")
        yield page


def chip(page, title):
    return page.get_by_role("row", name=re.compile(title)).locator(".chip")


def minutes(chip):
    """Return the minutes a chip shows."""
    hours, rest = re.fullmatch(
        r"(\d+)\sh\s(\d\d)", chip.locator(".chip__text").inner_text()
    ).groups()
    return 60 * int(hours) + int(rest)


def test_a_chip_counts_down_while_its_calendar_is_open_and_stands_while_it_is_shut(page):
    running, standing = chip(page, "Counts always"), chip(page, "Counts shut")
    before = minutes(running)

    page.clock.fast_forward("01:30:00")

    assert minutes(running) in range(before - 91, before - 88)
    assert minutes(standing) == 480
    assert "Fix due in 8 hours, " in standing.locator(".chip__spoken").inner_text()


def test_a_chip_turns_to_at_risk_and_late_at_the_instants_of_the_wall_clock(page):
    running = chip(page, "Counts always")

    page.clock.fast_forward("06:30:00")
    expect(running).to_have_attribute("data-state", "at_risk")
    page.clock.fast_forward("02:00:00")

    expect(running).to_have_attribute("data-state", "breached")
    expect(running.locator(".chip__text")).to_have_text(re.compile(r"late 0\sh\s(29|30)"))
    expect(running.locator(".chip__spoken")).to_have_text(
        re.compile("Fix late by .* minutes, was")
    )


def test_the_last_five_minutes_turn_each_second(page):
    text = chip(page, "Counts always").locator(".chip__text")

    page.clock.fast_forward("07:56:00")
    expect(text).to_have_text(re.compile(r"^[34]:\d\d$"))
    first = text.inner_text()
    page.clock.run_for(2000)

    expect(text).not_to_have_text(first)


def test_when_the_calendar_opens_the_list_is_asked_for_once(page):
    standing = chip(page, "Counts shut")
    opens = int(standing.get_attribute("data-until"))
    asked = []
    page.on(
        "request",
        lambda request: (
            asked.append(request.url) if request.headers.get("hx-target") == "queue-rows" else None
        ),
    )

    page.clock.fast_forward(1000 * int(opens - timezone.now().timestamp() - 60))
    page.clock.run_for(1000)
    assert asked == []  # nothing is to be learnt before that
    with page.expect_response(lambda answer: "/desk/tickets/" in answer.url):
        page.clock.fast_forward("02:00")
    page.clock.fast_forward("01:00")
    page.clock.run_for(1000)

    assert len(asked) == 1
    # The server's own day is not that far: it says again what it knows, and nothing is guessed.
    assert minutes(standing) == 480
