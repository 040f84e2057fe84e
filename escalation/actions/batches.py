"""Batch after batch of what is due, and ticket by ticket where a batch cannot be read."""

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from common.errors import UNREADABLE

logger = logging.getLogger(__name__)


class OfTicket(Protocol):
    """What is due of one ticket; it returns how many were done."""

    def __call__(self, *, ticket_id: int) -> int: ...


def batch_by_batch(
    batch: Callable[[], int],
    one: OfTicket,
    due: Callable[[], Iterable[int]],
    *,
    most: int,
    done: str,
) -> int:
    """Do at most `most` batches until nothing is due; return the tickets that were done.

    A ticket that cannot be read fails its batch: `due`, the tickets of a batch, are then done
    one by one. done: the word for it.
    """
    total = 0
    for _batch in range(most):
        try:
            number = batch()
        except UNREADABLE:
            logger.exception("a batch failed; its tickets are %s one by one", done)
            return total + _one_by_one(one, due(), done)
        total += number
        if not number:
            break
    return total


def _one_by_one(one: OfTicket, due: Iterable[int], done: str) -> int:
    total = 0
    for pk in dict.fromkeys(due):
        try:
            total += one(ticket_id=pk)
        except UNREADABLE:
            logger.exception("ticket %s cannot be %s", pk, done)
    return total
