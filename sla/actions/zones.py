"""Rules of time zones change, sometimes late: open tickets are then read anew (S15)."""

from django.db import transaction

from audit import actions as audit
from common import clock
from common.origin import Origin
from sla.actions.revision import new_revision
from sla.models import PolicyRevision


def note_zone_data(version: str, *, origin: Origin) -> bool:
    """Record the zone data in use; when it is another than before, wake the recalculation.

    Closed tickets keep their numbers. Returns whether it had changed; the first record, and a
    machine that does not tell its version, change nothing.
    """
    with transaction.atomic():
        row = PolicyRevision.objects.select_for_update().first()
        if row is None or not version or row.zone_data == version:
            return False
        before, row.zone_data = row.zone_data, version
        row.save(update_fields=["zone_data"])
        if not before:
            return False
        audit.record(
            row, verb="policyrevision.zone_data_changed", origin=origin.timed(clock.now),
            changes={"zone_data": [before, version]},
        )  # fmt: skip
        new_revision()
    return True
