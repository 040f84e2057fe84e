"""What a replay of many tickets found, counted and named as plain data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sla.choices import ClockState
from tickets.actions.standing import Moved, is_late
from tickets.choices import OPEN
from tickets.models import Clock, Ticket

MOST_NAMED = 200  # tickets a result names of each sort; the rest is counted
Result = dict[str, Any]


def count(result: Result, sort: str, part: str) -> None:
    """Add one to the open or the ended tickets of a sort."""
    numbers = result.setdefault(sort, {"open": 0, "ended": 0})
    numbers[part] += 1


def name(result: Result, sort: str, row: dict[str, Any]) -> None:
    """Add a row to the named ones of a sort, as long as there is room."""
    rows = result.setdefault(f"{sort}_rows", [])
    if len(rows) < MOST_NAMED:
        rows.append(row)


def note(result: Result, ticket: Ticket, moved: Moved) -> None:
    """Count a ticket that new terms reach; name it when it becomes late, or is not any more."""
    part = part_of(ticket)
    count(result, "reached", part)
    before, after = moved.dues
    if before or after:
        count(result, "moved", part)
    for sort, metrics in (("late", moved.late), ("in_time", moved.in_time)):
        if metrics:
            count(result, sort, part)
        for metric in metrics:
            row = {
                "ticket": ticket.pk, "metric": metric,
                "before": _iso(moved.before, metric), "after": _iso(moved.after, metric),
            }  # fmt: skip
            name(result, f"{sort}_{part}", row)


def part_of(ticket: Ticket) -> str:
    """Return which part of a result a ticket belongs to."""
    return "open" if ticket.status in OPEN else "ended"


def judge(result: Result, clocks: Iterable[Clock], *, after: bool, at: datetime) -> None:
    """Count per metric the clocks that have a verdict by `at`, and those that were kept.

    Of a metric: kept and judged before, kept and judged after.
    """
    metrics = result.setdefault("metrics", {})
    for clock in clocks:
        verdict = verdict_of(clock, at)
        if verdict is not None:
            row = metrics.setdefault(clock.metric, [0, 0, 0, 0])
            row[2 * after] += verdict
            row[2 * after + 1] += 1


def verdict_of(clock: Clock, at: datetime) -> bool | None:
    """Say whether a promise was kept; None while that is open, or when it was cancelled."""
    if clock.state == ClockState.MET:
        return True
    return False if is_late(clock, at) else None


def _iso(standings: Any, metric: str) -> str | None:
    found = standings.get(metric)
    return None if found is None or found.due_at is None else found.due_at.isoformat()
