"""A draft put in force: for tickets still to come, or for the open ones too."""

from collections.abc import Collection

from django.db import transaction

from common import clock
from common.origin import Origin
from sla import actions as sla
from sla.models import Agreement
from tickets.actions import jobs, recalculation
from tickets.models import Replay


def publish(
    draft: Agreement,
    *,
    open_too: bool,
    confirmed: Collection[int] = (),
    origin: Origin,
) -> tuple[Agreement, Replay | None]:
    """Publish a draft at once; open_too: and recalculate the open tickets it reaches, as a job.

    confirmed: keys of the saved examples that may change. Raises NotAllowed and what
    `sla.actions.publish` raises; then nothing is published and no job begun.
    """
    jobs.require_administrator(origin)
    with transaction.atomic():
        origin = origin.timed(clock.now)
        agreement = sla.publish(draft, origin=origin, confirmed=confirmed)
        replay = recalculation.recalculate(agreement, origin=origin) if open_too else None
    return agreement, replay
