"""The main job on real parts: a call breaches, level 2 has it, the lead sees it happen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from audit.models import Event
from escalation.models import Firing, Handover
from notifications.models import Message
from tests import factories
from tests.browser import pages_of
from tests.factories import World
from tests.stack import Processes, wait_until
from tickets.models import Ticket

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
COUNT_KEYS = """
window.__keys = 0;
addEventListener('keydown', (event) => { if (!event.repeat) window.__keys += 1 }, true);
window.__clicks = 0;
addEventListener('pointerdown', () => { window.__clicks += 1 }, true);
"""
TITLE = "Imprimante du 3e en panne demo"
DETAILS = "Voyant rouge depuis ce matin."


@pytest.fixture
def desk(transactional_db: None) -> World:
    world = factories.world()
    for person in (world.nadia, world.reto, world.chiara):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return world


@pytest.fixture
def signed_in(browser: Browser) -> Callable[[str, str], Page]:
    yield from pages_of(browser, PASSWORD)


def test_a_call_breaches_and_is_at_level_two_while_the_lead_watches(
    desk: World,
    live_stack: Processes,
    live_web: str,
    signed_in: Callable[[str, str], Page],
) -> None:
    chiara = signed_in(live_web, "chiara")
    chiara.goto(f"{live_web}/lead/")
    nadia = signed_in(live_web, "nadia")
    nadia.context.add_init_script(COUNT_KEYS)
    nadia.goto(f"{live_web}/desk/tickets/")

    documents = _count_documents(nadia)
    number = _log_the_call(nadia)
    ticket = Ticket.objects.get(number=number)

    assert nadia.evaluate("window.__keys") - len(TITLE) - len(DETAILS) <= 11
    assert nadia.evaluate("window.__clicks") == 0
    assert documents == []
    assert (ticket.title, ticket.requester, ticket.category) == (TITLE, desk.sylvie, desk.live)
    assert (ticket.level, ticket.assignee) == (1, desk.nadia)
    # Seen by the lead while it is still in time, without a reload.
    expect(chiara.get_by_text(number).first).to_be_visible(timeout=10_000)

    wait_until(lambda: Ticket.objects.filter(pk=ticket.pk, level=2).exists(), seconds=40)

    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee) == (desk.network, desk.reto)
    expect(chiara.locator("#lead-moved").get_by_text(number)).to_be_visible(timeout=10_000)
    _assert_once(ticket, desk)
    nadia.goto(f"{live_web}/desk/tickets/{number}/log/")
    expect(nadia.locator("main")).to_contain_text("Network")
    # Ten more ticks of the sweep bring nothing more.
    nadia.wait_for_timeout(3_000)
    _assert_once(ticket, desk)


def _count_documents(page: Page) -> list[str]:
    seen: list[str] = []
    page.on(
        "request",
        lambda request: seen.append(request.url) if request.resource_type == "document" else None,
    )
    return seen


def _log_the_call(page: Page) -> str:
    """Type the call without touching the mouse; return the number of the ticket."""
    page.keyboard.press("F2")
    caller = page.locator("#call-card [role=combobox]")
    expect(caller).to_be_focused()
    page.keyboard.type("sylv", delay=40)
    expect(page.locator("#call-card [role=option]").first).to_contain_text("Sylvie")
    page.keyboard.press("Enter")
    expect(page.locator("#call-card textarea").first).to_be_focused()
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    page.keyboard.type(DETAILS)
    expect(page.locator("#call-card")).to_contain_text("live-demo fr")
    page.keyboard.press("Control+Enter")
    saved = page.locator("#toasts").get_by_text(re.compile(r"\d\d-\d{5}")).first
    expect(saved).to_be_visible()
    return re.search(r"\d\d-\d{5}", saved.inner_text()).group()


def _assert_once(ticket: Ticket, desk: World) -> None:
    moves = Event.objects.filter(subject_id=ticket.pk, verb="ticket.escalated")
    assert [event.changes["level"] for event in moves] == [[1, 2]]
    assert Handover.objects.filter(ticket=ticket).count() == 1
    fired = Firing.objects.filter(clock__ticket=ticket).values_list("milestone", flat=True)
    assert sorted(fired) == ["breach_hand_over", "warn_75"]
    told = Message.objects.filter(subject_id=ticket.pk, template="ticket_escalated")
    assert [message.recipient for message in told] == [desk.reto]
