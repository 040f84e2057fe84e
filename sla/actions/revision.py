"""What every change of the policy ends with: a new revision, and who reads by it wakes."""

import uuid

from django.db import models, transaction

from audit import actions as audit
from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from common.wake import wake
from sla.actions.uses import refuse_retired
from sla.engine import CalendarError
from sla.models import PolicyRevision
from sla.queries import read_policy


def save(row: models.Model, *, origin: Origin) -> None:
    """Save an agreement, target, step, exception, reason or assignment of a calendar.

    Raises InvalidInput for hours that cannot be read: they would stop every ticket; and for a
    calendar that is retired.
    """
    with transaction.atomic():
        refuse_retired(row)
        audit.save_reference(row, origin=origin.timed(clock.now))
        refuse_unreadable()
        new_revision()


def refuse_unreadable() -> None:
    """Raise InvalidInput when the policy as it would be now cannot be read."""
    try:
        read_policy()
    except CalendarError as error:
        raise InvalidInput(str(error)) from error


def new_revision() -> None:
    """Put the policy as it is now in force; the clocks of open tickets are read by it."""
    stamp = uuid.uuid4()
    if not PolicyRevision.objects.update(stamp=stamp):
        PolicyRevision.objects.create(stamp=stamp)
    # Whose deadlines follow from it reads them anew; a lost wake-up is made up for at night.
    wake("tickets.tasks.read_clocks_anew", revision=str(stamp))
