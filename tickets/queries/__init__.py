"""Reads of tickets that are more than one QuerySet."""

from tickets.queries.counters import counters
from tickets.queries.lists import PAGE, Chip, Row, chips_of, rows
from tickets.queries.lookups import can_be_assigned, matrix, open_hold, priority_for
from tickets.queries.many import Lot, read_many
from tickets.queries.readings import (
    Run,
    agreements_of,
    facts,
    next_action,
    next_due,
    over_at,
    read,
    run_of,
    runs,
    stored_run,
    timeline,
)
from tickets.queries.story import clocks_of, entries

__all__ = [
    "PAGE",
    "Chip",
    "Lot",
    "Row",
    "Run",
    "agreements_of",
    "can_be_assigned",
    "chips_of",
    "clocks_of",
    "counters",
    "entries",
    "facts",
    "matrix",
    "next_action",
    "next_due",
    "open_hold",
    "over_at",
    "priority_for",
    "read",
    "read_many",
    "rows",
    "run_of",
    "runs",
    "stored_run",
    "timeline",
]
