"""Repair: stored clocks become again what the history says, each ticket with one event.

It only touches clocks. No step is taken here, none is taken twice, and no ticket goes back to
another level: what fell due by the repaired clocks is the sweep's to carry out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from common import clock
from common.origin import Origin
from sla.queries import policy
from tickets.actions import jobs, tally
from tickets.actions.funnel import Repaired, write_repaired
from tickets.actions.jobs import Job
from tickets.choices import ReplayKind
from tickets.models import Replay, Ticket
from tickets.queries.life import plain
from tickets.queries.repairs import (
    Difference,
    Mended,
    Selection,
    as_words,
    chosen,
    mended,
    of_words,
)

BATCH = 200  # tickets that are locked at a time


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a repair found: how many tickets it looked at, and what differs or differed."""

    looked_at: int
    tickets: int
    differences: Sequence[Difference]


def repair(
    selection: Selection, *, origin: Origin, write: bool, most: int | None = None
) -> Outcome:
    """Replay the clocks of a selection; return the differences, and write them where told to.

    Batches commit one after the other, each under the locks of its tickets. most: tickets to
    look at. Raises NotAllowed when somebody else than an administrator writes, and LookupError
    for a ticket that nobody knows by its number.
    """
    if write:
        jobs.require_administrator(origin)
    found = chosen(selection)
    keys = list(found.values_list("pk", flat=True)[:most])
    if selection.numbers and len(keys) < len(set(selection.numbers)):
        known = set(found.values_list("number", flat=True))
        raise LookupError(", ".join(sorted(set(selection.numbers) - known)))
    differences: list[Difference] = []
    tickets = 0
    for start in range(0, len(keys), BATCH):
        those = repair_batch(keys[start : start + BATCH], origin=origin, write=write)
        tickets += len(those)
        differences += [one for ticket in those for one in ticket.differences]
    return Outcome(len(keys), tickets, differences)


def ask_repair(selection: Selection, *, origin: Origin, write: bool) -> Replay:
    """Begin a repair in the background, or only the look at what differs; raises NotAllowed."""
    jobs.require_administrator(origin)
    with transaction.atomic():
        return jobs.ask(
            ReplayKind.REPAIR, origin=origin.timed(clock.now), days=0,
            result={"selection": as_words(selection), "write": write},
        )  # fmt: skip


def _rows(replay: Replay) -> QuerySet[Ticket]:
    return chosen(of_words(replay.result["selection"]))


def _work(replay: Replay, ids: Sequence[int], origin: Origin) -> None:
    result = replay.result
    for one in repair_batch(ids, origin=origin, write=result["write"]):
        result["differing"] = result.get("differing", 0) + 1
        result["differences"] = result.get("differences", 0) + len(one.differences)
        for difference in one.differences:
            tally.name(result, "found", difference.as_words())


JOB = Job(rows=_rows, work=_work, size=BATCH)


def repair_batch(keys: Sequence[int], *, origin: Origin, write: bool) -> list[Mended]:
    """Replay the clocks of tickets and return those that differ; written in one transaction."""
    wanted = Ticket.objects.filter(pk__in=keys).order_by("pk")
    if not write:
        return mended(wanted, at=origin.at or clock.now())
    with transaction.atomic():
        locked = list(wanted.select_for_update(no_key=True))
        origin = origin.timed(clock.now)
        found = mended(locked, at=origin.moment, rules=policy())
        write_repaired([_repaired(one) for one in found], origin=origin)
    return found


def _repaired(one: Mended) -> Repaired:
    rows = [*one.changed, *one.new]
    names = {(row.metric, row.run): f"{row.metric} {row.run}" for row in rows}
    before: dict[str, Any] = {name: {} for name in names.values()}
    after: dict[str, Any] = {
        names[row.metric, row.run]: {
            "metric": row.metric, "started_at": row.started_at.isoformat(),
            "terms_since": row.terms_since.isoformat(),
        }
        for row in rows
    }  # fmt: skip
    for difference in one.differences:
        name = names.get((difference.metric, difference.run))
        if name is not None:
            before[name][difference.field] = plain(difference.stored)
            after[name][difference.field] = plain(difference.replayed)
    return Repaired(
        ticket=one.ticket, changed=one.changed, new=one.new, relaxed=one.relaxed,
        changes={"clocks": [before, after]} if rows else {},
    )  # fmt: skip
