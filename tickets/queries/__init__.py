"""Reads of tickets that are more than one QuerySet."""

from tickets.queries.counters import counters
from tickets.queries.lists import PAGE, Chip, Row, chips_of, rows
from tickets.queries.lookups import can_be_assigned, matrix, priority_for, waits_for_requester
from tickets.queries.readings import explain, facts, promises, read, timeline
from tickets.queries.story import clocks_of, entries

__all__ = [
    "PAGE",
    "Chip",
    "Row",
    "can_be_assigned",
    "chips_of",
    "clocks_of",
    "counters",
    "entries",
    "explain",
    "facts",
    "matrix",
    "priority_for",
    "promises",
    "read",
    "rows",
    "timeline",
    "waits_for_requester",
]
