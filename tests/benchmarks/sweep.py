"""The sweep on many open clocks: nothing due, one per cent, ten per cent, alone or not."""

import threading
import time
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.origin import Channel, Origin
from escalation import actions as escalation
from tests.benchmarks import data, load
from tickets import actions
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Drain:
    """One drain of everything due: milliseconds, tickets, statements of a whole batch."""

    label: str
    open_clocks: int
    tickets: int
    taken: float
    statements: int
    replies: int = 0

    @property
    def a_ticket(self) -> float:
        """Return the milliseconds a ticket."""
        return self.taken / max(self.tickets, 1)


def probe(turns: int = 50) -> tuple[float, int]:
    """Return the median of a sweep that finds nothing, in milliseconds, and its statements."""
    escalation.sweep_all()
    taken = []
    for _turn in range(turns):
        start = time.perf_counter()
        escalation.sweep_all()
        taken.append((time.perf_counter() - start) * 1000)
    with CaptureQueriesContext(connection) as captured:
        escalation.sweep_all()
    return load.median(taken), _count(captured)


@dataclass(frozen=True, slots=True)
class Grown:
    """The sweep among so many tickets: the look that finds nothing in ms, and one drain."""

    tickets: int
    probe: float
    drain: Drain


def among(tickets: int, *, due: int) -> Grown:
    """Look with nothing due, then drain the same number of due tickets whatever the size."""
    looked, _statements = probe()
    return Grown(tickets, looked, _drain(f"{due} due", data.running(), due))


def drains(desk: data.Desk) -> list[Drain]:
    """Drain 1 % and 10 % of the open clocks, the latter also while an agent writes."""
    clocks = data.running()
    # Read once what the process keeps: policy, translations, prepared code.
    data.make_due(20, timezone.now())
    escalation.sweep_all()
    return [
        _drain("1 % due", clocks, clocks // 100),
        _drain("10 % due", clocks, clocks // 10),
        _drain("10 % due, an agent writes meanwhile", clocks, clocks // 10, desk),
    ]


def _drain(label: str, clocks: int, due: int, desk: data.Desk | None = None) -> Drain:
    data.make_due(due, timezone.now())
    data.vacuum()
    writer = _Writer(desk) if desk else None
    if writer:
        writer.start()
    try:
        with CaptureQueriesContext(connection) as captured:
            done = escalation.sweep(limit=min(escalation.BATCH, due // 4 or 1))
        first = _count(captured)
        start = time.perf_counter()
        more = escalation.sweep_all()
        taken = (time.perf_counter() - start) * 1000
    finally:
        if writer:
            writer.stop()
    if done + more < due:
        raise RuntimeError(f"{label}: {done + more} tickets were swept instead of {due}.")
    return Drain(label, clocks, more, taken, first, writer.replies if writer else 0)


def _count(captured: CaptureQueriesContext) -> int:
    words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(words) for query in captured.captured_queries)


class _Writer(threading.Thread):
    """An agent who answers ticket after ticket while the sweep works."""

    def __init__(self, desk: data.Desk) -> None:
        super().__init__()
        self.origin = Origin(actor=desk.agent, channel=Channel.DESK, trace="bench")
        self.replies = 0
        self._end = threading.Event()

    def run(self) -> None:
        """Reply until told to stop."""
        found = Ticket.objects.open().filter(team=self.origin.actor.teams.get(), level=1)
        for pk in found.order_by("-pk").values_list("pk", flat=True)[:2000]:
            if self._end.is_set():
                break
            actions.reply(pk, body="We look into it.", origin=self.origin)
            self.replies += 1
        connection.close()

    def stop(self) -> None:
        """End, and wait for the last reply."""
        self._end.set()
        self.join()
