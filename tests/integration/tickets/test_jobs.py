"""Background jobs over many tickets: chunk by chunk, stopped, resumed, and never twice."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Team
from audit.models import Event
from common import clock
from common.errors import InvalidInput
from tests import factories
from tests.factories import origin_of
from tickets.actions import jobs
from tickets.choices import ReplayKind, ReplayState
from tickets.models import Replay, Ticket


def counting(size: int = 2, refused: int | None = None) -> jobs.Job:
    """Return a job that writes down each ticket it comes by, and cannot read one of them."""

    def work(replay, ids, _origin):
        if refused in ids:
            raise InvalidInput("This one cannot be read.")
        replay.result["seen"] = [*replay.result.get("seen", []), *ids]

    def close(replay, _origin):
        replay.result["closed"] = True

    return jobs.Job(rows=lambda _r: Ticket.objects.all(), work=work, close=close, size=size)


@pytest.fixture
def tickets(new_ticket) -> list[Ticket]:
    return [new_ticket() for _ in range(5)]


@pytest.fixture
def replay(world, tickets) -> Replay:
    origin = origin_of(world.beat).timed(clock.now)
    with transaction.atomic():
        return jobs.ask(ReplayKind.REPAIR, origin=origin)


def run(replay: Replay, job: jobs.Job) -> Replay:
    jobs.run(replay.pk, {ReplayKind.REPAIR: job})
    replay.refresh_from_db()
    return replay


def test_a_job_comes_by_every_ticket_once_and_closes(tickets, replay, world):
    found = run(replay, counting())

    assert found.result == {"seen": [t.pk for t in tickets], "closed": True}
    assert (found.state, found.done, found.total) == (ReplayState.DONE, 5, 5)
    assert found.started_at <= found.progressed_at <= found.ended_at
    history = Event.objects.filter(subject_type="replay", subject_id=found.pk).order_by("seq")
    assert [(e.verb, e.actor_id) for e in history] == [
        ("replay.asked", world.beat.pk), ("replay.ended", world.beat.pk),
    ]  # fmt: skip


def test_a_job_that_has_had_its_second_goes_on_in_the_next_task(tickets, replay, monkeypatch):
    monkeypatch.setattr(jobs, "SLICE", -1.0)

    run(replay, counting())
    assert (replay.state, replay.done, replay.total) == (ReplayState.RUNNING, 2, 5)
    run(replay, counting())
    run(replay, counting())
    assert replay.result["seen"] == [t.pk for t in tickets]
    assert replay.state == ReplayState.DONE


def test_a_job_that_is_stopped_keeps_what_it_did_and_goes_no_further(
    tickets, replay, world, monkeypatch
):
    monkeypatch.setattr(jobs, "SLICE", -1.0)
    run(replay, counting())

    jobs.stop(replay.pk, origin=origin_of(world.beat))
    run(replay, counting())

    assert (replay.state, replay.done) == (ReplayState.CANCELLED, 2)
    assert replay.result == {"seen": [t.pk for t in tickets[:2]]}
    jobs.stop(replay.pk, origin=origin_of(world.beat))  # a second press finds nothing to do
    assert Event.objects.filter(subject_type="replay", verb="replay.ended").count() == 1


def test_a_ticket_that_cannot_be_read_is_left_out_and_named(tickets, replay):
    found = run(replay, counting(refused=tickets[2].pk))

    assert found.state == ReplayState.DONE
    assert found.result["seen"] == [t.pk for t in tickets if t is not tickets[2]]
    assert found.result["left_out"] == 1
    assert found.result["left_out_rows"] == [{"ticket": tickets[2].pk}]


def test_a_job_that_cannot_go_on_says_so(tickets, replay):
    def broken(_replay, _origin):
        raise LookupError("no such agreement")

    job = counting()
    run(replay, jobs.Job(rows=job.rows, work=job.work, close=broken, size=2))

    assert (replay.state, replay.error) == (ReplayState.FAILED, "LookupError: no such agreement")


def test_a_job_whose_selection_is_no_more_has_failed(tickets, replay):
    def gone(_replay):
        raise Team.DoesNotExist("no such team")

    run(replay, jobs.Job(rows=gone, work=counting().work))

    assert replay.state == ReplayState.FAILED


def test_only_a_job_without_progress_is_taken_up_again(replay):
    assert jobs.resume() == 0

    Replay.objects.update(asked_at=clock.now() - timedelta(minutes=1))
    assert jobs.resume() == 1

    run(replay, counting())
    assert jobs.resume() == 0


def test_an_empty_job_is_over_at_once(world):
    origin = factories.system()
    with transaction.atomic():
        replay = jobs.ask(ReplayKind.REPAIR, origin=origin)

    run(replay, counting())

    assert (replay.state, replay.done, replay.total) == (ReplayState.DONE, 0, 0)
