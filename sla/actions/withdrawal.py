"""A version of an agreement that was published and is taken back."""

from django.db import transaction

from audit import actions as audit
from common import clock
from common.origin import Origin
from sla.actions.revision import new_revision
from sla.models import Agreement


def take_back(agreement: Agreement, *, origin: Origin) -> None:
    """Let a version have been valid at no instant, and the one before it go on without a gap.

    Tickets that were opened under it meanwhile are then read by the version that goes on. The
    caller has seen that no later version was published.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        rows = Agreement.objects.select_for_update(no_key=True)
        taken = rows.get(pk=agreement.pk)
        versions = rows.filter(slug=taken.slug, valid_until=taken.valid_from)
        before = versions.exclude(pk=taken.pk).order_by("-version").first()
        taken.valid_until = taken.valid_from
        audit.save_reference(taken, origin=origin)
        if before is not None:
            before.valid_until = None
            audit.save_reference(before, origin=origin)
        audit.record(taken, verb="agreement.taken_back", origin=origin)
        new_revision()
