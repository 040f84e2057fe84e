"""The sweep: what fell due is carried out, each step once, whatever crashes meanwhile.

One transaction claims due tickets (others' rows are passed over), replays their clocks,
inserts the steps as Firing rows — the unique row decides who carries a step out — and
writes level, event and messages set-based. Nothing is kept outside the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter

from django.db import connection, transaction

from common import clock as clocks_now
from common.origin import Origin
from escalation.actions.batches import batch_by_batch
from escalation.actions.moves import Move, write_handovers
from escalation.actions.steps import Due, DueStep, carry_out
from escalation.queries import Routing, routing
from sla.queries import Policy, policy
from tickets import queries
from tickets.actions import BatchChange, change_batch
from tickets.actions.claims import claim_due
from tickets.models import Clock
from tickets.queries import Lot

BATCH = 500

_FIRE = """
INSERT INTO escalation_firing (clock_id, run, milestone, due_at, fired_at)
SELECT n.clock, n.run, n.milestone, n.due, %s
  FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::timestamptz[])
       AS n(clock, run, milestone, due)
ON CONFLICT (clock_id, run, milestone) DO NOTHING RETURNING clock_id, milestone
"""


@dataclass(slots=True)
class Drain:
    """What the batches of one drain share: who could get what, counted once and then kept."""

    ways: Routing | None = None


def sweep(
    *,
    limit: int = BATCH,
    at: datetime | None = None,
    ticket_id: int | None = None,
    drain: Drain | None = None,
) -> int:
    """Carry out one batch of due steps; return how many tickets were looked at.

    at: only for tests, replay and demo data; otherwise the database's clock decides.
    ticket_id: look at this ticket alone. drain: the one this batch is part of.
    """
    with transaction.atomic():
        claimed = claim_due(limit, at=at, ticket_id=ticket_id)
        if not claimed:
            return 0
        # After the claim: no change of these tickets is later than what is written now.
        origin = Origin.of_system(trace="sweep", at=at or clocks_now.now())
        rules = policy()
        found = [_due(one, rules, origin.moment) for one in claimed]
        fresh = _fire([step for due in found for step in due.steps], origin.moment)
        ways = _routing(fresh, rules, origin.moment, drain or Drain())
        changes, moves = _decide(found, fresh, ways, origin.moment)
        change_batch(changes, rules=rules, origin=origin)
        write_handovers(moves, origin=origin)
    return len(claimed)


def sweep_all(*, at: datetime | None = None, most: int = 40) -> int:
    """Sweep batch after batch until nothing is due, at most `most` batches; return the tickets."""

    def due() -> Iterable[int]:
        clocks = Clock.objects.to_look_at(at=at or clocks_now.now()).order_by("next_action_at")
        return clocks.values_list("ticket_id", flat=True)[:BATCH]

    batch = partial(sweep, at=at, drain=Drain())
    return batch_by_batch(batch, partial(sweep, at=at), due, most=most, done="swept")


def _due(claimed: Lot, rules: Policy, at: datetime) -> Due:
    found = Due(claimed)
    ticket, holds = claimed.ticket, claimed.holds
    runs = queries.runs(ticket, holds, rules)
    for row in claimed.clocks:
        run = runs.get((row.metric, row.started_at))
        if run is None or row.next_action_at is None or row.next_action_at > at:
            continue
        reading = queries.read(run, ticket, holds, since=row.terms_since, at=at)
        instants = dict(reading.step_ats)
        if reading.breached_at is not None and row.breached_at is None:
            found.ran_out.append(row)
        found.steps += [
            DueStep(row, step, instants[step.milestone])
            for step in run.promise.steps
            if step.milestone not in row.fired and instants.get(step.milestone, at) <= at
            and step.milestone in instants
        ]  # fmt: skip
    found.steps.sort(key=attrgetter("due_at", "clock.pk"))
    return found


def _fire(steps: Sequence[DueStep], at: datetime) -> set[tuple[int, str]]:
    """Insert the firings; return the (clock, milestone) pairs that this sweep owns."""
    if not steps:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            _FIRE,
            [
                at,
                [s.clock.pk for s in steps],
                [s.clock.run for s in steps],
                [s.terms.milestone for s in steps],
                [s.due_at for s in steps],
            ],
        )
        return {(clock, milestone) for clock, milestone in cursor.fetchall()}


def _routing(
    fresh: set[tuple[int, str]], rules: Policy, at: datetime, drain: Drain
) -> Routing | None:
    """Read who could get what, unless no step of this batch needs anybody.

    Open tickets are counted by the first batch only; the choices of the others are added.
    """
    if not fresh:
        return None
    if drain.ways is None or drain.ways.rules is not rules:
        drain.ways = routing(category_ids=None, rules=rules, at=at)
    return drain.ways


def _decide(
    found: Sequence[Due], fresh: set[tuple[int, str]], ways: Routing | None, at: datetime
) -> tuple[list[BatchChange], list[Move]]:
    changes, moves = [], []
    for due in found:
        mine = [s for s in due.steps if (s.clock.pk, s.terms.milestone) in fresh]
        asked, move = carry_out(due, mine, ways, at)
        changes.append(asked)
        if move is not None:
            moves.append(move)
    return changes, moves
