"""A published version laid on open tickets, and taken back again: rows as they were."""

from datetime import timedelta

import pytest

from audit.models import Event
from common import clock
from escalation import actions as escalation
from escalation.models import Firing, Handover
from sla import actions as sla
from sla.choices import Metric
from sla.models import Agreement, Target
from tests import factories
from tests.factories import World, origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.actions import jobs, rehearsal
from tickets.actions.replays import JOBS
from tickets.choices import HoldReason, ReplayState
from tickets.models import Clock, Replay, Ticket

HOUR = timedelta(hours=1)
CLOSING = MONDAY_9 + 9 * HOUR  # eight working hours after nine, with an hour for lunch


def draft_of(slug: str, seconds: int, **more: object) -> Agreement:
    """Return a draft of the next version: the fix in so many seconds, all else as it is."""
    old = Agreement.objects.filter(slug=slug).latest("version")
    draft = Agreement(
        slug=slug, version=old.version + 1, names=old.names, order=old.order, kind=old.kind,
        conditions=more.get("conditions", old.conditions),
    )  # fmt: skip
    sla.save(draft, origin=factories.system())
    for target in old.targets.all():
        is_fix = target.metric == Metric.RESOLUTION
        allowed = seconds if is_fix else min(seconds, target.seconds[0])
        sla.save(
            Target(
                agreement=draft, metric=target.metric, calendar=target.calendar,
                seconds=[allowed] * 5, pause_reasons=target.pause_reasons,
            ),
            origin=factories.system(),
        )  # fmt: skip
    return draft


def published(world: World, draft: Agreement, at) -> Replay:
    """Publish a draft at an instant and lay it on the open tickets, to the end."""
    with clock.frozen(at):
        _agreement, replay = actions.publish(
            draft, open_too=True, origin=origin_of(world.beat, at)
        )
    assert replay is not None
    return worked(replay, at)


def worked(replay: Replay, at) -> Replay:
    """Work on a job to its end, at one instant."""
    with clock.frozen(at):
        jobs.run(replay.pk, JOBS)
    replay.refresh_from_db()
    return replay


def rows(*tickets: Ticket) -> list[dict[str, object]]:
    """Return every column of the tickets' clocks, and their own that timing is made of."""
    clocks = Clock.objects.filter(ticket__in=tickets).order_by("pk")
    own = Ticket.objects.filter(pk__in=[t.pk for t in tickets]).order_by("pk")
    return [*clocks.values(), *own.values("agreed_at", "next_due_at", "status", "level")]


def test_open_tickets_are_agreed_on_anew_and_others_are_left_alone(world, new_ticket):
    mine, live, over = new_ticket(), new_ticket(category=world.live), new_ticket()
    actions.resolve(over.pk, resolution="x", origin=origin_of(world.nadia, MONDAY_9 + HOUR))
    before = rows(live, over)
    at = MONDAY_9 + 2 * HOUR

    replay = published(world, draft_of("standard", 4 * 3600), at)

    assert replay.state == ReplayState.DONE
    clock_of = Clock.objects.get(ticket=mine, metric="resolution")
    assert (clock_of.target_seconds, clock_of.due_at) == (4 * 3600, MONDAY_9 + 5 * HOUR)
    assert clock_of.agreement == replay.agreement
    assert rows(live, over) == before
    event = Event.objects.get(verb="ticket.terms_changed")
    assert (event.subject_id, event.actor) == (mine.pk, world.beat)
    assert event.changes["due"] == [
        {"resolution": "2026-03-02T17:00:00+00:00"}, {"resolution": "2026-03-02T13:00:00+00:00"},
    ]  # fmt: skip
    assert replay.result["reached"] == {"open": 1, "ended": 0}


def test_what_is_overdue_by_the_new_terms_is_late_once_from_the_change_on(world, new_ticket):
    ticket, at = new_ticket(), MONDAY_9 + 5 * HOUR
    actions.take(ticket.pk, origin=origin_of(world.nadia, MONDAY_9 + HOUR))

    replay = published(world, draft_of("standard", 3600), at)

    clock_of = Clock.objects.get(ticket=ticket, metric="resolution")
    assert (clock_of.state, clock_of.breached_at) == ("breached", at)
    assert replay.result["late"] == {"open": 1, "ended": 0}
    assert [r["ticket"] for r in replay.result["late_open_rows"]] == [ticket.pk]
    events = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk)
    assert events.get(verb="ticket.terms_changed").changes["late"] == [None, ["resolution"]]


def test_what_is_late_no_more_is_said_and_never_silent(world, new_ticket):
    ticket = new_ticket(category=world.live)
    escalation.sweep(at=MONDAY_9 + timedelta(seconds=20))

    replay = published(world, draft_of("live", 36_000), MONDAY_9 + HOUR)

    assert replay.result["in_time"] == {"open": 1, "ended": 0}
    verbs = list(
        Event.objects.filter(subject_type="ticket", subject_id=ticket.pk)
        .order_by("seq")
        .values_list("verb", flat=True)
    )
    assert verbs[-2:] == ["ticket.terms_changed", "ticket.target_relaxed"]
    ticket.refresh_from_db()
    assert ticket.level == 2


def test_a_recalculation_taken_back_leaves_every_row_as_it_was(world, new_ticket):
    plain, waits, late, soon = (new_ticket() for _ in range(4))
    actions.hold(
        waits.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia, MONDAY_9 + HOUR / 4)
    )
    fast = new_ticket(category=world.live)
    escalation.sweep(at=MONDAY_9 + timedelta(seconds=30))
    everything = (plain, waits, late, soon, fast)
    before = rows(*everything)
    first = published(world, draft_of("standard", 4 * 3600), MONDAY_9 + HOUR / 2)
    second = rows(*everything)
    with clock.frozen(MONDAY_9 + HOUR):
        taking = actions.undo(first.pk, origin=origin_of(world.beat, MONDAY_9 + HOUR))

    worked(taking, MONDAY_9 + HOUR)

    assert taking.state == ReplayState.DONE
    assert second != before
    assert rows(*everything) == before
    old, new = Agreement.objects.filter(slug="standard").order_by("version")
    assert (old.valid_until, new.valid_until) == (None, new.valid_from)
    first.refresh_from_db()
    assert first.undone == taking


def test_what_was_late_before_is_late_from_then_again(world, new_ticket):
    ticket = new_ticket(category=world.live)
    escalation.sweep(at=MONDAY_9 + timedelta(seconds=20))
    before = rows(ticket)
    first = published(world, draft_of("live", 36_000), MONDAY_9 + HOUR)
    with clock.frozen(MONDAY_9 + 2 * HOUR):
        taking = actions.undo(first.pk, origin=origin_of(world.beat, MONDAY_9 + 2 * HOUR))

    worked(taking, MONDAY_9 + 2 * HOUR)

    assert rows(ticket) == before
    assert escalation.sweep(at=MONDAY_9 + 2 * HOUR) == 0
    assert Handover.objects.count() == 1


def test_what_was_escalated_meanwhile_stays_escalated_and_is_said(world, new_ticket):
    ticket, at = new_ticket(), MONDAY_9 + 5 * HOUR
    draft = draft_of("standard", 3600)
    factories.step(draft.targets.get(metric="resolution"), "breach_hand_over")
    first = published(world, draft, at)
    assert escalation.sweep(at=at + timedelta(seconds=1)) == 1
    with clock.frozen(at + HOUR / 2):
        taking = actions.undo(first.pk, origin=origin_of(world.beat, at + HOUR / 2))

    worked(taking, at + HOUR / 2)

    ticket.refresh_from_db()
    assert (ticket.level, ticket.agreed_at) == (2, None)
    assert taking.result["escalated"] == {"open": 1, "ended": 0}
    assert taking.result["escalated_rows"] == [{"ticket": ticket.pk}]
    clock_of = Clock.objects.get(ticket=ticket, metric="resolution")
    assert (clock_of.state, clock_of.due_at) == ("running", CLOSING)
    assert Firing.objects.filter(clock=clock_of).count() == 1


def test_tickets_opened_under_a_version_taken_back_are_read_by_the_one_that_goes_on(
    world, new_ticket
):
    first = published(world, draft_of("standard", 3600), MONDAY_9)
    between = new_ticket(at=MONDAY_9 + HOUR / 2)
    at = MONDAY_9 + HOUR
    assert Clock.objects.get(ticket=between, metric="resolution").target_seconds == 3600
    with clock.frozen(at):
        taking = actions.undo(first.pk, origin=origin_of(world.beat, at))
    worked(taking, at)

    actions.read_anew(after=0, origin=factories.system(at))

    clock_of = Clock.objects.get(ticket=between, metric="resolution")
    assert clock_of.target_seconds == 8 * 3600
    assert Event.objects.filter(verb="ticket.due_moved", subject_id=between.pk).count() == 1


@pytest.mark.parametrize("hours", [24, 30])
def test_after_a_day_nothing_is_taken_back(world, new_ticket, hours):
    new_ticket()
    first = published(world, draft_of("standard", 3600), MONDAY_9)

    with pytest.raises(actions.CannotUndo, match="24 hours"):
        actions.undo(first.pk, origin=origin_of(world.beat, MONDAY_9 + hours * HOUR))


def test_nothing_is_taken_back_after_something_newer_was_published(world, new_ticket):
    new_ticket()
    first = published(world, draft_of("standard", 3600), MONDAY_9)
    second = published(world, draft_of("live", 60), MONDAY_9 + HOUR)
    at = MONDAY_9 + 2 * HOUR

    with pytest.raises(actions.CannotUndo, match="newer"):
        actions.undo(first.pk, origin=origin_of(world.beat, at))
    with clock.frozen(at):
        worked(actions.undo(second.pk, origin=origin_of(world.beat, at)), at)
    # What was taken back was never in force: the one before it can be taken back again.
    with clock.frozen(at):
        worked(actions.undo(first.pk, origin=origin_of(world.beat, at)), at)
    with pytest.raises(actions.CannotUndo, match="already"):
        actions.undo(first.pk, origin=origin_of(world.beat, at))


def test_a_changed_calendar_tells_of_each_ticket_whose_due_moved_and_of_no_other(
    world, new_ticket
):
    moved, live = new_ticket(), new_ticket(category=world.live)
    at = MONDAY_9 + HOUR
    sla.save_calendar(
        world.office, week=factories.ALWAYS, holidays={}, other_hours={},
        origin=factories.system(at),
    )  # fmt: skip

    actions.read_anew(after=0, origin=factories.system(at))
    actions.read_anew(after=0, origin=factories.system(at))

    event = Event.objects.get(verb="ticket.due_moved")
    assert event.subject_id == moved.pk
    assert live.pk != moved.pk


def test_a_rehearsal_says_what_publishing_then_stores(world, new_ticket):
    tickets = [new_ticket(at=MONDAY_9 + n * HOUR / 4) for n in range(12)]
    actions.hold(
        tickets[3].pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia, MONDAY_9 + HOUR)
    )
    draft, at = draft_of("standard", 2 * 3600), MONDAY_9 + 4 * HOUR

    foreseen = rehearsal.preview(draft, at=at)
    replay = published(world, draft, at)

    kept = ("reached", "moved", "late", "late_open_rows", "in_time", "in_time_open_rows")
    assert foreseen["late"]["open"] > 0
    assert {k: foreseen.get(k) for k in kept} == {k: replay.result.get(k) for k in kept}


def test_no_version_follows_one_that_is_being_taken_back(world, new_ticket):
    new_ticket()
    first = published(world, draft_of("standard", 3600), MONDAY_9)
    by = origin_of(world.beat, MONDAY_9 + HOUR)
    taking = actions.undo(first.pk, origin=by)
    draft = draft_of("standard", 1800)

    with pytest.raises(actions.BeingTakenBack):
        actions.publish(draft, open_too=False, origin=by)
    worked(taking, MONDAY_9 + HOUR)
    actions.publish(draft, open_too=False, origin=by)

    in_force = Agreement.objects.filter(slug="standard", valid_until=None)
    assert in_force.get() == draft


def test_an_agreement_that_was_retired_since_is_not_brought_back(world, new_ticket):
    new_ticket()
    first = published(world, draft_of("standard", 3600), MONDAY_9)
    by = origin_of(world.beat, MONDAY_9 + HOUR)
    second = published(world, draft_of("live", 3600), MONDAY_9 + HOUR / 2)
    taking = actions.undo(second.pk, origin=by)
    for slug in ("standard", "live"):
        sla.retire(slug, origin=by)

    worked(taking, MONDAY_9 + HOUR)

    assert (taking.state, taking.error) == (ReplayState.FAILED, "superseded")
    assert "retired" in actions.why_not_undo(second, at=MONDAY_9 + HOUR)
    first.refresh_from_db()
    assert actions.why_not_undo(first, at=MONDAY_9 + HOUR) != ""
    assert not Agreement.objects.filter(slug__in=["standard", "live"], valid_until=None).exists()


def test_a_ticket_left_out_keeps_the_version_in_force_until_it_is_taken_back_again(
    world, new_ticket
):
    plain, odd = new_ticket(), new_ticket(category=world.live)
    first = published(world, draft_of("standard", 3600), MONDAY_9)
    version, at = first.agreement, MONDAY_9 + HOUR
    # Nothing tells what was agreed for it before.
    Ticket.objects.filter(pk=odd.pk).update(agreed_at=version.valid_from)

    taking = worked(actions.undo(first.pk, origin=origin_of(world.beat, at)), at)

    version.refresh_from_db()
    plain.refresh_from_db()
    assert (taking.state, taking.error) == (ReplayState.FAILED, "left_out")
    assert taking.result["left_out_rows"] == [{"ticket": odd.pk}]
    assert (plain.agreed_at, version.valid_until) == (None, None)

    Ticket.objects.filter(pk=odd.pk).update(agreed_at=None)
    again = worked(actions.undo(first.pk, origin=origin_of(world.beat, at)), at)
    version.refresh_from_db()
    assert (again.state, version.valid_until) == (ReplayState.DONE, version.valid_from)
