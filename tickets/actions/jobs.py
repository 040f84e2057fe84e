"""Work on many tickets in the background: in chunks, with progress, a stop, and a way to go on.

A job is a row (`Replay`) with a kind; what is done with a chunk of its tickets is a `Job`. Each
chunk is one transaction, which also notes how far it came: whoever dies, no ticket is done
twice and none is left out. Two workers at one job: the second passes it over.
"""

import copy
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.permissions import is_administrator
from audit import actions as audit
from common import clock, faults
from common.errors import UNREADABLE, DomainError, NotAllowed
from common.origin import Channel, Origin
from common.wake import changed, wake
from sla.models import Agreement
from tickets.actions import tally
from tickets.choices import UNFINISHED, Obstacle, ReplayKind, ReplayState
from tickets.models import Replay, Ticket

logger = logging.getLogger(__name__)

SLICE = 1.0  # seconds a task works before it lets the mails of its worker pass
SILENCE = timedelta(seconds=15)  # a job without progress for so long has lost its worker


class CannotGoOn(DomainError):
    """A job as a whole is at an end; no ticket of it can be done by itself either."""

    code = "cannot_go_on"

    def __init__(self, obstacle: Obstacle) -> None:
        self.obstacle = obstacle
        super().__init__(str(obstacle.label))


def _nothing(_replay: Replay, _origin: Origin) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a kind of replay does.

    rows: all its tickets, done or not, in any order; they are worked on by ascending key.
    work: one chunk of them, inside a transaction; adds to `replay.result`, writes no replay.
    close: after the last chunk, in its transaction; may raise CannotGoOn, the chunk stays.
    size: tickets of one chunk; what it locks is held no longer than that.
    """

    rows: Callable[[Replay], QuerySet[Ticket]]
    work: Callable[[Replay, Sequence[int], Origin], None]
    close: Callable[[Replay, Origin], None] = _nothing
    size: int = 200


def require_administrator(origin: Origin) -> None:
    """Raise NotAllowed when a person asks who may not change how the desk works."""
    if origin.actor is not None and not is_administrator(origin.actor):
        raise NotAllowed(
            _("Only administrators may do this. Ask one of them; they own the agreements.")
        )


def ask(
    kind: ReplayKind,
    *,
    origin: Origin,
    agreement: Agreement | None = None,
    days: int = 30,
    result: dict[str, Any] | None = None,
    undo_until: datetime | None = None,
) -> Replay:
    """Make a job and wake who works on it; inside the caller's transaction, origin timed."""
    replay = Replay.objects.create(
        kind=kind, agreement=agreement, days=days, result=result or {}, undo_until=undo_until,
        asked_by_id=None if origin.actor is None else origin.actor.pk, asked_at=origin.moment,
    )  # fmt: skip
    audit.record(replay, verb="replay.asked", origin=origin, changes={"kind": [None, kind]})
    _wake(replay.pk)
    return replay


def stop(replay_id: int, *, origin: Origin) -> Replay:
    """End a job after the chunk it is at; what it has done stays done.

    Waits for that chunk. Raises NotAllowed and Replay.DoesNotExist; a job that is over, or
    that takes another one back, is left alone.
    """
    require_administrator(origin)
    with transaction.atomic():
        replay = Replay.objects.select_for_update(no_key=True).get(pk=replay_id)
        if replay.state in UNFINISHED and replay.kind != ReplayKind.UNDO:
            origin = origin.timed(clock.now)
            replay.cancel_asked = True
            _end(replay, ReplayState.CANCELLED, origin)
            replay.save()
    return replay


def run(replay_id: int, jobs: Mapping[str, Job]) -> None:
    """Work on a job for a short while; what is left wakes the next task."""
    end = time.monotonic() + SLICE
    try:
        while _chunk(replay_id, jobs, end):
            pass
    except CannotGoOn as error:
        _fail(replay_id, error.obstacle)
    except UNREADABLE as error:
        logger.exception("job %s cannot go on", replay_id)
        _fail(replay_id, f"{type(error).__name__}: {error}")


def resume() -> int:
    """Wake jobs that nobody works on, as after a worker was killed; return how many."""
    with transaction.atomic():
        before = clock.now() - SILENCE
        silent = Q(progressed_at__lt=before) | Q(progressed_at=None, asked_at__lt=before)
        found = Replay.objects.filter(silent, state__in=UNFINISHED).order_by("pk")
        keys = list(found.values_list("pk", flat=True))
        for pk in keys:
            _wake(pk)
    return len(keys)


def _wake(replay_id: int) -> None:
    wake("tickets.tasks.run_replay", replay=replay_id)


def _chunk(replay_id: int, jobs: Mapping[str, Job], end: float) -> bool:
    """Do one chunk; say whether this task is to go on with the next."""
    with transaction.atomic():
        _commit_lazily()
        mine = Replay.objects.select_for_update(no_key=True, skip_locked=True)
        replay = mine.filter(pk=replay_id, state__in=UNFINISHED).first()
        if replay is None:
            return False
        job = jobs[replay.kind]
        origin = _origin(replay)
        if replay.started_at is None:
            replay.state, replay.started_at = ReplayState.RUNNING, origin.moment
            replay.total = job.rows(replay).count()
        left = job.rows(replay).filter(pk__gt=replay.last_id).order_by("pk")
        ids = list(left.values_list("pk", flat=True)[: job.size])
        if ids:
            _work(job, replay, ids)
            replay.last_id, replay.done = ids[-1], replay.done + len(ids)
            faults.point("replay-chunk")
        replay.progressed_at = clock.now()
        is_over = len(ids) < job.size
        if is_over:
            replay.total = replay.done
            _end(replay, _closed(job, replay), _origin(replay))
        replay.save()
        changed(f"replay:{replay.pk}")
        goes_on = not is_over and time.monotonic() < end
        if not is_over and not goes_on:
            _wake(replay.pk)
    return goes_on


def _closed(job: Job, replay: Replay) -> ReplayState:
    try:
        with transaction.atomic():
            job.close(replay, _origin(replay))
    except CannotGoOn as error:
        replay.error = error.obstacle
        return ReplayState.FAILED
    return ReplayState.DONE


def _commit_lazily() -> None:
    """Do not wait for the disk at the end: a chunk that a crash loses is done again, whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _work(job: Job, replay: Replay, ids: Sequence[int]) -> None:
    """Do a chunk whole, or ticket by ticket when one of them cannot be read."""
    before = copy.deepcopy(replay.result)
    try:
        with transaction.atomic():
            job.work(replay, ids, _origin(replay))
    except CannotGoOn:
        raise
    except UNREADABLE:
        logger.exception("a chunk of job %s failed; its tickets are done one by one", replay.pk)
        replay.result = before
        for pk in ids:
            _work_alone(job, replay, pk)


def _work_alone(job: Job, replay: Replay, pk: int) -> None:
    before = copy.deepcopy(replay.result)
    try:
        with transaction.atomic():
            job.work(replay, [pk], _origin(replay))
    except UNREADABLE:
        logger.exception("job %s leaves ticket %s out", replay.pk, pk)
        replay.result = before
        replay.result["left_out"] = replay.result.get("left_out", 0) + 1
        tally.name(replay.result, "left_out", {"ticket": pk})


def _origin(replay: Replay) -> Origin:
    """Who asked for the job does its work; each chunk is of its own instant."""
    return Origin(
        actor=replay.asked_by, channel=Channel.SYSTEM, trace=f"replay:{replay.pk}",
        at=clock.now(),
    )  # fmt: skip


def _end(replay: Replay, state: ReplayState, origin: Origin) -> None:
    replay.state, replay.ended_at = state, origin.moment
    audit.record(
        replay, verb="replay.ended", origin=origin,
        changes={"state": [None, state], "done": [None, replay.done]},
    )  # fmt: skip
    changed(f"replay:{replay.pk}", "replays")


def _fail(replay_id: int, error: str) -> None:
    with transaction.atomic():
        replay = Replay.objects.select_for_update(no_key=True).get(pk=replay_id)
        if replay.state in UNFINISHED:
            replay.error = error[:300]
            _end(replay, ReplayState.FAILED, _origin(replay))
            replay.save()
