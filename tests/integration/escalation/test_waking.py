"""Holds that end by themselves: by the promised date or the longest time, once, in time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Duty
from audit.models import Event
from common import clock
from escalation import actions as escalation
from escalation.tasks import sweep
from notifications.models import Message
from sla import actions as sla
from sla.models import PauseReason, TeamCalendar
from sla.queries import policy
from tests import factories
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions, tasks
from tickets.choices import HoldReason
from tickets.models import Clock, Hold

HOUR = timedelta(hours=1)
WEDNESDAY_11 = MONDAY_9 + 2 * timedelta(days=1) + 2 * HOUR


def held(ticket, by, *, at=MONDAY_9 + HOUR, reason=HoldReason.SCHEDULED, **more):
    actions.hold(ticket.pk, reason=reason, origin=origin_of(by, at), **more)
    return Hold.objects.get(ticket=ticket, ended_at=None)


def longest(slug, seconds, **more):
    row = PauseReason.objects.get(slug=slug)
    row.max_seconds = seconds
    for name, value in more.items():
        setattr(row, name, value)
    sla.save(row, origin=factories.system())


def test_the_promised_date_ends_a_hold_once_with_event_and_a_word_to_the_assignee(
    world, new_ticket
):
    ticket = new_ticket()
    actions.take(ticket.pk, origin=origin_of(world.nadia, MONDAY_9))
    held(ticket, world.nadia, until=WEDNESDAY_11)

    assert escalation.wake_all(at=WEDNESDAY_11 - timedelta(seconds=1)) == 0
    assert escalation.wake_all(at=WEDNESDAY_11) == 1
    assert escalation.wake_all(at=WEDNESDAY_11) == 0

    ticket.refresh_from_db()
    hold = Hold.objects.get(ticket=ticket)
    assert (ticket.status, hold.ended_at, hold.woken_by) == ("in_progress", WEDNESDAY_11, "date")
    (event,) = Event.objects.filter(verb="ticket.resumed")
    assert event.changes["woken_by"] == [None, "date"]
    assert event.changes["hold"] == ["scheduled", None]
    told = Message.objects.filter(template="ticket_woken")
    assert [m.recipient for m in told] == [world.nadia]


def test_the_clock_counts_on_from_the_instant_of_the_date_however_late_it_is_seen(
    world, new_ticket
):
    early, late = new_ticket(), new_ticket()
    for ticket in (early, late):
        held(ticket, world.nadia, until=WEDNESDAY_11)

    escalation.wake(at=WEDNESDAY_11, ticket_id=early.pk)
    escalation.wake(at=WEDNESDAY_11 + 3 * HOUR, ticket_id=late.pk)

    dues = Clock.objects.filter(metric="resolution").values_list("due_at", flat=True)
    assert len(set(dues)) == 1
    assert set(Hold.objects.values_list("ended_at", flat=True)) == {WEDNESDAY_11}


def test_a_date_in_closed_hours_wakes_then_and_the_clock_counts_from_the_next_opening(
    world, new_ticket
):
    ticket = new_ticket()
    sunday = datetime(2026, 3, 8, 3, 30, tzinfo=UTC)
    monday_8 = datetime(2026, 3, 9, 7, tzinfo=UTC)
    held(ticket, world.nadia, until=sunday)
    hours = policy().calendars[world.office.pk]

    escalation.sweep_all(at=sunday)

    assert Hold.objects.get(ticket=ticket).ended_at == sunday
    due = Clock.objects.get(ticket=ticket, metric="resolution").due_at
    assert due == hours.add(monday_8, 7 * 3600)


def test_the_longest_time_of_a_reason_is_counted_in_the_hours_of_the_site(world, new_ticket):
    longest("problem", 10 * 3600)
    ticket = new_ticket()

    hold = held(ticket, world.nadia, reason=HoldReason.PROBLEM)

    # Monday from ten: seven hours, Tuesday from eight: three.
    assert hold.wake_at == MONDAY_9 + timedelta(days=1) + 2 * HOUR
    escalation.sweep_all(at=hold.wake_at)
    assert Hold.objects.get(ticket=ticket).woken_by == "limit"
    assert "limit" in str(Event.objects.get(verb="ticket.resumed").changes)


def test_the_earlier_of_date_and_longest_time_wakes(world, new_ticket):
    longest("scheduled", 4 * 3600)
    ticket = new_ticket()

    hold = held(ticket, world.nadia, until=WEDNESDAY_11)

    assert hold.wake_at < WEDNESDAY_11
    escalation.sweep_all(at=hold.wake_at)
    hold.refresh_from_db()
    assert (hold.woken_by, hold.ended_at) == ("limit", hold.wake_at)


def test_a_reason_may_leave_its_date_to_people(world, new_ticket):
    longest("scheduled", None, wakes_on_date=False)
    ticket = new_ticket()

    assert held(ticket, world.nadia, until=WEDNESDAY_11).wake_at is None
    assert escalation.wake_all(at=WEDNESDAY_11 + HOUR) == 0


@pytest.mark.parametrize("verb", ["resolve", "cancel", "resume"])
def test_a_ticket_that_went_its_way_meanwhile_is_not_woken(world, new_ticket, verb):
    ticket = new_ticket()
    held(ticket, world.nadia, until=WEDNESDAY_11)
    more = {"resolution": "Done."} if verb == "resolve" else {}
    getattr(actions, verb)(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + 2 * HOUR), **more)
    ticket.refresh_from_db()
    before = ticket.version

    assert escalation.wake_all(at=WEDNESDAY_11) == 0
    ticket.refresh_from_db()
    assert ticket.version == before
    assert Hold.objects.filter(woken_by="person", reason="scheduled").count() == 1


def test_a_new_hold_moves_the_date(world, new_ticket):
    ticket = new_ticket()
    held(ticket, world.nadia, until=WEDNESDAY_11)
    later = WEDNESDAY_11 + timedelta(days=1)
    held(ticket, world.nadia, at=MONDAY_9 + 5 * HOUR, until=later)

    assert escalation.wake_all(at=WEDNESDAY_11) == 0
    assert escalation.wake_all(at=later) == 1
    ends = Hold.objects.order_by("pk").values_list("woken_by", "ended_at")
    assert list(ends) == [("person", MONDAY_9 + 5 * HOUR), ("date", later)]


def test_what_a_hold_kept_back_is_carried_out_in_the_same_sweep(world, new_ticket):
    """Nobody looked for hours: the hold ended, and its ticket was late soon after."""
    ticket = new_ticket(category=world.live)
    until = MONDAY_9 + 3 * HOUR
    held(ticket, world.nadia, at=MONDAY_9 + timedelta(seconds=5), until=until)

    escalation.sweep_all(at=until + HOUR)

    ticket.refresh_from_db()
    clock = Clock.objects.get(ticket=ticket)
    assert (ticket.level, clock.breached_at) == (2, until + timedelta(seconds=15))


def test_without_an_assignee_the_team_on_duty_hears_and_at_night_its_lead(world, new_ticket):
    sla.save(TeamCalendar(team=world.desk, calendar=world.office), origin=factories.system())
    by_day, by_night = new_ticket(), new_ticket()
    night = datetime(2026, 3, 5, 22, tzinfo=UTC)
    held(by_day, world.nadia, until=WEDNESDAY_11)
    held(by_night, world.nadia, until=night)

    escalation.sweep_all(at=WEDNESDAY_11)
    escalation.sweep_all(at=night)

    told = Message.objects.filter(template="ticket_woken")
    assert {m.recipient for m in told.filter(subject_id=by_day.pk)} == {world.nadia, world.chiara}
    assert [m.recipient for m in told.filter(subject_id=by_night.pk)] == [world.chiara]


def test_whoever_stands_in_for_the_assignee_hears_unless_the_ticket_is_sensitive(
    world, new_ticket
):
    away = Duty(
        person=world.mara, kind="absent", starts_at=MONDAY_9, substitute=world.nadia,
        ends_at=WEDNESDAY_11 + HOUR,
    )  # fmt: skip
    factories.accounts.save(away, origin=factories.system())
    found = []
    for category in (factories.category("heating", world.vpn.service, world.other), world.payroll):
        ticket = new_ticket(category=category)
        actions.take(ticket.pk, origin=origin_of(world.mara, MONDAY_9))
        held(ticket, world.mara, until=WEDNESDAY_11)
        escalation.sweep_all(at=WEDNESDAY_11)
        told = Message.objects.filter(template="ticket_woken", subject_id=ticket.pk)
        found.append({m.recipient for m in told})

    assert found == [{world.mara, world.nadia}, {world.mara}]


def test_nothing_due_costs_one_statement_and_many_holds_cost_as_much_as_one(world, new_ticket):
    def statements(at):
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            escalation.sweep_all(at=at)
        words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        return sum(not q["sql"].startswith(words) for q in seen.captured_queries)

    held(new_ticket(), world.nadia, until=WEDNESDAY_11)
    assert statements(MONDAY_9 + HOUR) == 1
    one = statements(WEDNESDAY_11)
    for _ticket in range(20):
        held(new_ticket(), world.nadia, until=WEDNESDAY_11 + HOUR)

    assert statements(WEDNESDAY_11 + HOUR) == one
    assert Hold.objects.filter(woken_by="date").count() == 21


@pytest.mark.breaks_rows("a hold with an author that is none")
def test_a_ticket_that_cannot_be_read_does_not_keep_its_neighbours_asleep(
    world, new_ticket, caplog
):
    broken, fine = new_ticket(), new_ticket()
    for ticket in (broken, fine):
        held(ticket, world.nadia, until=WEDNESDAY_11)
    Clock.objects.filter(ticket=broken).update(fired=3)

    escalation.wake_all(at=WEDNESDAY_11)

    fine.refresh_from_db()
    broken.refresh_from_db()
    assert (broken.status, fine.status) == ("on_hold", "in_progress")
    assert f"ticket {broken.pk} cannot be woken" in caplog.text


def test_other_hours_move_when_a_hold_ends_by_itself(world, new_ticket):
    longest("problem", 10 * 3600)
    ticket = new_ticket()
    hold = held(ticket, world.nadia, reason=HoldReason.PROBLEM)

    sla.save_calendar(
        world.office, week=factories.ALWAYS, holidays={}, other_hours={}, origin=factories.system()
    )
    now = MONDAY_9 + 2 * HOUR
    with clock.frozen(now):
        tasks.read_clocks_anew()

    hold.refresh_from_db()
    assert hold.wake_at == hold.started_at + 10 * HOUR


def test_a_shorter_longest_time_wakes_at_once_and_not_in_the_past(world, new_ticket):
    longest("problem", 10 * 3600)
    ticket = new_ticket()
    hold = held(ticket, world.nadia, reason=HoldReason.PROBLEM)
    longest("problem", 3600)
    now = MONDAY_9 + 5 * HOUR

    with clock.frozen(now):
        tasks.read_clocks_anew()
        sweep()

    hold.refresh_from_db()
    assert (hold.ended_at, hold.woken_by) == (now, "limit")
