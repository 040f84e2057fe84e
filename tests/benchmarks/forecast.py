"""The forecast, reckoned anew: reading what is due today, and replaying it."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from common import clock
from escalation.queries.forecast import situation
from escalation.rules.forecast import forecast
from tests.benchmarks import data
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay: of so many tickets, that many open and that many due; seconds, statements."""

    tickets: int
    open: int
    due: int
    read: float
    replayed: float
    named: int
    statements: int


def replay(tickets: int, due: int) -> Replay:
    """Let so many open tickets be due within the hour, replay them, and take it back."""
    with transaction.atomic():
        at = clock.now()
        made = data.make_due(due, at + timedelta(hours=1))
        with CaptureQueriesContext(connection) as captured:
            start = time.perf_counter()
            now = situation(at=at)
            read = time.perf_counter()
        found = forecast(now)
        end = time.perf_counter()
        transaction.set_rollback(True)
    return Replay(
        tickets, Ticket.objects.open().count(), min(made, len(now.tickets)), read - start,
        end - read, len(found.late), len(captured),
    )  # fmt: skip
