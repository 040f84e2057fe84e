"""A changed policy: a draft rehearsed, laid on the open tickets while an agent writes, undone."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from django.db import connections

from common.origin import Channel, Origin
from sla import actions as sla
from sla.models import Agreement
from tests.benchmarks import data, load
from tickets import actions
from tickets.models import Clock, Replay, Ticket

_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Speed:
    """How many of something were done, in how many seconds, and of how much processor time."""

    done: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Return how many a second."""
        return self.done / self.seconds

    @property
    def a_core(self) -> float:
        """Return how many a second of the processor time of the process that does it."""
        return self.done / self.cpu


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of policy costs: tickets for the rehearsal, clocks for the rest.

    anew: all open clocks read by a policy that moves none. quiet, meanwhile: median and 95th
    percentile of an agent's save in ms, alone and beside the recalculation.
    """

    tickets: int
    open: int
    rehearsed: Speed
    recalculated: Speed
    undone: Speed
    anew: Speed
    quiet: tuple[float, float]
    meanwhile: tuple[float, float]
    saves: int


def measure(desk: data.Desk) -> Changed:
    """Measure all of it on the tickets there are, and leave them as they were."""
    rehearsed = _done(actions.ask_rehearsal(_draft(desk), days=400, origin=_origin(desk)))
    anew = _anew()
    quiet = _saves(desk, lambda saved: saved >= 100)
    agreement, replay = actions.publish(_draft(desk), open_too=True, origin=_origin(desk))
    if replay is None:
        raise RuntimeError("Nothing is recalculated.")
    before = _cpu_of_children()
    worker = _forked(replay.pk)
    meanwhile = _saves(desk, lambda _saved: not worker.is_alive())
    worker.join()
    cpu = _cpu_of_children() - before
    clocks = Clock.objects.filter(ticket__agreed_at=agreement.valid_from).count()
    recalculated = Speed(clocks, _seconds(replay), cpu)
    undone = _done(actions.undo(replay.pk, origin=_origin(desk)))
    return Changed(
        tickets=rehearsed.done, open=Ticket.objects.open().count(), rehearsed=rehearsed,
        recalculated=recalculated, undone=Speed(clocks, undone.seconds, undone.cpu), anew=anew,
        quiet=_median_and_p95(quiet), meanwhile=_median_and_p95(meanwhile),
        saves=len(meanwhile),
    )  # fmt: skip


def _anew() -> Speed:
    clocks = Clock.objects.filter(ticket__in=Ticket.objects.open()).count()
    origin, last = Origin.of_system(trace="bench"), 0
    start, cpu = time.perf_counter(), time.process_time()
    while (found := actions.read_anew(after=last, origin=origin)) is not None:
        last = found
    return Speed(clocks, time.perf_counter() - start, time.process_time() - cpu)


def _done(replay: Replay) -> Speed:
    """Do every slice of a job in this process."""
    start, cpu = time.perf_counter(), time.process_time()
    _work(replay.pk)
    taken, used = time.perf_counter() - start, time.process_time() - cpu
    _seconds(replay)
    return Speed(replay.done, taken, used)


def _draft(desk: data.Desk) -> Agreement:
    """Return the draft of the big lot's agreement: a day more than what is in force."""
    draft = sla.make_draft("bench-month", origin=_origin(desk))
    for target in draft.targets.filter(metric="resolution"):
        target.seconds = [data.MONTH + 24 * 3600] * 5
        sla.save(target, origin=_origin(desk))
    return draft


def _origin(desk: data.Desk) -> Origin:
    return Origin(actor=desk.world.beat, channel=Channel.DESK, trace="bench")


def _work(replay: int) -> None:
    while Replay.objects.filter(pk=replay, state__in=["waiting", "running"]).exists():
        actions.run_replay(replay)


def _forked(replay: int) -> BaseProcess:
    connections.close_all()
    process = _fork.Process(target=_in_child, args=(replay,), daemon=True)
    process.start()
    return process


def _in_child(replay: int) -> None:
    from helpdesk.celery import app

    app._pool = app.amqp._producer_pool = None  # the parent's sockets are not for two
    _work(replay)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds(replay: Replay) -> float:
    replay.refresh_from_db()
    if replay.state != "done" or replay.started_at is None or replay.ended_at is None:
        raise RuntimeError(f"The job ended as {replay.state}: {replay.error}")
    return (replay.ended_at - replay.started_at).total_seconds()


def _saves(desk: data.Desk, is_enough: Callable[[int], bool]) -> list[float]:
    """Reply to ticket after ticket; return the milliseconds each took."""
    origin = Origin(actor=desk.agent, channel=Channel.DESK, trace="bench")
    keys = Ticket.objects.open().filter(category=desk.month).order_by("-pk")
    found: list[float] = []
    for pk in keys.values_list("pk", flat=True)[:5000]:
        start = time.perf_counter()
        actions.reply(pk, body="We look into it.", origin=origin)
        found.append((time.perf_counter() - start) * 1000)
        if is_enough(len(found)):
            break
        time.sleep(0.02)  # a person, not a flood
    return found


def _median_and_p95(taken: list[float]) -> tuple[float, float]:
    return load.median(taken), load.percentile(taken, 95)
