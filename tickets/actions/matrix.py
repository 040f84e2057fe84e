"""The priority matrix: reference data that an administrator edits."""

from django.db import transaction

from audit import actions as audit
from common import clock
from common.origin import Origin
from tickets.models import PriorityCell


def save_cell(cell: PriorityCell, *, origin: Origin) -> None:
    """Save one cell; tickets keep the priority they have until somebody classifies them."""
    with transaction.atomic():
        audit.save_reference(cell, origin=origin.timed(clock.now))
