"""Reading clocks anew after the policy has changed: the same replay, with other terms."""

from django.db import transaction

from common import clock
from common.bulk import update_rows
from common.origin import Origin
from sla.queries import policy
from tickets.actions import clocks
from tickets.actions.changes import Change
from tickets.actions.funnel import BatchChange, change_batch
from tickets.actions.holds import wake_anew

BATCH = 200  # tickets that are locked at a time; agents and the sweep pass in between


def read_anew(*, after: int, origin: Origin) -> int | None:
    """Replay the clocks of the next open tickets beyond the key `after`; return the last key.

    When their holds end by themselves is computed anew as well. None: there are no more. What
    is due by the new terms is the sweep's to carry out.
    """
    with transaction.atomic():
        claimed = clocks.claim_open(BATCH, after=after)
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
