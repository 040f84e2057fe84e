"""The funnel: all of a change or nothing of it, one change after the other."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from audit.models import Event
from common.errors import InvalidInput, NotAllowed, StaleRecord
from escalation import actions as escalation
from notifications.models import Message
from tests.factories import origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.choices import EntryKind, HoldReason, Status
from tickets.errors import MoveNotPossible
from tickets.models import Clock, Entry, Hold, Ticket

LATER = MONDAY_9 + timedelta(hours=1)


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Event, Message, Entry, Hold, Clock))


def test_a_resolution_moves_status_clock_history_and_outbox_together(world, new_ticket):
    ticket = new_ticket()

    actions.resolve(ticket.pk, resolution="New profile.", origin=origin_of(world.nadia, LATER))

    ticket.refresh_from_db()
    clocks = {c.metric: c for c in ticket.clocks.all()}
    event = Event.objects.get(verb="ticket.resolved")
    assert (ticket.status, ticket.resolved_at, ticket.responded_at) == ("resolved", LATER, LATER)
    assert {c.state for c in clocks.values()} == {"met"}
    assert clocks["resolution"].stopped_at == LATER
    assert event.changes["status"] == ["new", "resolved"]
    assert (event.seq, event.actor, event.at) == (2, world.nadia, LATER)
    told = Message.objects.filter(template="ticket_resolved")
    assert [m.recipient for m in told] == [world.sylvie]


def test_who_may_not_changes_nothing_whatever_the_verb(world, new_ticket):
    ticket = new_ticket()
    before = rows()
    stranger, colleague = origin_of(world.stranger, LATER), origin_of(world.mara, LATER)
    tries = [
        lambda by: actions.take(ticket.pk, origin=by),
        lambda by: actions.assign(ticket.pk, None, origin=by),
        lambda by: actions.reply(ticket.pk, body="x", origin=by),
        lambda by: actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=by),
        lambda by: actions.resume(ticket.pk, origin=by),
        lambda by: actions.resolve(ticket.pk, resolution="x", origin=by),
        lambda by: actions.reopen(ticket.pk, origin=by),
        lambda by: actions.close(ticket.pk, origin=by),
        lambda by: actions.cancel(ticket.pk, origin=by),
        lambda by: actions.classify(ticket.pk, impact="everyone", origin=by),
        lambda by: escalation.hand_over(ticket.pk, team=world.other, reason="x", origin=by),
    ]
    for ask in tries:
        for by in (stranger, colleague):
            with pytest.raises(NotAllowed):
                ask(by)
    with pytest.raises(NotAllowed):
        actions.note(ticket.pk, body="x", origin=stranger)

    assert rows() == before
    assert Ticket.objects.get(pk=ticket.pk).version == 1


def test_a_colleague_of_another_team_may_note_but_not_work(world, new_ticket):
    ticket = new_ticket()

    actions.note(ticket.pk, body="Seen at our site, too.", origin=origin_of(world.mara, LATER))

    assert Entry.objects.get(ticket=ticket, kind=EntryKind.NOTE).author == world.mara


def test_a_change_that_changes_nothing_writes_nothing(world, new_ticket):
    ticket = new_ticket()
    nadia = origin_of(world.nadia, LATER)
    actions.take(ticket.pk, origin=nadia)
    before = rows()

    for _click in range(2):
        actions.take(ticket.pk, origin=nadia)
        actions.assign(ticket.pk, world.nadia, origin=nadia)
        actions.resume(ticket.pk, origin=nadia)
        actions.classify(ticket.pk, impact=ticket.impact, origin=nadia)

    assert rows() == before
    assert Ticket.objects.get(pk=ticket.pk).version == 2


def test_a_second_click_on_resolve_is_harmless_and_another_solution_is_refused(world, new_ticket):
    ticket = new_ticket()
    nadia = origin_of(world.nadia, LATER)
    actions.resolve(ticket.pk, resolution="New profile.", origin=nadia)
    before = rows()

    actions.resolve(ticket.pk, resolution=" New profile. ", origin=nadia)
    with pytest.raises(MoveNotPossible):
        actions.resolve(ticket.pk, resolution="Something else.", origin=nadia)

    assert rows() == before
    assert Ticket.objects.get(pk=ticket.pk).resolution == "New profile."


@pytest.mark.parametrize("status", ["new", "on_hold", "in_progress"])
def test_only_a_resolved_ticket_is_reopened(world, new_ticket, status):
    ticket = new_ticket()
    nadia = origin_of(world.nadia, LATER)
    if status != "new":
        actions.take(ticket.pk, origin=nadia)
    if status == "on_hold":
        actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=nadia)
    before = rows()

    with pytest.raises(MoveNotPossible):
        actions.reopen(ticket.pk, reason="No.", origin=origin_of(world.sylvie, LATER))

    assert rows() == before
    assert Ticket.objects.get(pk=ticket.pk).status == status


def test_resuming_neither_starts_a_new_ticket_nor_reopens_a_resolved_one(world, new_ticket):
    ticket = new_ticket()
    nadia = origin_of(world.nadia, LATER)
    with pytest.raises(MoveNotPossible):
        actions.resume(ticket.pk, origin=nadia)
    actions.resolve(ticket.pk, resolution="New profile.", origin=nadia)

    with pytest.raises(MoveNotPossible):
        actions.resume(ticket.pk, origin=nadia)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.RESOLVED


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_an_ended_ticket_keeps_its_numbers(world, new_ticket, end):
    ticket = new_ticket()
    nadia = origin_of(world.nadia, LATER)
    if end == "close":
        actions.resolve(ticket.pk, resolution="New profile.", origin=nadia)
    getattr(actions, end)(ticket.pk, origin=nadia)
    before = rows(), sorted(Clock.objects.values_list())

    for ask in (
        lambda: actions.classify(ticket.pk, impact="everyone", urgency="blocked", origin=nadia),
        lambda: actions.reopen(ticket.pk, origin=nadia),
        lambda: actions.take(ticket.pk, origin=nadia),
        lambda: escalation.hand_over(ticket.pk, team=world.network, reason="x", origin=nadia),
        lambda: actions.reply(ticket.pk, body="x", origin=nadia),
    ):
        with pytest.raises((MoveNotPossible, InvalidInput)):
            ask()

    assert (rows(), sorted(Clock.objects.values_list())) == before


def test_a_hold_that_promises_a_date_needs_one_and_it_lies_ahead(world, new_ticket):
    ticket = new_ticket()
    nadia = origin_of(world.nadia, LATER)
    for reason in (HoldReason.SUPPLIER, HoldReason.PART, HoldReason.SCHEDULED):
        for until in (None, LATER):
            with pytest.raises(InvalidInput) as refused:
                actions.hold(ticket.pk, reason=reason, until=until, origin=nadia)
            assert refused.value.field == "until"
    with pytest.raises(InvalidInput):
        actions.hold(ticket.pk, reason=HoldReason.RESOLVED, origin=nadia)
    assert not Hold.objects.exists()

    tomorrow = LATER + timedelta(days=1)
    actions.hold(ticket.pk, reason=HoldReason.SUPPLIER, until=tomorrow, origin=nadia)

    assert Hold.objects.get(ticket=ticket).until == tomorrow


def test_an_answer_of_the_requester_ends_the_waiting_for_them_and_no_other(world, new_ticket):
    waits, ordered = new_ticket(), new_ticket()
    nadia, sylvie = origin_of(world.nadia, LATER), origin_of(world.sylvie, LATER)
    actions.reply(waits.pk, body="Which VPN?", then=Status.ON_HOLD, origin=nadia)
    actions.hold(ordered.pk, reason=HoldReason.PART, until=LATER + timedelta(days=1), origin=nadia)

    for ticket in (waits, ordered):
        actions.reply(ticket.pk, body="The old one.", origin=sylvie)

    assert Ticket.objects.get(pk=waits.pk).status == Status.IN_PROGRESS
    assert Ticket.objects.get(pk=ordered.pk).status == Status.ON_HOLD


def test_history_can_be_neither_changed_nor_deleted(world, new_ticket):
    event = Event.objects.get(subject_type="ticket", subject_id=new_ticket().pk)

    for sql in ("UPDATE audit_event SET verb = 'x' WHERE id = %s",
                "DELETE FROM audit_event WHERE id = %s"):  # fmt: skip
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [event.pk])


def at_once(*asks):
    """Run callables at the same moment, each in a thread; return what each gave or raised."""
    barrier, answers = threading.Barrier(len(asks)), [None] * len(asks)

    def run(place, ask):
        try:
            barrier.wait()
            answers[place] = ask()
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(asks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_two_who_resolve_at_once_one_wins_and_one_is_told(world, new_ticket):
    ticket = new_ticket()

    answers = at_once(
        *(
            lambda person=person: actions.resolve(
                ticket.pk, resolution=f"By {person}.", seen_version=1, origin=origin_of(person)
            )
            for person in (world.nadia, world.chiara)
        )
    )

    lost = [a for a in answers if isinstance(a, Exception)]
    assert [type(a) for a in lost] in ([StaleRecord], [MoveNotPossible])
    assert Event.objects.filter(verb="ticket.resolved").count() == 1
    assert Message.objects.filter(template="ticket_resolved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_one_gets_it_and_one_is_told(world, new_ticket):
    ticket = new_ticket()

    answers = at_once(
        *(
            lambda person=person: actions.take(ticket.pk, seen_version=1, origin=origin_of(person))
            for person in (world.nadia, world.chiara)
        )
    )

    assert [type(a) for a in answers if isinstance(a, Exception)] == [StaleRecord]
    event = Event.objects.get(verb="ticket.taken")
    assert Ticket.objects.get(pk=ticket.pk).assignee_id == event.actor_id


@pytest.mark.django_db(transaction=True)
def test_a_change_that_waited_for_a_move_to_another_team_sees_the_new_team(world, new_ticket):
    """The joined rows of a locking read are those of before the wait: they must be read again."""
    ticket = new_ticket()
    has_moved, answers = threading.Event(), []

    def note():
        try:
            has_moved.wait()
            answers.append(actions.note(ticket.pk, body="Me, too.", origin=origin_of(world.nadia)))
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            answers.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=note)
    thread.start()
    with transaction.atomic():
        escalation.hand_over(
            ticket.pk, team=world.network, reason="Cable.", origin=origin_of(world.nadia)
        )
        has_moved.set()
        _until_somebody_waits_for_a_lock()
    thread.join()

    assert answers[0].team == world.network
    assert answers[0].assignee == world.reto
    assert list(Event.objects.filter(subject_type="ticket").values_list("seq", flat=True)) == [
        1,
        2,
        3,
    ]


def _until_somebody_waits_for_a_lock():
    for _try in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waited")


@pytest.mark.django_db(transaction=True)
def test_the_moments_of_a_history_never_run_backwards(world, new_ticket):
    """A hand-over that waited for the lock happens when it got it."""
    ticket = new_ticket(at=None)
    release = threading.Event()
    answers = []

    def move():
        try:
            release.wait()
            answers.append(
                escalation.hand_over(
                    ticket.pk, team=world.network, reason="Cable.", origin=origin_of(world.chiara)
                )
            )
        finally:
            connections.close_all()

    thread = threading.Thread(target=move)
    thread.start()
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=ticket.pk)
        release.set()
        _until_somebody_waits_for_a_lock()
        actions.note(ticket.pk, body="First.", origin=origin_of(world.nadia))
    thread.join()

    moments = list(
        Event.objects.filter(subject_type="ticket").order_by("seq").values_list("at", flat=True)
    )
    assert len(answers) == 1
    assert moments == sorted(moments)


def test_an_agent_who_asked_for_help_may_also_be_the_one_who_solves_it(world, new_ticket):
    own = new_ticket(requester=world.nadia, by=world.nadia)
    other = new_ticket(requester=world.mara, by=world.mara)

    actions.reply(own.pk, body="Solved.", then=Status.RESOLVED, origin=origin_of(world.nadia))
    actions.reply(other.pk, body="Any news?", then=Status.RESOLVED, origin=origin_of(world.mara))

    own.refresh_from_db()
    other.refresh_from_db()
    # Mara does not work for the service desk: hers is a requester's question.
    assert (own.status, other.status) == ("resolved", "new")
