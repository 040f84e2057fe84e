"""Reading clocks anew after the policy has changed: the same replay, with other terms."""

import logging
import time

from django.db import transaction

from common import clock
from common.bulk import update_rows
from common.errors import UNREADABLE
from common.origin import Origin
from common.wake import wake
from sla import queries as sla
from sla.queries import policy
from tickets.actions.changes import Change
from tickets.actions.claims import claim_open
from tickets.actions.funnel import BatchChange, change_batch
from tickets.actions.holds import wake_anew
from tickets.actions.jobs import SLICE
from tickets.models import Ticket

logger = logging.getLogger(__name__)

BATCH = 200  # tickets that are locked at a time; agents and the sweep pass in between


def read_on(*, after: int, revision: str | None, origin: Origin) -> None:
    """Replay the clocks of open tickets for a short while; what is left wakes the next task.

    revision: the one that woke this; when there is a later one, its own task does the work.
    """
    end = time.monotonic() + SLICE
    last: int | None = after
    while last is not None and revision in {None, sla.revision()}:
        last = read_anew(after=last, origin=origin)
        if last is not None and time.monotonic() >= end:
            with transaction.atomic():
                wake("tickets.tasks.read_clocks_anew", revision=revision, after=last)
            return


def read_anew(*, after: int, origin: Origin) -> int | None:
    """Replay the clocks of the next open tickets beyond the key `after`; return the last key.

    When their holds end by themselves is computed anew as well. A ticket whose due instants
    moved gets one event that says so. None: there are no more. What is due by the new terms is
    the sweep's to carry out. A ticket that cannot be read fails its batch: its neighbours are
    then replayed one by one.
    """
    try:
        return _batch(after, origin)
    except UNREADABLE:
        logger.exception("a batch of clocks failed; its tickets are read anew one by one")
        return _one_by_one(after, origin)


def _one_by_one(after: int, origin: Origin) -> int | None:
    found = Ticket.objects.open().filter(pk__gt=after).order_by("pk")
    last = None
    for last in found.values_list("pk", flat=True)[:BATCH]:
        try:
            _batch(after, origin, ticket_id=last)
        except UNREADABLE:
            logger.exception("the clocks of ticket %s cannot be read anew", last)
    return last


def _batch(after: int, origin: Origin, *, ticket_id: int | None = None) -> int | None:
    with transaction.atomic():
        claimed = claim_open(BATCH, after=after, ticket_id=ticket_id)
        if not claimed:
            return None
        origin, rules = origin.timed(clock.now), policy()
        moved = [
            hold
            for one in claimed
            for hold in wake_anew(one.holds, one.ticket.site_id, rules, at=origin.moment)
        ]
        update_rows(moved, ["wake_at"])
        change_batch(
            [
                BatchChange(
                    ticket=one.ticket, change=Change(), verb="", is_quiet=True,
                    clocks=one.clocks, holds=one.holds,
                )
                for one in claimed
            ],
            origin=origin,
            rules=rules,
        )  # fmt: skip
    return claimed[-1].ticket.pk
