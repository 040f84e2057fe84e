"""Why a clock is due when it is: in words, on the page and by the API alike."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from accounts import actions as accounts
from common import clock
from escalation import actions as escalation
from sla import actions as sla
from sla.models import Agreement, Target
from tests import factories
from tests.factories import World, origin_of
from tickets import actions
from tickets.queries.explained import explained

FRIDAY = datetime(2026, 3, 6, 15, 40, tzinfo=UTC)  # 16:40 in Zurich
MONDAY = datetime(2026, 3, 9, 7, 10, tzinfo=UTC)  # 08:10


def text_of(response):
    """Return what is read on a page, tags and doubled spaces away."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", words)


def why(person, ticket, metric="resolution", *, run="", status=200):
    browser = Client()
    browser.force_login(person)
    answer = browser.get(
        f"/desk/tickets/{ticket.number}/why/{metric}/", {"run": run} if run else {}
    )
    assert answer.status_code == status
    return text_of(answer)


def api(person, ticket, metric="resolution", *, run=None, status=200):
    browser = Client()
    browser.force_login(person)
    asked = {} if run is None else {"run": run}
    answer = browser.get(f"/api/v1/tickets/{ticket.number}/clocks/{metric}/", asked)
    assert answer.status_code == status
    return answer.json()


@pytest.fixture(autouse=True)
def _they_read_english(world: World) -> None:
    for person in (world.nadia, world.reto, world.sylvie):
        person.language = "en"
        accounts.save_person(person, origin=factories.system())


@pytest.fixture
def held(world: World, new_ticket):
    """Opened Friday late, on hold on Monday morning, its priority raised on the way."""
    ticket = new_ticket(at=FRIDAY)
    nadia = world.nadia
    actions.take(ticket.pk, origin=origin_of(nadia, FRIDAY + timedelta(minutes=5)))
    actions.hold(ticket.pk, reason="requester", note="asks for the name of the laptop",
                 origin=origin_of(nadia, MONDAY))  # fmt: skip
    actions.resume(ticket.pk, origin=origin_of(nadia, MONDAY + timedelta(minutes=110)))
    return ticket


def test_a_deadline_is_told_like_a_story(world, held):
    at = MONDAY + timedelta(hours=2)
    found = explained(held, "resolution", None, internal=True, at=at)

    said = " ".join(found.sentences).replace("\u00a0", " ")
    assert said == (
        "Opened Fri 16:40. 1 hour 20 counted. Closed over the weekend. 10 minutes counted. "
        "On hold 08:10–10:00, waiting for the caller (Nadia Nadiason). 10 minutes counted. "
        "6 hours 20 left. Due 17:30."
    )


def test_page_and_api_say_the_same_and_show_the_pieces(world, held):
    at = MONDAY + timedelta(hours=2)
    with clock.frozen(at):
        page, data = why(world.nadia, held), api(world.nadia, held)

    assert data["sentences"]
    assert re.sub(r"\s+", " ", " ".join(data["sentences"][:3])) in page
    assert re.sub(r"\s+", " ", data["promise"]) in page
    assert data["rule"] in page
    for turn in data["turns"]:
        assert re.sub(r"\s+", " ", turn["text"]) in page
    assert sum(p["seconds"] for p in data["pieces"] if p["kind"] == "counted") == 8 * 3600
    assert data["pieces"][-1]["end"] == data["due_at"]
    kinds = [piece["kind"] for piece in data["pieces"]]
    assert kinds[:4] == ["counted", "closed", "counted", "paused"]
    assert "on hold: the caller (Nadia Nadiason, asks for the name of the laptop)" in page


def test_what_moved_it_is_told_with_the_due_instant_before_and_after(world, held):
    factories.agreement(
        "strict", 5, seconds={"resolution": 3600}, calendar=world.office,
        conditions={"priority": [3]},
    )  # fmt: skip
    later = MONDAY + timedelta(hours=2)
    actions.classify(held.pk, impact="person", urgency="blocked",
                     origin=origin_of(world.nadia, later))  # fmt: skip

    turns = [t["text"].replace("\u00a0", " ") for t in api(world.nadia, held)["turns"]]

    assert turns[0].startswith("Began: due ")
    assert turns[1] == "On hold, waiting for the caller: no due time meanwhile"
    assert turns[2].startswith("Hold ended: due ")
    assert re.fullmatch(r"Priority P4 → P3: due .*17:30 → .*17:40", turns[3])


def test_a_holiday_is_called_by_its_name(world, new_ticket):
    days = {date(2026, 4, 3): factories.names("Good Friday"),
            date(2026, 4, 6): factories.names("Easter Monday")}  # fmt: skip
    sla.save_calendar(world.office, week=factories.OFFICE, holidays=days, other_hours={},
                      origin=factories.system())  # fmt: skip
    thursday = datetime(2026, 4, 2, 15, 0, tzinfo=UTC)
    ticket = new_ticket(at=thursday)

    found = explained(ticket, "resolution", None, internal=True, at=thursday)

    said = " ".join(found.sentences).replace("\u00a0", " ")
    assert "Closed until Tue 08:00 (Good Friday en, Easter Monday en, weekend)." in said
    assert any("Good Friday en" in line.words for line in found.lines)


def test_hours_that_changed_are_told_with_what_they_made_of_the_due_instant(world, held):
    before = api(world.nadia, held)["due_at"]
    week = {day: [("08:00", "12:00")] for day in range(1, 6)}
    sla.save_calendar(world.office, week=week, holidays={}, other_hours={},
                      origin=factories.system(at=MONDAY + timedelta(hours=2)))  # fmt: skip
    actions.read_anew(after=0, origin=factories.system(at=MONDAY + timedelta(hours=2)))

    data = api(world.nadia, held)

    last = data["turns"][-1]
    assert last["text"].startswith("Opening hours or agreements changed: due ")
    assert last["due_before"] == before
    assert last["due_after"] == data["due_at"] != before
    assert " due " not in data["turns"][1]["text"]


def test_every_run_has_an_explanation_of_its_own(world, new_ticket):
    again = Agreement.objects.get(slug="standard")
    again.reopening = "new_run"
    sla.save(again, origin=factories.system())
    ticket = new_ticket(at=FRIDAY)
    nadia = world.nadia
    actions.resolve(
        ticket.pk, resolution="…", origin=origin_of(nadia, FRIDAY + timedelta(hours=1))
    )
    actions.reopen(ticket.pk, reason="No.", origin=origin_of(world.sylvie, MONDAY))

    last, first = api(nadia, ticket), api(nadia, ticket, run=1)

    assert [run["run"] for run in last["runs"]] == [1, 2]
    assert last["sentences"][0].startswith("Reopened")
    assert (first["state"], first["run"]) == ("met", 1)
    assert "in time" in first["sentences"][-1]
    assert "Resolved" not in why(nadia, ticket, run="1")
    api(nadia, ticket, run=7, status=404)


def test_clocks_between_teams_are_for_the_desk_and_promises_for_everybody(world, new_ticket):
    factories.agreement(
        "between", 10, kind="ola", calendar=world.office,
        seconds={"acceptance": 900, "team_resolution": 7200},
    )  # fmt: skip
    ticket = new_ticket(at=FRIDAY)
    actions.take(ticket.pk, origin=origin_of(world.nadia, FRIDAY))
    by = origin_of(world.nadia, FRIDAY + timedelta(minutes=10))
    escalation.hand_over(ticket.pk, team=world.network, reason="…", origin=by)

    assert "With the team since" in api(world.reto, ticket, "team_resolution")["sentences"][0]
    assert len(api(world.reto, ticket, "acceptance")["runs"]) == 2
    why(world.reto, ticket, "acceptance")
    mine = api(world.sylvie, ticket)
    assert mine["sentences"]
    assert (mine["rule"], {turn["who"] for turn in mine["turns"]}) == ("", {""})
    assert "Nadia" not in why(world.sylvie, ticket).partition("16:40")[2]
    why(world.sylvie, ticket, "acceptance", status=404)
    api(world.sylvie, ticket, "acceptance", status=404)
    api(world.stranger, ticket, status=404)


def test_whom_the_desk_waits_for_and_who_has_it_is_not_for_the_caller(world, held):
    acme = factories.Organisation(name="Acme", slug="acme", kind="supplier")
    accounts.save(acme, origin=factories.system())
    target = Target.objects.get(agreement__slug="standard", metric="resolution")
    target.pause_reasons = ["supplier", "requester"]
    sla.save(target, origin=factories.system())
    factories.agreement(
        "of-network", 5, calendar=world.office, pauses=("supplier", "requester"),
        seconds={"first_response": 900, "resolution": 90_000}, conditions={"team": ["network"]},
    )  # fmt: skip
    at = MONDAY + timedelta(hours=3)
    by = origin_of(world.nadia, at)
    actions.hold(
        held.pk, reason="supplier", supplier=acme, until=at + timedelta(days=9), origin=by
    )
    by = origin_of(world.nadia, at + timedelta(minutes=5))
    escalation.hand_over(held.pk, team=world.network, reason="…", origin=by)

    internal, mine = str(api(world.nadia, held)), str(api(world.sylvie, held))

    assert "Acme" in internal
    assert "Network" in internal
    assert "a supplier" in mine
    assert "Acme" not in mine
    assert "Network" not in mine
    page = why(world.sylvie, held)
    assert "Acme" not in page
    assert "→ Network" not in page


def test_which_rule_matched_is_told_with_what_the_others_failed_on(world, held):
    rule = api(world.nadia, held)["rule"]

    assert (
        rule
        == "“live en” does not match: category. “standard en” matches every ticket of its kind."
    )


@pytest.mark.breaks_rows
def test_that_a_clock_wants_repair_is_told_to_the_desk_alone(world, held):
    held.clocks.filter(metric="resolution").update(due_at=FRIDAY)

    assert "An administrator can repair it." in why(world.nadia, held)
    assert "An administrator can repair it." not in why(world.sylvie, held)


def test_a_clock_that_stopped_at_once_says_so_instead_of_an_empty_table(world, new_ticket):
    ticket = new_ticket(at=FRIDAY)
    actions.reply(ticket.pk, body="We look at it.", origin=origin_of(world.nadia, FRIDAY))
    text = why(world.nadia, ticket, "first_response")
    assert "No time has been counted." in text
    assert "Duration" not in text


def test_nouns_of_german_keep_their_capitals(world, new_ticket):
    factories.agreement(
        "between", 10, kind="ola", calendar=world.office,
        seconds={"acceptance": 900, "team_resolution": 7200},
    )  # fmt: skip
    world.nadia.language = "de"
    accounts.save_person(world.nadia, origin=factories.system())
    text = why(world.nadia, new_ticket(at=FRIDAY), "team_resolution")
    assert "Zeit des Teams" in text
    assert "Zeit des teams" not in text
