"""Each check finds the one fault it is there for, and nothing where all is well."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.models import Event
from escalation import actions as escalation
from setup import invariants
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions

LATER = MONDAY_9 + timedelta(minutes=30)
pytestmark = pytest.mark.breaks_rows("each makes the fault that its check must find")


def sql(text, **values):
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)


def without_guard():
    """Take the trigger away that protects the history; PostgreSQL wants its checks done first."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only")


def codes(now=LATER, **more):
    return {found.check for found in invariants.findings(now=now, **more)}


@pytest.fixture
def late(world, new_ticket):
    """A ticket that the sweep has handed on, and one on hold, with a full history each."""
    waiting = new_ticket()
    nadia = origin_of(world.nadia, at=MONDAY_9 + timedelta(minutes=5))
    actions.take(waiting.pk, origin=nadia)
    actions.reply(waiting.pk, body="Since when?", then="on_hold", origin=nadia)
    ticket = new_ticket(category=world.live)
    escalation.sweep_all(at=MONDAY_9 + timedelta(seconds=15))
    escalation.sweep_all(at=MONDAY_9 + timedelta(seconds=20))
    assert codes() == set()
    return ticket


def test_an_empty_database_has_no_findings_and_neither_has_a_small_desk(db):
    assert invariants.findings() == []


FAULTS = {
    "Q1": "UPDATE tickets_clock SET next_action_at = started_at WHERE state = 'breached'",
    "Q2": "DELETE FROM escalation_firing WHERE milestone = 'warn_75'",
    "Q3": "DELETE FROM escalation_handover",
    "Q4": "DELETE FROM notifications_message WHERE template = 'ticket_escalated'",
    "Q5": "UPDATE escalation_firing SET fired_at = due_at - interval '1 s'",
    "Q6": "UPDATE tickets_clock SET at_risk_at = at_risk_at + interval '1 s'",
    "Q8": "UPDATE notifications_message SET status = 'sent'",
    "Q9": "UPDATE tickets_ticket SET version = version + 1",
    "Q10": "UPDATE tickets_ticket SET priority = 5 WHERE level = 2",
    "Q13": "UPDATE notifications_message SET status = 'sending', "
           "claimed_at = now() - interval '1 h'",
    "N1": "UPDATE tickets_ticket SET next_due_at = next_due_at + interval '1 s'",
    "N2": "UPDATE tickets_hold SET ended_at = started_at",
    "N3": "UPDATE tickets_clock SET stopped_at = stopped_at + interval '1 s' WHERE state = 'met'",
    "N4": "UPDATE tickets_clock SET fired = '[]'",
    "N5": "UPDATE tickets_clock SET terms_since = terms_since + interval '1 s'",
}  # fmt: skip


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_by_its_check(late, code):
    sql(FAULTS[code])

    assert code in codes()


def test_a_lead_who_was_not_told_is_found(late):
    sql("DELETE FROM notifications_message WHERE template = 'ticket_late_lead'")

    assert [str(f) for f in invariants.findings(now=LATER)] == [
        f"Q4 {late.number}: event 3 did not tell a lead"
    ]


def test_a_wrong_deadline_is_found_by_replay_and_by_hand(late):
    sql("UPDATE tickets_clock SET due_at = due_at + interval '1 s' WHERE metric = 'resolution'")

    texts = [f.text for f in invariants.findings(now=LATER) if f.check == "Q6"]

    assert any("replayed" in text for text in texts)
    assert any("by hand" in text for text in texts)


def test_history_that_may_be_changed_is_found(late):
    without_guard()
    before = list(Event.objects.order_by("pk").values_list("pk", "trace"))

    found = [f.text for f in invariants.findings(now=LATER) if f.check == "Q11"]

    assert found == ["a change was not refused", "a deletion was not refused"]
    assert list(Event.objects.order_by("pk").values_list("pk", "trace")) == before


def test_a_gap_in_the_history_is_found(late):
    without_guard()
    sql(
        "DELETE FROM audit_event "
        "WHERE subject_type = 'ticket' AND subject_id = %(id)s AND seq = 2",
        id=late.pk,
    )

    assert {"Q9", "Q2"} <= codes()


def test_what_is_due_and_not_swept_is_found_unless_nobody_swept_yet(world, new_ticket):
    new_ticket(category=world.live)

    assert codes() == {"Q1"}
    assert codes(settled=False) == set()


def test_the_command_ends_with_an_error_and_names_the_ticket(late):
    call_command("check_invariants", stdout=StringIO())
    sql("DELETE FROM notifications_message")
    out = StringIO()

    with pytest.raises(CommandError, match="2 findings"):
        call_command("check_invariants", json=True, stdout=out)

    told = json.loads(out.getvalue())
    broken = [c for c in told["checks"] if c["findings"]]
    assert [c["check"] for c in broken] == ["Q4"]
    assert broken[0]["findings"][0]["subject"] == late.number
    assert set(told["not_applicable"]) == {"Q7", "Q12"}


def test_a_hold_that_nobody_woke_and_one_that_ended_at_another_instant_are_found(
    world, new_ticket
):
    ticket, until = new_ticket(), MONDAY_9 + timedelta(minutes=20)
    by = origin_of(world.nadia, MONDAY_9)
    actions.hold(ticket.pk, reason="scheduled", until=until, origin=by)

    assert "N2" not in codes(now=until)
    assert "N2" in codes()
    escalation.wake(at=LATER)
    assert "N2" not in codes()
    sql("UPDATE tickets_hold SET ended_at = ended_at + interval '1 s'")
    assert "N2" in codes()
