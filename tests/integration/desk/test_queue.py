"""The queue through its door: what it shows, to whom, and at what cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as accounts
from desk.queries import queue as views
from tests.factories import origin_of, system
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Ticket
from tickets.permissions import team_ids
from tickets.queries import counters

QUEUE = "/desk/tickets/"


@pytest.fixture
def queue(client):
    """A function: the answer to one person asking for the queue."""

    def ask(person, query="", *, target=None, status=200):
        client.force_login(person)
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        answer = client.get(QUEUE + query, headers=headers)
        assert answer.status_code == status, answer.content[:2000]
        return answer

    return ask


def titles(answer):
    return re.findall(r"data-row-link>([^<]*)<", answer.content.decode())


def counts(answer):
    found = re.findall(r">([^<>]+)<span class=\"count\">(\d+)", answer.content.decode())
    return {label.strip(): int(size) for label, size in found if label.strip()}


def test_each_view_holds_what_its_name_says_and_its_count_agrees(world, new_ticket, queue):
    new_ticket(title="mine", channel="phone", by=world.nadia, at=None)
    new_ticket(title="free", at=None)
    new_ticket(title="long late")
    waits = new_ticket(title="waits", at=None)
    actions.hold(waits.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia))
    new_ticket(title="of another team", category=world.payroll, at=None)
    solved = new_ticket(title="solved", at=None)
    actions.resolve(solved.pk, resolution="Done.", origin=origin_of(world.nadia))

    expected = {
        "mine": {"mine"},
        "unassigned": {"free", "long late", "waits"},
        "team": {"mine", "free", "long late", "waits"},
        "late": {"long late"},
        "waiting": {"waits"},
        "all": {"mine", "free", "long late", "waits"},
    }
    shown = {view: queue(world.nadia, f"?view={view}") for view in expected}

    assert {view: set(titles(answer)) for view, answer in shown.items()} == expected
    assert counts(shown["mine"]) == {
        "My open": 1, "Unassigned": 3, "My teams": 4, "Late": 1, "Waiting": 1, "All open": 4,
    }  # fmt: skip


def test_what_is_due_first_comes_first_and_newest_turns_it_round(world, new_ticket, queue):
    new_ticket(title="first", at=None)
    new_ticket(title="hurry", at=None, category=world.live)
    new_ticket(title="last", at=None)

    by_due = queue(world.nadia, "?view=all")
    newest = queue(world.nadia, "?view=all&sort=newest")

    assert titles(by_due) == ["hurry", "first", "last"]
    assert titles(newest) == ["last", "hurry", "first"]
    assert by_due.content.decode().count('aria-sort="ascending"') == 1
    assert newest.content.decode().count('aria-sort="descending"') == 1


def test_pages_follow_each_other_without_a_gap(world, new_ticket, queue):
    for n in range(53):
        new_ticket(title=f"number {n:02}", at=None)

    first = queue(world.nadia, "?view=all")
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1]
    second = queue(world.nadia, following.replace("&amp;", "&"))

    assert len(titles(first)) == 50
    assert sorted(titles(first) + titles(second)) == [f"number {n:02}" for n in range(53)]
    assert "53 tickets, sorted by due time" in first.content.decode()
    assert 'rel="next"' not in second.content.decode()


def test_an_empty_filter_names_each_filter_with_a_link_that_drops_it(world, new_ticket, queue):
    new_ticket(title="VPN drops", at=None)

    answer = queue(world.nadia, "?view=team&q=printer&team=service-desk")

    text = answer.content.decode()
    assert "No ticket matches." in text
    assert "Remove Words: printer" in text
    assert "Remove Team: Service Desk" in text
    without = re.search(r'href="([^"]+)"><span>Remove Words', text)[1].replace("&amp;", "&")
    assert titles(queue(world.nadia, without)) == ["VPN drops"]


def test_an_empty_view_says_so_in_its_own_words(world, queue):
    assert "You have no open ticket." in queue(world.nadia).content.decode()
    assert "Nothing is late." in queue(world.nadia, "?view=late").content.decode()


def test_a_whole_number_leads_to_its_ticket_but_not_to_one_out_of_sight(world, new_ticket, queue):
    seen, hidden = new_ticket(), new_ticket(category=world.payroll)

    assert queue(world.nadia, f"?q={seen.number}", status=302).url == seen.get_absolute_url()
    assert titles(queue(world.nadia, f"?q={hidden.number}")) == []


def test_closed_tickets_are_found_by_their_status(world, new_ticket, queue):
    ticket = new_ticket(title="over")
    actions.resolve(ticket.pk, resolution="Done.", origin=origin_of(world.nadia))

    assert titles(queue(world.nadia, "?view=all")) == []
    assert titles(queue(world.nadia, "?view=all&status=resolved")) == ["over"]


def test_fragments_answer_with_themselves_alone(world, new_ticket, queue):
    new_ticket(title="VPN drops", at=None)

    rows = queue(world.nadia, "?view=all", target="queue-rows").content.decode()
    views = queue(world.nadia, "?view=all", target="queue-views").content.decode()
    block = queue(world.nadia, "?view=all", target="queue").content.decode()

    assert rows.strip().startswith('<tbody id="queue-rows"')
    assert "VPN drops" in rows
    assert views.strip().startswith("<div")
    assert "VPN drops" not in views
    assert block.strip().startswith('<div id="queue">')
    assert "<html" not in rows + views + block


def test_requesters_are_turned_away_and_auditors_look_at_everything(world, new_ticket, queue):
    new_ticket(title="vpn", at=None)
    new_ticket(title="payroll", category=world.payroll, at=None)
    auditor = world.stranger
    auditor.role = "auditor"

    queue(world.sylvie, status=403)
    accounts.save_person(auditor, origin=system())
    assert set(titles(queue(auditor, "?view=all"))) == {"vpn", "payroll"}


def test_counters_follow_a_change(world, new_ticket, queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ticket = new_ticket(at=None)
    assert counts(queue(world.nadia))["Unassigned"] == 1

    with django_capture_on_commit_callbacks(execute=True):
        actions.take(ticket.pk, origin=origin_of(world.nadia))

    assert counts(queue(world.nadia))["Unassigned"] == 0
    assert counts(queue(world.nadia))["My open"] == 1


def test_the_page_costs_the_same_for_five_rows_and_for_sixty(
    world, new_ticket, client, django_capture_on_commit_callbacks
):
    client.force_login(world.nadia)

    def statements(**headers):
        with CaptureQueriesContext(connection) as found:
            answer = client.get(QUEUE + "?view=all", headers=headers)
        return [q["sql"] for q in found if q["sql"].startswith(("SELECT", "(SELECT"))], answer

    with django_capture_on_commit_callbacks(execute=True):
        for _n in range(5):
            new_ticket(at=None)
    statements()  # what the filter offers is kept for a minute
    with django_capture_on_commit_callbacks(execute=True):
        new_ticket(at=None)
    few, _answer = statements()
    with django_capture_on_commit_callbacks(execute=True):
        for _n in range(54):
            new_ticket(at=None)
    many, answer = statements()
    again, _answer = statements()
    rows, _answer = statements(**{"HX-Request": "true", "HX-Target": "queue-rows"})

    # Session, person, teams, counters, rows, chips.
    assert len(many) == len(few) == 6, many
    assert len(again) == 5, again  # what has not changed is not counted twice
    assert len(rows) == 5, rows
    assert len(answer.content) < 60_000, len(answer.content)


def test_every_count_equals_the_length_of_its_list_for_everybody(world, new_ticket, client):
    new_ticket()
    new_ticket(channel="phone", by=world.nadia, at=None)
    new_ticket(category=world.payroll)
    new_ticket(category=world.payroll, requester=world.nadia, by=world.nadia)
    new_ticket(category=world.payroll, channel="phone", by=world.reto)
    held = new_ticket(category=world.payroll, channel="phone", by=world.mara, at=None)
    actions.hold(held.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.mara))
    now = timezone.now()

    for person in (world.nadia, world.reto, world.mara, world.chiara, world.beat):
        teams = team_ids(person)
        seen = Ticket.objects.visible_to(person)
        expected = {
            view: seen.filter(
                views.within(view, user=person, teams=teams, at=now, is_open=True)
            ).count()
            for view in views.VIEWS
        }
        assert counters(person, teams=teams, at=now) == expected, person
