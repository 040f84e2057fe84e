"""From the deadline to level 2, by the real worker and schedule; instants are of commits."""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.origin import Channel, Origin
from notifications import actions as notifications
from tests.benchmarks import data, load
from tests.benchmarks.servers import Bench
from tickets import actions

_SINGLE = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(h.xmin) - c.due_at),
       extract(epoch FROM m.sent_at - c.due_at)
  FROM escalation_handover h
  JOIN tickets_clock c ON c.ticket_id = h.ticket_id AND c.metric = 'resolution'
  JOIN tickets_ticket t ON t.id = h.ticket_id AND t.level = 2
  LEFT JOIN notifications_message m ON m.subject_type = 'ticket' AND m.subject_id = t.id
       AND m.template = 'ticket_escalated'
 WHERE t.category_id = %s
"""
_BURST = """
SELECT count(*), extract(epoch FROM max(pg_xact_commit_timestamp(f.xmin)) - min(f.fired_at)),
       extract(epoch FROM max(pg_xact_commit_timestamp(f.xmin)) - %(due)s),
       (SELECT count(*) FROM notifications_message WHERE created_at >= %(due)s
           AND template IN ('ticket_escalated', 'ticket_late_lead'))
  FROM escalation_firing f
  JOIN tickets_clock c ON c.id = f.clock_id
  JOIN tickets_ticket t ON t.id = c.ticket_id AND t.level = 2
 WHERE f.due_at = %(due)s AND f.milestone = 'breach_hand_over'
"""


@dataclass(frozen=True, slots=True)
class Singles:
    """Seconds from each deadline to the commit, and to the mail that left."""

    committed: list[float]
    notified: list[float]


@dataclass(frozen=True, slots=True)
class Burst:
    """Many deadlines at one instant: seconds until the last was committed."""

    due: int
    moved: int
    after_first_sweep: float
    after_deadline: float
    messages: int


def singles(bench: Bench, desk: data.Desk, *, count: int, within: float) -> Singles:
    """Open tickets at random moments and wait for their deadlines, one after the other."""
    _empty_outbox()
    bench.product.start("sweeper", "worker", "beat")
    origin = Origin(actor=desk.agent, channel=Channel.DESK, trace="bench")
    chance = random.Random(1)
    moments = sorted(chance.uniform(0, within) for _ in range(count))
    start = time.monotonic()
    for moment in moments:
        time.sleep(max(0.0, start + moment - time.monotonic()))
        actions.open_ticket(
            actions.NewTicket(
                title="A deadline to wait for", requester=desk.world.sylvie,
                channel=Channel.PORTAL, category=desk.short,
            ),
            origin=origin,
        )  # fmt: skip
    rows = _wait(lambda: _rows(_SINGLE, [desk.short.pk]), count, data.SHORT + 20)
    bench.product.stop("beat", "sweeper", "worker")
    return Singles([float(r[0]) for r in rows], [float(r[1]) for r in rows if r[1] is not None])


def burst(bench: Bench, count: int) -> Burst:
    """Let many tickets run out at one instant; the worker is there and has nothing else to do."""
    _empty_outbox()
    data.vacuum()
    bench.product.start("sweeper", "worker", "beat")
    due = (timezone.now() + timedelta(seconds=5)).replace(microsecond=0)
    made = data.make_due(count, due)
    if timezone.now() >= due:
        raise RuntimeError("The tickets were made too late for their deadline.")
    rows = _wait(lambda: _done(due), made, 60)
    bench.product.stop("beat", "sweeper", "worker")
    moved, after_sweep, after_due, messages = rows[0]
    return Burst(count, moved, float(after_sweep), float(after_due), messages)


def _empty_outbox() -> None:
    """Forget what earlier measurements promised: a worker would first send all of it."""
    notifications.withhold(reason="Promised by another measurement.")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


def _done(due: datetime) -> list[tuple]:
    rows = _rows(_BURST, {"due": due})
    return [rows[0]] * rows[0][0]


def _wait(look, count: int, seconds: float) -> list[tuple]:
    deadline = time.monotonic() + seconds
    while len(rows := look()) < count and time.monotonic() < deadline:
        time.sleep(1)
    time.sleep(2)  # for the mails
    return look() or rows


def _rows(statement: str, values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def summary(values: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return load.median(values), load.percentile(values, 99)
