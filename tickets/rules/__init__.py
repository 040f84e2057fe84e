"""The rules of a ticket: pure data and pure functions."""

from tickets.rules.moves import MOVES, check_move, default_priority, split_text
from tickets.rules.spent import Stretch, Sum, spent

__all__ = [
    "MOVES",
    "Stretch",
    "Sum",
    "check_move",
    "default_priority",
    "spent",
    "split_text",
]
