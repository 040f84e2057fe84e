"""Repair: clocks that say something else than their history are found, shown, and mended once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import Event
from escalation import actions as escalation
from escalation.models import Firing
from tests.factories import origin_of, system
from tests.moments import MONDAY_9
from tickets import actions
from tickets.actions.replays import run_replay
from tickets.models import Clock, Replay, Ticket
from tickets.queries.repairs import Selection

LATER = MONDAY_9 + timedelta(hours=3)
OPEN = Selection(is_open=True)


def command(*args):
    out = StringIO()
    call_command("repair_clocks", *args, stdout=out)
    return out.getvalue()


def browser_of(person):
    person.language = "en"
    person.save(update_fields=["language"])
    browser = Client()
    browser.force_login(person)
    return browser


def spoil(**values):
    Clock.objects.filter(metric="resolution").update(**values)


@pytest.fixture
def lived(world, new_ticket):
    """A ticket that was taken, on hold and is in progress again."""
    ticket = new_ticket()
    by = origin_of(world.nadia, MONDAY_9 + timedelta(minutes=10))
    actions.take(ticket.pk, origin=by)
    actions.hold(ticket.pk, reason="requester", origin=by)
    actions.resume(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + timedelta(hours=1)))
    return ticket


@pytest.mark.breaks_rows("what only a fault would write, then its repair")
def test_a_clock_that_is_off_is_shown_first_and_written_on_demand(world, lived):
    right = Clock.objects.get(metric="resolution").due_at
    spoil(due_at=right + timedelta(hours=1), at_risk_at=None)

    looked = actions.repair(OPEN, origin=system(LATER), write=False)

    assert {(d.field, d.stored, d.replayed) for d in looked.differences} >= {
        ("due_at", right + timedelta(hours=1), right)
    }
    assert Clock.objects.get(metric="resolution").due_at != right
    events = Event.objects.count()
    actions.repair(OPEN, origin=system(LATER), write=True)
    assert Clock.objects.get(metric="resolution").due_at == right
    assert Ticket.objects.get().next_due_at == min(
        Clock.objects.filter(state="running").values_list("due_at", flat=True)
    )
    told = Event.objects.latest("pk")
    assert (Event.objects.count() - events, told.verb) == (1, "ticket.clocks_repaired")
    assert told.changes["clocks"][1]["resolution 1"]["due_at"] == right.isoformat()
    assert actions.repair(OPEN, origin=system(LATER), write=True).differences == []


@pytest.mark.breaks_rows("a clock that is lost, then found again")
def test_a_lost_clock_comes_back_and_no_step_is_taken_twice(world, new_ticket):
    ticket = new_ticket(category=world.live)
    escalation.sweep_all(at=MONDAY_9 + timedelta(seconds=16))
    escalation.sweep_all(at=MONDAY_9 + timedelta(seconds=21))
    ticket.refresh_from_db()
    assert ticket.level == 2
    Firing.objects.all().delete()
    Clock.objects.all().delete()
    told = Event.objects.count()

    found = actions.repair(Selection(numbers=(ticket.number,)), origin=system(LATER), write=True)

    assert {d.field for d in found.differences} >= {"started_at", "state"}
    row = Clock.objects.get()
    assert (row.state, row.fired) == ("breached", ["warn_75", "breach_hand_over"])
    escalation.sweep_all(at=LATER)
    ticket.refresh_from_db()
    assert (ticket.level, Firing.objects.count()) == (2, 0)
    assert Event.objects.count() == told + 1


@pytest.mark.breaks_rows("a clock that is not late although its time is up")
def test_what_fell_due_is_left_for_the_sweep_which_tells_and_moves(world, new_ticket):
    ticket = new_ticket(category=world.live)
    spoil(due_at=None, next_action_at=None)

    actions.repair(OPEN, origin=system(LATER), write=True)

    row = Clock.objects.get()
    assert (row.state, row.breached_at) == ("running", None)
    escalation.sweep_all(at=LATER)
    ticket.refresh_from_db()
    row.refresh_from_db()
    assert (ticket.level, row.state) == (2, "breached")
    assert row.breached_at == MONDAY_9 + timedelta(seconds=20)


@pytest.mark.breaks_rows("a ticket that is late by mistake")
def test_a_ticket_that_is_not_late_after_all_says_so_and_stays_where_it_is(world, lived):
    spoil(state="breached", breached_at=MONDAY_9, due_at=MONDAY_9)

    actions.repair(OPEN, origin=system(LATER), write=True)

    assert Clock.objects.get(metric="resolution").state == "running"
    verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["ticket.clocks_repaired", "ticket.target_relaxed"]
    assert Ticket.objects.get().level == lived.level


@pytest.mark.breaks_rows("spoiled by hand, mended by the command")
def test_the_command_shows_and_writes(world, lived):
    spoil(target_seconds=1)

    shown = command("--ticket", lived.number)
    assert f"{lived.number} resolution 1: target_seconds is 1, the history says 28800" in shown
    assert "nothing was written" in shown
    assert "1 tickets replayed, 1 differences in 1 of them; written." in command(
        "--open", "--team", "service-desk", "--agreement", "standard",
        "--opened-from", "2026-03-01", "--opened-until", "2026-03-04", "--write",
    )  # fmt: skip
    assert "0 differences" in command("--all")
    with pytest.raises(CommandError, match="There is no ticket 26-99999"):
        command("--ticket", "26-99999")
    with pytest.raises(CommandError, match="Say which tickets"):
        command()
    with pytest.raises(CommandError, match="There is no team nobody"):
        command("--team", "nobody")


@pytest.mark.breaks_rows("spoiled by hand, mended on the page")
def test_an_administrator_sees_the_differences_and_writes_them(world, lived):
    spoil(target_seconds=60)
    browser = browser_of(world.beat)

    page = browser.get("/setup/clocks/", {"numbers": lived.number}).content.decode()
    assert "Write 1 difference" in page
    assert "8" in page
    answer = browser.post("/setup/clocks/", {"numbers": lived.number, "do": "write"}, follow=True)

    text = answer.content.decode()
    assert "1 difference was written." in text
    assert "Every clock is what the history says." in text
    event = Event.objects.get(verb="ticket.clocks_repaired")
    assert event.actor == world.beat


@pytest.mark.breaks_rows("spoiled by hand, and only looked at")
def test_an_agent_looks_and_does_not_write(world, lived):
    spoil(target_seconds=60)
    browser = browser_of(world.nadia)

    text = browser.get("/setup/clocks/", {"open_only": "on"}).content.decode()

    assert "1 value differs" in text or "One value differs" in text
    assert "Administrators write differences" in text
    assert browser.post("/setup/clocks/", {"do": "write"}).status_code == 403
    assert not Event.objects.filter(verb="ticket.clocks_repaired").exists()
    assert browser_of(world.sylvie).get("/setup/clocks/").status_code == 403


def test_a_number_nobody_knows_is_named_and_what_was_typed_stays(world, lived):
    answer = browser_of(world.beat).get("/setup/clocks/", {"numbers": "26-99999"})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "There is no ticket 26-99999" in text
    assert 'value="26-99999"' in text
    written = browser_of(world.beat).post("/setup/clocks/", {"numbers": "26-99999", "do": "write"})
    assert (written.status_code, "26-99999" in written.content.decode()) == (422, True)


@pytest.mark.breaks_rows("spoiled by hand, mended in the background")
def test_a_big_set_is_looked_at_and_then_mended_in_the_background(world, lived, monkeypatch):
    monkeypatch.setattr("tickets.views.repairs.AT_ONCE", 0)
    spoil(target_seconds=60)
    browser = browser_of(world.beat)
    asked = {"open_only": "on", "team": str(world.desk.pk)}
    assert "Look in the background" in browser.get("/setup/clocks/", asked).content.decode()

    job = browser.post("/setup/clocks/", asked | {"do": "look"})
    run_replay(Replay.objects.get().pk)
    page = browser.get(job.url).content.decode()
    assert "Nothing was written" in page
    assert "Write 1 difference" in page
    assert Clock.objects.filter(target_seconds=60).exists()
    browser.post("/setup/clocks/", asked | {"do": "write"})
    run_replay(Replay.objects.latest("pk").pk)

    assert not Clock.objects.filter(target_seconds=60).exists()
    assert Replay.objects.latest("pk").result["differences"] == 1


@pytest.mark.breaks_rows("hours that changed after the end of a clock")
def test_a_clock_that_ended_keeps_its_numbers_when_hours_change_later(world, lived):
    from sla import actions as sla

    actions.resolve(lived.pk, resolution="…", origin=origin_of(world.nadia, LATER))
    sla.save_calendar(
        world.office, week={1: [("08:00", "09:00")]}, holidays={}, other_hours={},
        origin=system(LATER + timedelta(hours=1)),
    )  # fmt: skip

    found = actions.repair(Selection(numbers=(lived.number,)), origin=system(LATER), write=True)

    assert [d.field for d in found.differences] == []
