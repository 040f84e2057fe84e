"""The verbs of a ticket through the API: who may, what follows, and what is refused."""

import pytest

from audit.models import Event
from tickets.models import Entry, Ticket


@pytest.fixture
def number(new_ticket):
    return new_ticket().number


def verb(program, number, name, body=None):
    return program.post(f"tickets/{number}/{name}/", body)


def test_a_ticket_goes_all_the_way_through_the_api(world, program, number):
    nadia, sylvie = program(world.nadia), program(world.sylvie)

    taken = verb(nadia, number, "take").json()
    assert (taken["status"], taken["assignee"]["name"]) == ("in_progress", "Nadia Nadiason")
    held = verb(nadia, number, "hold", {"reason": "requester", "note": "asked for a picture"})
    assert held.json()["status"] == "on_hold"
    assert verb(sylvie, number, "reply", {"body": "Here."}).json()["status"] == "in_progress"
    verb(nadia, number, "hold", {"reason": "part", "until": "2099-01-01T08:00:00+01:00"})
    assert verb(nadia, number, "resume").json()["status"] == "in_progress"
    assert verb(nadia, number, "note", {"body": "canary"}).status_code == 200
    solved = verb(nadia, number, "resolve", {"resolution": "A new cable."}).json()
    assert (solved["status"], solved["resolution"]) == ("resolved", "A new cable.")
    assert solved["resolved_at"] is not None
    again = verb(sylvie, number, "reopen", {"reason": "Still broken."}).json()
    assert (again["status"], again["resolved_at"]) == ("in_progress", None)
    verb(nadia, number, "resolve", {"resolution": "Another cable."})
    closed = verb(sylvie, number, "close").json()
    assert closed["status"] == "closed"

    events = Event.objects.filter(subject_label=number).exclude(verb="ticket.opened")
    assert set(events.values_list("channel", flat=True)) == {"api"}
    assert closed["version"] == Ticket.objects.get().version == events.count() + 1


def test_a_hand_over_is_an_escalation_that_can_be_accepted_and_handed_back(world, program, number):
    nadia, reto = program(world.nadia), program(world.reto)
    card = {"symptom": "drops", "tried": "reboot", "wanted": "look", "reachable": "till five"}

    moved = verb(
        nadia, number, "hand-over",
        {"team": "network", "reason": "Needs the core.", "trigger": "rights", "card": card},
    ).json()  # fmt: skip
    assert (moved["team"], moved["level"]) == ("network", 2)
    handover = Ticket.objects.get().handovers.get()
    assert (handover.trigger, handover.tried) == ("rights", "reboot")
    assert verb(nadia, number, "accept").status_code == 403
    assert verb(reto, number, "accept").json()["assignee"]["id"] == world.reto.pk
    assert verb(reto, number, "accept").status_code == 400
    back = verb(reto, number, "hand-back", {"reason": "Try the profile."}).json()
    assert (back["team"], back["level"]) == ("service-desk", 1)
    verb(nadia, number, "hand-over", {"team": "network", "reason": "Tried."})
    refused = verb(reto, number, "refuse", {"reason": "Not ours."}).json()
    assert refused["team"] == "service-desk"


def test_assigning_is_for_members_of_the_team_and_null_gives_it_back(world, program, number):
    nadia = program(world.nadia)

    assert verb(nadia, number, "assign", {"assignee": world.nadia.pk}).status_code == 200
    assert verb(nadia, number, "assign", {"assignee": None}).json()["assignee"] is None
    for key in (world.reto.pk, world.sylvie.pk, 10**9, 2**63, -1):
        answer = verb(nadia, number, "assign", {"assignee": key})
        assert (answer.status_code, answer.json().get("field", "assignee")) == (400, "assignee")
    assert verb(nadia, number, "assign", {}).status_code == 400


REQUESTER_MAY_NOT = [
    ("note", {"body": "x"}), ("take", {}), ("assign", {"assignee": None}),
    ("assign", {"assignee": 10**9}), ("hold", {"reason": "requester"}), ("resume", {}),
    ("resolve", {"resolution": "x"}), ("hand-over", {"team": "network", "reason": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), REQUESTER_MAY_NOT)
def test_a_requester_may_not_do_the_work_of_the_desk(world, program, number, name, body):
    before = Ticket.objects.values().get()

    assert verb(program(world.sylvie), number, name, body).status_code == 403
    assert Ticket.objects.values().get() == before


ALL_VERBS = [
    *REQUESTER_MAY_NOT, ("reply", {"body": "x"}), ("reopen", {}), ("close", {}), ("cancel", {}),
    ("accept", {}), ("refuse", {"reason": "x"}), ("hand-back", {"reason": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), ALL_VERBS)
def test_a_foreign_ticket_is_404_for_every_verb_and_get_is_not_allowed(
    world, program, number, name, body
):
    stranger = program(world.stranger)

    assert verb(stranger, number, name, body).status_code == 404
    assert verb(stranger, "26-99999", name, body).status_code == 404
    assert stranger.get(f"tickets/{number}/{name}/").status_code == 405
    assert Ticket.objects.get().version == 1


@pytest.mark.parametrize("name", ["accept", "refuse", "hand-back"])
def test_a_requester_answers_no_hand_over(world, program, number, name):
    verb(program(world.nadia), number, "hand-over", {"team": "network", "reason": "x"})

    answer = verb(program(world.sylvie), number, name, {"reason": "x"})

    assert answer.status_code == 403
    assert Ticket.objects.get().team == world.network


def test_an_agent_of_another_team_reads_and_notes_but_does_not_work_on_it(world, program, number):
    mara = program(world.mara)

    assert verb(mara, number, "note", {"body": "seen here too"}).status_code == 200
    answer = verb(mara, number, "resolve", {"resolution": "x"})
    assert answer.status_code == 403
    assert "Service Desk" in answer.json()["detail"]


def test_a_requester_cancels_their_own_ticket_and_then_it_is_over(world, program, number):
    sylvie = program(world.sylvie)

    assert verb(sylvie, number, "cancel", {"reason": "found it"}).json()["status"] == "cancelled"
    answer = verb(sylvie, number, "reopen")
    assert (answer.status_code, answer.json()["code"]) == (409, "move_not_possible")
    assert verb(sylvie, number, "reply", {"body": "x"}).status_code == 400


def test_a_stale_version_is_refused_only_where_the_same_field_was_changed(world, program, number):
    nadia = program(world.nadia)
    verb(nadia, number, "note", {"body": "somebody else was here"})
    seen = Ticket.objects.get().version
    assert verb(nadia, number, "take", {"version": seen - 1}).status_code == 200

    answer = verb(nadia, number, "resolve", {"resolution": "x", "version": seen})

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["fields"]) == ("stale_record", ["status"])
    assert Ticket.objects.get().status == "in_progress"


def test_the_history_is_complete_for_the_desk_and_public_for_the_requester(world, program, number):
    nadia, sylvie = program(world.nadia), program(world.sylvie)
    verb(nadia, number, "take")
    verb(nadia, number, "note", {"body": "canary in a note"})
    verb(nadia, number, "hand-over", {"team": "network", "reason": "canary in a reason"})
    verb(sylvie, number, "reply", {"body": "hello"})

    whole = nadia.get(f"tickets/{number}/history/").json()
    assert [e["verb"] for e in whole["results"]] == [
        "ticket.opened", "ticket.taken", "ticket.noted", "ticket.escalated", "ticket.replied",
    ]  # fmt: skip
    assert whole["next"] is None
    escalated = whole["results"][3]
    assert escalated["actor"] == {"id": world.nadia.pk, "name": "Nadia Nadiason"}
    assert (escalated["changes"]["level"], escalated["channel"]) == ([1, 2], "api")
    public = sylvie.get(f"tickets/{number}/history/")
    assert "canary" not in public.content.decode()
    assert [e["verb"] for e in public.json()["results"]] == [
        "ticket.opened", "ticket.taken", "ticket.escalated", "ticket.replied",
    ]  # fmt: skip
    assert public.json()["results"][2]["changes"] == {"level": [1, 2]}


def test_no_answer_to_a_requester_holds_an_internal_note(world, program, number):
    verb(program(world.nadia), number, "note", {"body": "canary"})
    sylvie = program(world.sylvie)

    assert Entry.objects.filter(body="canary").exists()
    for path in (f"tickets/{number}/", f"tickets/{number}/history/", "tickets/"):
        assert "canary" not in sylvie.get(path).content.decode()
    assert sylvie.get("tickets/", q="canary").json()["results"] == []


def test_an_auditor_reads_everything_and_changes_nothing(world, program, number):
    world.stranger.role = "auditor"
    world.stranger.save(update_fields=["role"])
    auditor = program(world.stranger)
    verb(program(world.nadia), number, "note", {"body": "x"})

    whole = auditor.get(f"tickets/{number}/history/").json()["results"]
    assert "ticket.noted" in [event["verb"] for event in whole]
    for name, body in ALL_VERBS:
        answer = verb(auditor, number, name, body)
        assert answer.status_code in {400, 403}, (name, answer.content)
    assert Ticket.objects.get().version == 2
