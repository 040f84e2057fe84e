"""Doors without a person: what the policy does by itself."""

from typing import Any

from celery import shared_task
from celery.app.task import Task

from common.origin import Origin
from sla import actions, queries


@shared_task(bind=True, soft_time_limit=100)
def note_zone_data(self: Task[Any, Any], /, **_future: object) -> bool:
    """Record the zone data of this machine; say whether deadlines are read anew for it."""
    origin = Origin.of_system(trace=self.request.id or "start")
    return actions.note_zone_data(queries.zone_data_version(), origin=origin)
