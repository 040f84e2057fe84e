"""Reading clocks anew after the policy has changed: the same replay, with other terms."""

from django.db import transaction

from common import clock
from common.origin import Origin
from tickets.actions import clocks
from tickets.actions.changes import Change
from tickets.actions.funnel import BatchChange, change_batch

BATCH = 200  # tickets that are locked at a time; agents and the sweep pass in between


def read_anew(*, after: int, origin: Origin) -> int | None:
    """Replay the clocks of the next open tickets beyond the key `after`; return the last key.

    None: there are no more. What is due by the new terms is the sweep's to carry out.
    """
    with transaction.atomic():
        claimed = clocks.claim_open(BATCH, after=after)
        if not claimed:
            return None
        change_batch(
            [
                BatchChange(
                    ticket=one.ticket, change=Change(), verb="", is_quiet=True,
                    clocks=one.clocks, holds=one.holds,
                )
                for one in claimed
            ],
            origin=origin.timed(clock.now),
        )  # fmt: skip
    return claimed[-1].ticket.pk
