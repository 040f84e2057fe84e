"""Opening, reading and listing tickets through the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from tests.factories import agreement
from tests.moments import MONDAY_9
from tickets.models import Ticket

ROW = {
    "number", "kind", "title", "status", "priority", "level", "team", "assignee", "requester",
    "version", "clocks",
}  # fmt: skip
MORE = {
    "description", "category", "impact", "urgency", "channel", "opened_at", "resolved_at",
    "resolution",
}  # fmt: skip


def test_a_title_alone_opens_a_ticket_in_ones_own_name(world, program):
    sylvie = program(world.sylvie)

    answer = sylvie.post("tickets/", {"title": "VPN drops"})

    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == ROW | MORE
    assert made["requester"] == {"id": world.sylvie.pk, "name": "Sylvie Sylvieson"}
    assert (made["status"], made["level"], made["team"]) == ("new", 1, "service-desk")
    assert (made["category"], made["channel"]) == ("vpn", "api")
    assert made["assignee"] is None
    assert [clock["metric"] for clock in made["clocks"]] == ["first_response", "resolution"]
    assert set(made["clocks"][0]) == {"metric", "state", "due_at", "breached_at"}
    detail = sylvie.get(f"tickets/{made['number']}/").json()
    assert detail == made | {"time_spent": None}
    assert Event.objects.get(verb="ticket.opened").channel == "api"


def test_everything_that_can_be_given_is_taken(world, program):
    body = {
        "title": "Printing", "description": "Red light.\nSince nine.",
        "requester": "SYLVIE@example.org", "category": "live-demo", "impact": "site",
        "urgency": "blocked", "channel": "monitoring",
    }  # fmt: skip

    made = program(world.nadia).post("tickets/", body).json()

    for name in ("title", "description", "category", "impact", "urgency", "channel"):
        assert made[name] == body[name]
    assert (made["priority"], made["requester"]["id"]) == ("P1", world.sylvie.pk)


@pytest.mark.parametrize("of", [lambda p: p.pk, lambda p: str(p.pk), lambda p: p.email])
def test_an_agent_names_the_caller_by_key_or_address(world, program, of):
    body = {"title": "x", "requester": of(world.sylvie)}
    assert program(world.nadia).post("tickets/", body).status_code == 201


def test_a_call_an_agent_logs_is_theirs_and_answered(world, program):
    body = {"title": "x", "requester": world.sylvie.pk, "channel": "phone"}

    made = program(world.nadia).post("tickets/", body).json()

    assert (made["status"], made["assignee"]["id"]) == ("in_progress", world.nadia.pk)
    assert made["clocks"][0]["state"] == "met"


def test_a_requester_opens_for_nobody_else_and_learns_not_who_exists(world, program):
    sylvie = program(world.sylvie)
    answers = [
        sylvie.post("tickets/", {"title": "x", "requester": named})
        for named in (world.stranger.pk, "stranger@example.org", "nobody@example.org", 10**9)
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("requester", "nobody@example.org"), ("requester", 10**9), ("category", "no-such"),
     ("impact", "huge"), ("urgency", "now"), ("channel", "desk"), ("title", "  ")],
)  # fmt: skip
def test_what_is_not_known_is_refused_by_name(world, program, field, value):
    body = {"title": "x", field: value}

    answer = program(world.nadia).post("tickets/", body)

    assert answer.status_code == 400
    assert field in answer.json() or answer.json()["field"] == field
    assert not Ticket.objects.exists()


def test_fields_that_are_not_the_callers_to_set_are_never_stored(world, program):
    """Mass assignment: every column of the table, given by name."""
    columns = {field.name: 1 for field in Ticket._meta.get_fields()}
    body = columns | {
        "title": "x", "requester": world.sylvie.pk, "category": "vpn", "impact": "person",
        "urgency": "hindered", "channel": "api", "description": "", "status": "closed",
        "level": 3, "priority": 1, "team": "network", "assignee": world.reto.pk,
        "number": "26-99999", "opened_at": "2020-01-01T00:00:00Z", "version": 77, "role": "agent",
    }  # fmt: skip

    made = program(world.sylvie).post("tickets/", body).json()

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.level, ticket.priority) == ("new", 1, 4)
    assert (ticket.team, ticket.assignee, ticket.version) == (world.desk, None, 1)
    assert ticket.number == made["number"] != "26-99999"
    assert ticket.opened_at.year > 2020
    world.sylvie.refresh_from_db()
    assert world.sylvie.role == "requester"


def test_others_see_a_requesters_ticket_only_when_they_work_at_the_desk(world, program):
    number = program(world.sylvie).post("tickets/", {"title": "x"}).json()["number"]

    assert program(world.stranger).get(f"tickets/{number}/").status_code == 404
    assert program(world.stranger).get("tickets/").json()["results"] == []
    assert program(world.mara).get(f"tickets/{number}/").status_code == 200
    missing = program(world.stranger).get("tickets/26-99999/").json()
    assert program(world.stranger).get(f"tickets/{number}/").json() == missing


def test_a_sensitive_ticket_is_404_and_in_no_list_outside_its_team(world, program):
    body = {"title": "x", "category": "payroll"}
    number = program(world.sylvie).post("tickets/", body).json()["number"]

    for person, status in ((world.nadia, 404), (world.mara, 200), (world.sylvie, 200)):
        found = program(person)
        assert found.get(f"tickets/{number}/").status_code == status
        assert len(found.get("tickets/").json()["results"]) == (status == 200)
        assert found.get(f"tickets/{number}/history/").status_code == status


def test_pages_follow_each_other_without_a_gap_or_a_double(world, new_ticket, program):
    at = [MONDAY_9 + timedelta(minutes=n // 2) for n in range(7)]  # pairs at one instant
    made = [new_ticket(title=f"t{n}", at=moment).number for n, moment in enumerate(at)]
    nadia = program(world.nadia)

    seen, path = [], "tickets/?page_size=2"
    while path:
        page = nadia.get(path).json()
        seen += [row["number"] for row in page["results"]]
        assert set(page["results"][0]) == ROW
        path = page["next"] and page["next"].partition("/api/v1/")[2]

    assert seen == made[::-1]


def test_a_page_costs_the_same_whatever_its_size(world, new_ticket, program):
    for n in range(12):
        new_ticket(title=f"t{n}")
    nadia = program(world.nadia)
    nadia.get("tickets/")

    costs = []
    for size in (1, 12):
        with CaptureQueriesContext(
            connection,
        ) as found:
            nadia.get("tickets/", page_size=size)
        costs.append(len(found))

    assert costs[0] == costs[1] <= 5, [q["sql"] for q in found]


def test_filters_of_the_list(world, new_ticket, program):
    one = new_ticket(title="VPN drops")
    new_ticket(title="Printing", category=world.live)
    nadia = program(world.nadia)

    def numbers(**query):
        answer = nadia.get("tickets/", **query)
        assert answer.status_code == 200, answer.json()
        return [row["number"] for row in answer.json()["results"]]

    assert numbers(q="vpn") == numbers(category="vpn") == numbers(q=one.number) == [one.number]
    assert len(numbers(team="service-desk", status="new", assignee="none")) == 2
    assert numbers(assignee="me") == []
    assert len(numbers(requester=world.sylvie.pk)) == 2
    assert len(numbers(opened_after="2026-03-02T00:00:00Z", late="true")) == 2


@pytest.mark.parametrize(
    "query",
    ["requester__password=x", "ordering=title", "fields=id", "status=lost", "team=none",
     "priority=9", "late=perhaps", "page_size=0", "page_size=1000", "page_size=x",
     "page_size=%D9%A3", "after=x", "after=W251bGwsIDFd", "after=WyIyMDI2LTAxLTAxIiwgMV0",
     "opened_after=yesterday", "requester=x", "q=%00", "_connector=OR"],
)  # fmt: skip
def test_unknown_filters_and_bad_values_are_refused(world, program, query):
    answer = program(world.nadia).get(f"tickets/?{query}")

    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_changed_but_by_verbs(world, program, method):
    nadia = program(world.nadia)
    number = nadia.post("tickets/", {"title": "x"}).json()["number"]

    for path in (f"/api/v1/tickets/{number}/", "/api/v1/tickets/"):
        answer = getattr(nadia.client, method)(path, {"title": "y"}, "application/json")
        assert answer.status_code == 405
    more = {"headers": {"X-HTTP-Method-Override": method.upper()}}
    assert nadia.client.post(f"/api/v1/tickets/{number}/", **more).status_code == 405
    assert Ticket.objects.get().title == "x"


def test_a_request_with_a_key_opens_its_ticket_once(world, program):
    sylvie, key = program(world.sylvie), {"HTTP_IDEMPOTENCY_KEY": "order-17"}

    first = sylvie.post("tickets/", {"title": "VPN drops"}, **key)
    again = sylvie.post("tickets/", {"title": "VPN drops"}, **key)
    long = sylvie.post("tickets/", {"title": "VPN drops"}, HTTP_IDEMPOTENCY_KEY="k" * 90)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (long.status_code, long.json()["field"]) == (400, "key")
    assert Ticket.objects.count() == 1


def test_what_teams_promise_each_other_is_for_the_desk_alone(world, new_ticket, program):
    agreement(
        "between-teams", 10, kind="ola", calendar=world.office,
        seconds={"acceptance": 900, "team_resolution": 1_800},
    )  # fmt: skip
    ticket = new_ticket()
    path = f"tickets/{ticket.number}/"

    def metrics(person):
        row, one = program(person).get("tickets/").json()["results"][0], program(person).get(path)
        answer = program(person).post(f"{path}reply/", {"body": "…"})
        return [
            {c["metric"] for c in found["clocks"]} for found in (row, one.json(), answer.json())
        ]

    every = {"first_response", "resolution", "acceptance", "team_resolution"}
    assert metrics(world.nadia) == [every] * 3
    assert metrics(world.sylvie) == [{"first_response", "resolution"}] * 3
