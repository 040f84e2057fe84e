"""The lead's figures about holds: each by its rule, each with its list, none about persons."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from common import clock
from escalation import actions as escalation
from sla import actions as sla
from tests.factories import origin_of, system
from tickets import actions
from tickets.models import Ticket

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def monday():
    """Nine o'clock in Zurich on a Monday one to two weeks ago: the pages look back from now."""
    today = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday() + 7)


@pytest.fixture
def held(world, new_ticket, monday):
    """A function that puts a new ticket on hold, and lets it go on after a while."""

    def make(reason="requester", *, after=HOUR, lasts=HOUR, message="", by=None, **more):
        ticket = new_ticket(at=monday)
        by = by or world.nadia
        actions.hold(
            ticket.pk, reason=reason, message=message, origin=origin_of(by, monday + after), **more
        )
        if lasts is not None:
            actions.resume(ticket.pk, origin=origin_of(by, monday + after + lasts))
        return ticket

    return make


@pytest.fixture
def lead(client, world):
    world.chiara.language = "en"
    world.chiara.save(update_fields=["language"])
    client.force_login(world.chiara)
    return client


def cells(page, table, row):
    """Return the texts of a line of a table after its title, and the addresses in it."""
    text = page.content.decode()
    text = text[text.index(f'id="{table}"') :]
    line = text[text.index(f">{row}<") :].partition("</tr>")[0]
    found = re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
    words = [
        re.sub(r"<[^>]*>|\s+", " ", cell).replace("\N{NO-BREAK SPACE}", " ") for cell in found
    ]
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', line)]
    return [word.strip() for word in words], links


def figures(client, **query):
    page = client.get("/lead/holds/", {"days": 30} | query)
    assert page.status_code == 200
    return cells(page, "holds-reasons", "All together")


def test_the_shares_are_of_tickets_and_of_opening_hours_of_the_period(
    world, new_ticket, held, lead, monday
):
    """Four tickets of eight open hours each; one waits for a part from ten to twelve."""
    part = held("part", lasts=2 * HOUR, until=monday + DAY)
    others = [new_ticket(at=monday) for _ticket in range(3)]
    for ticket in (part, *others):
        actions.resolve(
            ticket.pk, resolution="Done.", origin=origin_of(world.nadia, monday + 9 * HOUR)
        )

    page = lead.get("/lead/holds/?days=30")

    assert cells(page, "holds-time", "a part")[0] == ["1", "25.0%", "2 h 00", "6.2%"]
    assert "Of 4 tickets" in page.content.decode()


def test_time_outside_the_period_and_between_solution_and_reopening_does_not_count(
    world, held, lead, monday
):
    ticket = held("part", lasts=2 * HOUR, until=monday + DAY)
    actions.resolve(
        ticket.pk, resolution="Done.", origin=origin_of(world.nadia, monday + 4 * HOUR)
    )
    actions.reopen(ticket.pk, origin=origin_of(world.nadia, monday + 8 * HOUR))
    actions.resolve(
        ticket.pk, resolution="Done.", origin=origin_of(world.nadia, monday + 9 * HOUR)
    )

    page = lead.get("/lead/holds/?days=30")

    # Open from nine to one and from five to six, but for the hour of noon: two of four hours.
    assert cells(page, "holds-time", "a part")[0] == ["1", "100.0%", "2 h 00", "50.0%"]


def test_a_hold_shortly_before_the_time_was_up_counts_when_it_stopped_the_clock(
    held, lead, monday
):
    """Eight open hours end at six; ten to six is shortly before, as is a quarter past five."""
    held(after=8 * HOUR + 50 * MINUTE, lasts=DAY)
    held(after=8 * HOUR + 15 * MINUTE, lasts=DAY)
    held("problem", after=8 * HOUR + 50 * MINUTE, lasts=DAY)  # stops no clock
    held(after=DAY, lasts=HOUR)  # too late already

    assert figures(lead)[0][:2] == ["4", "1"]
    assert figures(lead, minutes=60)[0][1] == "2"
    assert figures(lead, minutes=5)[0][1] == "0"


def test_an_earlier_hold_moves_what_is_shortly_before(world, held, lead, monday):
    ticket = held(lasts=2 * HOUR)
    again = monday + 8 * HOUR + 50 * MINUTE
    actions.hold(ticket.pk, reason="requester", origin=origin_of(world.nadia, again))

    assert figures(lead)[0][:2] == ["2", "0"]
    assert figures(lead, minutes=130)[0][1] == "1"


def test_whether_the_caller_was_told_from_shortly_before_until_the_end(
    world, new_ticket, held, lead, monday
):
    held(message="We wait for you.")
    for offset in (-5 * MINUTE, -15 * MINUTE, 30 * MINUTE, 3 * HOUR):
        ticket = new_ticket(at=monday)
        at = monday + HOUR
        events = [
            (at + offset, lambda t, o: actions.reply(t.pk, body="Word.", origin=o)),
            (at, lambda t, o: actions.hold(t.pk, reason="problem", origin=o)),
            (at + 2 * HOUR, lambda t, o: actions.resume(t.pk, origin=o)),
        ]
        for when, act in sorted(events, key=lambda event: event[0]):
            act(ticket, origin_of(world.nadia, when))
    silent = held()
    actions.note(silent.pk, body="To us.", origin=origin_of(world.nadia, monday + HOUR))
    answered = held("problem")
    actions.reply(answered.pk, body="Well?", origin=origin_of(world.sylvie, monday + 90 * MINUTE))

    numbers, links = figures(lead)

    assert (numbers[0], numbers[2]) == ("7", "4")
    assert silent.number in lead.get(next(x for x in links if "untold" in x)).content.decode()


def test_dates_that_were_not_kept_and_holds_that_took_the_longest_time(world, held, lead, monday):
    sla.save_reason("problem", values={"max_seconds": 3600}, origin=system())
    sla.save_reason("change", values={"wakes_on_date": False}, origin=system())
    limited = held("problem", lasts=None)
    kept = held("part", lasts=None, until=monday + 3 * HOUR)
    with clock.frozen(monday + 5 * HOUR):
        escalation.wake_all()
    held("change", lasts=5 * HOUR, until=monday + 3 * HOUR)
    still = held("change", lasts=None, until=monday + 3 * HOUR)

    numbers, links = figures(lead)

    assert numbers == ["4", "0", "4", "2", "1"]
    past = lead.get(next(x for x in links if "past" in x)).content.decode()
    longest = lead.get(next(x for x in links if "longest" in x)).content.decode()
    assert still.number in past
    assert kept.number not in past
    assert limited.number in longest


def test_every_figure_opens_as_many_lines_as_it_says(world, new_ticket, held, lead, monday):
    sla.save_reason("problem", values={"max_seconds": 3600}, origin=system())
    held()
    held(after=8 * HOUR + 50 * MINUTE, lasts=DAY)
    held("part", until=monday + 3 * HOUR, message="Ordered.")
    held("problem", lasts=None)
    with clock.frozen(monday + 9 * HOUR):
        escalation.wake_all()
    new_ticket(at=monday)

    page = lead.get("/lead/holds/?days=30").content.decode()
    found = re.findall(r'<a href="(/lead/holds/list/[^"]*)">([\d’,]+)</a>', page)

    assert len(found) > 15
    for link, count in found:
        listed = lead.get(html.unescape(link)).content.decode()
        assert listed.count("<tr data-row>") == int(count), link
    team = lead.get("/lead/holds/", {"days": 30, "team": "service-desk"}).content.decode()
    other = lead.get("/lead/holds/", {"days": 30, "team": "network"}).content.decode()
    assert "All together" in team
    assert "No ticket waited in this time." in other


def test_the_page_names_no_agent_and_shows_no_ticket_out_of_sight(world, new_ticket, lead, monday):
    secret = new_ticket(at=monday, category=world.payroll, title="canary")
    actions.hold(secret.pk, reason="requester", origin=origin_of(world.mara, monday + HOUR))

    pages = [
        lead.get("/lead/holds/").content.decode(),
        lead.get("/lead/holds/list/?figure=begun").content.decode(),
        lead.get("/lead/holds/list/?figure=tickets&reason=requester").content.decode(),
    ]

    for page in pages:
        assert "Mara" not in page.partition('id="main"')[2]
        assert "canary" not in page
    assert "No ticket waited in this time." in pages[0]
    lead.force_login(world.beat)
    assert "canary" in lead.get("/lead/holds/list/?figure=begun").content.decode()


def test_odd_words_in_the_address_are_not_taken_for_an_answer(lead):
    assert lead.get("/lead/holds/?days=8&minutes=x").status_code == 200
    assert lead.get("/lead/holds/?team=nobody").status_code == 404
    assert lead.get("/lead/holds/list/?figure=nothing").status_code == 404


@pytest.mark.breaks_rows
def test_what_was_measured_is_shared_for_some_minutes_and_each_sees_their_part(
    world, held, lead, monday, django_assert_num_queries
):
    ticket = held()
    assert figures(lead)[0][0] == "1"
    held()

    with django_assert_num_queries(6):
        assert figures(lead)[0][0] == "1"
    Ticket.objects.filter(pk=ticket.pk).update(category=world.payroll, team=world.other)
    assert "No ticket waited in this time." in lead.get("/lead/holds/?days=30").content.decode()
    lead.force_login(world.beat)
    assert figures(lead)[0][0] == "1"
