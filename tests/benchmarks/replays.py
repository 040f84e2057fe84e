"""Drafts rehearsed, and a changed policy laid on open tickets while an agent writes."""

import multiprocessing
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
class Recalculated:
    """A version laid on the open tickets: clocks and seconds, and an agent's saves in ms."""

    tickets: int
    clocks: int
    seconds: float
    quiet: tuple[float, float]
    meanwhile: tuple[float, float]
    saves: int

    @property
    def rate(self) -> float:
        """Return the clocks a second."""
        return self.clocks / self.seconds


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A draft tried on tickets: how many, and how long it took."""

    tickets: int
    seconds: float

    @property
    def rate(self) -> float:
        """Return the tickets a second."""
        return self.tickets / self.seconds


def rehearsal(desk: data.Desk) -> Rehearsed:
    """Rehearse a draft of the big lot's agreement over all its tickets, in this process."""
    origin = _origin(desk)
    replay = actions.ask_rehearsal(_draft(desk), days=400, origin=origin)
    start = time.perf_counter()
    _work(replay.pk)
    taken = time.perf_counter() - start
    replay.refresh_from_db()
    return Rehearsed(replay.done, taken)


def recalculation(desk: data.Desk) -> Recalculated:
    """Publish a draft for the open tickets in a process of its own, as the worker would."""
    quiet = _saves(desk, lambda saved: saved >= 100)
    agreement, replay = actions.publish(_draft(desk), open_too=True, origin=_origin(desk))
    if replay is None:
        raise RuntimeError("Nothing is recalculated.")
    worker = _forked(replay.pk)
    meanwhile = _saves(desk, lambda _saved: not worker.is_alive())
    worker.join()
    replay.refresh_from_db()
    reached = replay.result["reached"]["open"]
    clocks = Clock.objects.filter(ticket__agreed_at=agreement.valid_from).count()
    return Recalculated(
        tickets=reached, clocks=clocks, seconds=_seconds(replay),
        quiet=_median_and_p95(quiet), meanwhile=_median_and_p95(meanwhile),
        saves=len(meanwhile),
    )  # fmt: skip


def anew() -> Recalculated:
    """Read all open clocks by a policy that changed in nothing that moves them."""
    clocks = data.running()
    start, origin = time.perf_counter(), Origin.of_system(trace="bench")
    last: int | None = 0
    while last is not None:
        last = actions.read_anew(after=last, origin=origin)
    taken = time.perf_counter() - start
    tickets = Ticket.objects.open().count()
    return Recalculated(tickets, clocks, taken, (0, 0), (0, 0), 0)


def _draft(desk: data.Desk) -> Agreement:
    """Return a draft that gives a day more or less than the version in force."""
    draft = sla.make_draft("bench-month", origin=_origin(desk))
    for target in draft.targets.filter(metric="resolution"):
        days = 1 if draft.version % 2 == 0 else -1
        target.seconds = [seconds + days * 24 * 3600 for seconds in target.seconds]
        sla.save(target, origin=_origin(desk))
    return draft


def _origin(desk: data.Desk) -> Origin:
    return Origin(actor=desk.world.beat, channel=Channel.DESK, trace="bench")


def _work(replay: int) -> None:
    """Do every slice of a job, one after the other."""
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


def _seconds(replay: Replay) -> float:
    if replay.started_at is None or replay.ended_at is None:
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
