"""A draft put in force: for tickets still to come, or for the open ones too."""

from collections.abc import Collection
from hashlib import sha256

from django.db import transaction

from common import clock
from common.errors import StaleRecord
from common.origin import Origin
from sla import actions as sla
from sla.models import Agreement, Example
from tickets.actions import jobs, recalculation
from tickets.actions.rehearsal import stamp_of
from tickets.models import Replay


def publish(
    draft: Agreement,
    *,
    open_too: bool,
    confirmed: Collection[int] = (),
    seen: str | None = None,
    origin: Origin,
) -> tuple[Agreement, Replay | None]:
    """Publish a draft at once; open_too: and recalculate the open tickets it reaches, as a job.

    confirmed: keys of the saved examples that may change. seen: what `stamp_to_publish` was
    when it was shown; None does not ask. Raises NotAllowed, StaleRecord when something else
    was shown, BeingTakenBack, and what `sla.actions.publish` raises; then nothing is
    published and no job begun.
    """
    jobs.require_administrator(origin)
    with transaction.atomic():
        recalculation.hold_still(draft)
        if seen is not None and seen != stamp_to_publish(draft):
            raise StaleRecord(str(draft))
        recalculation.refuse_while_taken_back(draft)
        origin = origin.timed(clock.now)
        agreement = sla.publish(draft, origin=origin, confirmed=confirmed)
        replay = recalculation.recalculate(agreement, origin=origin) if open_too else None
    return agreement, replay


def stamp_to_publish(draft: Agreement) -> str:
    """Return a word that differs as soon as the draft, the policy or its saved examples do."""
    examples = Example.objects.filter(slug=draft.slug).order_by("pk").values_list()
    return sha256(repr([stamp_of(draft.pk), *examples]).encode()).hexdigest()[:20]
