"""Clocks in the funnel: what stops them, what replays them, what they remember."""

from datetime import timedelta

import pytest

from audit.models import Event
from escalation import actions as escalation
from escalation.models import Firing, Handover
from notifications.models import Message
from sla import actions as sla
from sla import queries as policies
from sla.models import Target
from tests import factories
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions, tasks
from tickets.choices import HoldReason
from tickets.models import Clock, Hold
from tickets.queries.repairs import mended

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Eight office hours after nine o'clock are up when the office closes; one more is tomorrow's.
CLOSING, TUESDAY_9 = MONDAY_9 + 9 * HOUR, MONDAY_9 + 24 * HOUR


def clock_of(ticket, metric="resolution"):
    return Clock.objects.get(ticket=ticket, metric=metric)


@pytest.fixture
def strict(world):
    """An agreement for P1 alone: ten minutes, around the clock."""
    return factories.agreement(
        "strict", 5, seconds={"resolution": 600}, calendar=world.always,
        conditions={"priority": [1], "category": ["vpn"]},
    )  # fmt: skip


def test_a_higher_priority_replays_from_the_start_and_breaches_at_the_change(
    world, new_ticket, strict
):
    ticket = new_ticket()
    change = MONDAY_9 + HOUR

    actions.classify(
        ticket.pk, impact="everyone", urgency="blocked", origin=origin_of(world.nadia, change)
    )

    clock = clock_of(ticket)
    assert clock.due_at == MONDAY_9 + 10 * MINUTE
    assert (clock.state, clock.breached_at, clock.terms_since) == ("breached", change, change)
    assert escalation.sweep(at=change) == 1
    firing = Firing.objects.get(clock=clock, milestone="breach_hand_over")
    assert firing.due_at == MONDAY_9 + 10 * MINUTE
    ticket.refresh_from_db()
    assert ticket.level == 2


def test_a_lower_priority_relaxes_the_target_by_an_event_and_takes_nothing_back(
    world, new_ticket, strict
):
    ticket = new_ticket(impact="everyone", urgency="blocked")
    escalation.sweep(at=MONDAY_9 + 10 * MINUTE)
    change = MONDAY_9 + 20 * MINUTE

    actions.classify(
        ticket.pk, impact="person", urgency="can_work", origin=origin_of(world.reto, change)
    )

    ticket.refresh_from_db()
    clock = clock_of(ticket)
    relaxed = Event.objects.get(verb="ticket.target_relaxed")
    assert relaxed.changes["metric"][1] == "resolution"
    assert (clock.state, clock.breached_at) == ("running", None)
    assert (ticket.level, ticket.team) == (2, world.network)
    assert Handover.objects.get(ticket=ticket).state == "proposed"

    # The step was taken once; the new deadline of the same clock does not take it again.
    escalation.sweep(at=MONDAY_9 + 30 * HOUR)
    assert Firing.objects.filter(clock=clock, milestone="breach_hand_over").count() == 1
    assert Handover.objects.filter(ticket=ticket).count() == 1


def test_a_priority_back_and_forth_leaves_the_clock_as_it_was(world, new_ticket, strict):
    ticket = new_ticket()
    before = clock_of(ticket)

    for impact, urgency in (("everyone", "blocked"), (ticket.impact, ticket.urgency)):
        actions.classify(
            ticket.pk, impact=impact, urgency=urgency,
            origin=origin_of(world.nadia, MONDAY_9 + MINUTE),
        )  # fmt: skip

    after = clock_of(ticket)
    assert (after.due_at, after.state) == (before.due_at, before.state)


def test_the_time_between_solution_and_reopening_is_a_hold(world, new_ticket):
    ticket = new_ticket()
    assert clock_of(ticket).due_at == CLOSING
    actions.resolve(ticket.pk, resolution="x", origin=origin_of(world.nadia, MONDAY_9 + HOUR))

    actions.reopen(ticket.pk, origin=origin_of(world.sylvie, MONDAY_9 + 2 * HOUR))

    hold = Hold.objects.get(ticket=ticket)
    clock = clock_of(ticket)
    assert (hold.reason, hold.started_at, hold.ended_at) == (
        "resolved", MONDAY_9 + HOUR, MONDAY_9 + 2 * HOUR,
    )  # fmt: skip
    assert (clock.state, clock.stopped_at) == ("running", None)
    assert clock.due_at == TUESDAY_9
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopen_count, ticket.resolved_at) == ("in_progress", 1, None)


def test_waiting_for_the_requester_stops_the_fix_and_not_the_response(world, new_ticket):
    ticket = new_ticket()
    assert clock_of(ticket).due_at == CLOSING
    actions.hold(
        ticket.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia, MONDAY_9 + HOUR)
    )
    assert clock_of(ticket).state == "paused"
    assert clock_of(ticket).due_at is None
    assert clock_of(ticket, "first_response").state == "running"
    ticket.refresh_from_db()
    assert ticket.next_due_at == clock_of(ticket, "first_response").due_at

    actions.resume(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + 2 * HOUR))

    assert clock_of(ticket).due_at == TUESDAY_9


def test_waiting_for_a_supplier_stops_nothing_and_breaches(world, new_ticket):
    ticket = new_ticket(category=world.live)
    actions.hold(
        ticket.pk, reason=HoldReason.SUPPLIER, until=MONDAY_9 + HOUR,
        origin=origin_of(world.nadia, MONDAY_9),
    )  # fmt: skip

    escalation.sweep(at=MONDAY_9 + timedelta(seconds=20))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.level, clock_of(ticket).state) == ("on_hold", 2, "breached")
    assert Hold.objects.get(ticket=ticket).ended_at is None


def waits(ticket, world, at, **more):
    """Let a ticket wait for a supplier, in other words each time."""
    actions.hold(
        ticket.pk, reason=HoldReason.SUPPLIER, until=MONDAY_9 + 24 * HOUR, note=str(at),
        origin=origin_of(world.nadia, at), **more,
    )  # fmt: skip


def test_a_supplier_is_late_however_often_the_hold_is_edited(world, new_ticket):
    factories.agreement(
        "by-others", 10, kind="uc", calendar=world.always, seconds={"supplier": 3_600}
    )
    ticket = new_ticket()

    for minutes in (0, 30, 90):
        waits(ticket, world, MONDAY_9 + minutes * MINUTE)

    clock = clock_of(ticket, "supplier")
    assert (clock.started_at, clock.due_at) == (MONDAY_9, MONDAY_9 + HOUR)
    assert (clock.state, clock.stopped_at) == ("breached", None)
    actions.resume(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + 2 * HOUR))
    clock.refresh_from_db()
    assert (clock.state, clock.stopped_at) == ("missed", MONDAY_9 + 2 * HOUR)
    ticket.refresh_from_db()
    assert mended([ticket], at=MONDAY_9 + 2 * HOUR) == []


def test_another_supplier_begins_anew(world, new_ticket):
    factories.agreement(
        "by-others", 10, kind="uc", calendar=world.always, seconds={"supplier": 3_600}
    )
    acme = factories.Organisation(name="Acme", slug="acme", kind="supplier")
    factories.accounts.save(acme, origin=factories.system())
    ticket = new_ticket()

    waits(ticket, world, MONDAY_9)
    waits(ticket, world, MONDAY_9 + 30 * MINUTE, supplier=acme)

    found = Clock.objects.filter(ticket=ticket, metric="supplier").order_by("run")
    assert [(c.state, c.due_at) for c in found] == [
        ("met", MONDAY_9 + HOUR), ("running", MONDAY_9 + 90 * MINUTE),
    ]  # fmt: skip


@pytest.fixture
def accepting(world):
    """Teams promise each other to accept a ticket within the hour."""
    return factories.agreement(
        "between", 10, kind="ola", calendar=world.always, seconds={"acceptance": 3_600}
    )


def acceptances(ticket):
    """Return the states of the acceptances of a ticket, one for each team that had it."""
    found = Clock.objects.filter(ticket=ticket, metric="acceptance").order_by("run")
    return list(found.values_list("state", flat=True))


def test_a_team_that_refuses_or_passes_on_has_not_accepted(world, new_ticket, accepting):
    ticket = new_ticket()
    by = origin_of(world.nadia, MONDAY_9 + MINUTE)
    escalation.hand_over(ticket.pk, team=world.network, reason="…", origin=by)
    assert acceptances(ticket) == ["cancelled", "running"]

    by = origin_of(world.reto, MONDAY_9 + 2 * MINUTE)
    escalation.hand_back(ticket.pk, reason="Not ours.", origin=by)
    assert acceptances(ticket) == ["cancelled", "cancelled", "running"]

    actions.take(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + 3 * MINUTE))
    by = origin_of(world.nadia, MONDAY_9 + 4 * MINUTE)
    escalation.hand_over(ticket.pk, team=world.network, reason="…", origin=by)
    assert acceptances(ticket) == ["cancelled", "cancelled", "met", "running"]
    ticket.refresh_from_db()
    assert mended([ticket], at=MONDAY_9 + 4 * MINUTE) == []


def test_a_promise_that_comes_back_is_late_from_then_on(world, new_ticket):
    factories.agreement(
        "no-first-word", 5, seconds={"resolution": 36_000}, calendar=world.always,
        conditions={"priority": [1], "category": ["vpn"]},
    )  # fmt: skip
    ticket, back = new_ticket(), MONDAY_9 + 3 * HOUR
    nadia = world.nadia
    by = origin_of(nadia, MONDAY_9 + HOUR)
    actions.classify(ticket.pk, impact="everyone", urgency="blocked", origin=by)
    assert clock_of(ticket, "first_response").state == "cancelled"

    by = origin_of(nadia, back)
    actions.classify(ticket.pk, impact="person", urgency="can_work", origin=by)

    clock = clock_of(ticket, "first_response")
    assert clock.due_at == MONDAY_9 + 2 * HOUR
    assert (clock.state, clock.breached_at, clock.terms_since) == ("breached", back, back)
    ticket.refresh_from_db()
    assert mended([ticket], at=back) == []


def test_resolved_in_the_second_of_the_deadline_is_met_and_never_escalated(world, new_ticket):
    ticket = new_ticket(category=world.live)
    due = clock_of(ticket).due_at

    actions.resolve(ticket.pk, resolution="x", origin=origin_of(world.nadia, due))

    assert clock_of(ticket).state == "met"
    assert escalation.sweep(at=due + HOUR) == 0
    ticket.refresh_from_db()
    assert ticket.level == 1


def test_resolved_late_before_any_sweep_is_missed_at_its_deadline(world, new_ticket):
    ticket = new_ticket(category=world.live)
    due = clock_of(ticket).due_at

    actions.resolve(ticket.pk, resolution="x", origin=origin_of(world.nadia, due + MINUTE))

    clock = clock_of(ticket)
    assert (clock.state, clock.breached_at) == ("missed", due)
    assert escalation.sweep(at=due + HOUR) == 0


def test_a_cancelled_ticket_stops_its_clocks_for_good(world, new_ticket):
    ticket = new_ticket(category=world.live)
    actions.cancel(ticket.pk, reason="Found it.", origin=origin_of(world.sylvie, MONDAY_9))

    assert clock_of(ticket).state == "cancelled"
    assert escalation.sweep(at=MONDAY_9 + HOUR) == 0
    ticket.refresh_from_db()
    assert ticket.next_due_at is None


def test_a_step_passed_unseen_before_a_pause_is_taken_after_it(world, new_ticket):
    ticket = new_ticket(category=world.live)
    warned = MONDAY_9 + timedelta(seconds=16)
    actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia, warned))
    assert escalation.sweep(at=warned + HOUR) == 0

    actions.resume(ticket.pk, origin=origin_of(world.nadia, warned + HOUR))

    assert escalation.sweep(at=warned + HOUR) == 1
    assert Firing.objects.get(clock__ticket=ticket).milestone == "warn_75"


def test_a_relaxation_by_a_changed_policy_is_an_event_too(world, new_ticket):
    """Nothing un-escalates silently, not even when no person touches the ticket."""
    ticket = new_ticket(category=world.live)
    target = Target.objects.get(agreement__slug="live")
    target.seconds = [36_000] * 5
    late = MONDAY_9 + timedelta(seconds=20)
    escalation.sweep(at=late)
    assert clock_of(ticket).state == "breached"

    sla.save(target, origin=factories.system(late))
    actions.take(ticket.pk, origin=origin_of(world.reto, late + MINUTE))
    actions.classify(ticket.pk, impact="site", origin=origin_of(world.reto, late + MINUTE))

    assert clock_of(ticket).state == "running"
    assert Event.objects.filter(verb="ticket.target_relaxed").count() == 1


def test_messages_of_a_warning_go_to_whoever_works_on_it(world, new_ticket):
    ticket = new_ticket(category=world.live, by=world.nadia, channel="phone")

    escalation.sweep(at=MONDAY_9 + timedelta(seconds=15))

    told = Message.objects.filter(template="ticket_at_risk")
    assert [m.recipient for m in told] == [world.nadia]
    ticket.refresh_from_db()
    assert ticket.level == 1


def test_a_changed_policy_reaches_open_tickets_that_nobody_touches(world, new_ticket):
    open_one, paused, over = (new_ticket(at=None) for _ in range(3))
    actions.hold(paused.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia))
    actions.resolve(over.pk, resolution="x", origin=origin_of(world.nadia))
    before = clock_of(over).target_seconds
    target = Target.objects.get(agreement__slug="standard", metric="resolution")
    target.calendar, target.seconds = world.always, [600] * 5

    sla.save(target, origin=factories.system())
    tasks.read_clocks_anew(revision="another")  # of a change that a later one has overtaken
    assert clock_of(open_one).target_seconds == before
    tasks.read_clocks_anew(revision=policies.revision())

    clock = clock_of(open_one)
    assert clock.due_at == clock.started_at.replace(microsecond=0) + 10 * MINUTE
    assert clock.next_action_at == clock.started_at.replace(microsecond=0) + 7.5 * MINUTE
    assert (clock_of(paused).target_seconds, clock_of(over).target_seconds) == (600, before)
    open_one.refresh_from_db()
    assert open_one.next_due_at == clock.due_at


def test_hours_that_are_changed_make_nobody_late_before_the_change(world, new_ticket):
    ticket = new_ticket()
    change = MONDAY_9 + 8 * HOUR + 30 * MINUTE
    assert clock_of(ticket).due_at == CLOSING

    sla.save_calendar(
        world.office, week=factories.ALWAYS, holidays={}, other_hours={},
        origin=factories.system(change),
    )  # fmt: skip
    actions.read_anew(after=0, origin=factories.system(change))

    clock = clock_of(ticket)
    assert clock.due_at == MONDAY_9 + 8 * HOUR
    assert (clock.state, clock.breached_at) == ("breached", change)
    escalation.sweep(at=change)
    assert Handover.objects.filter(ticket=ticket, trigger="breach").count() == 1


@pytest.mark.breaks_rows("a clock that nobody can read")
def test_one_ticket_that_cannot_be_read_does_not_keep_the_others_from_new_terms(
    world, new_ticket, caplog
):
    broken, fine = new_ticket(), new_ticket()
    Clock.objects.filter(ticket=broken).update(fired=42)
    target = Target.objects.get(agreement__slug="standard", metric="resolution")
    target.seconds = [600] * 5
    sla.save(target, origin=factories.system())

    tasks.read_clocks_anew(revision=policies.revision())

    assert clock_of(fine).target_seconds == 600
    assert f"ticket {broken.pk} cannot be read anew" in caplog.text
