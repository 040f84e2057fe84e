"""Doors without a person: the sweep."""

from celery import shared_task

from common import clock
from escalation import actions
from escalation.queries.outlook import renewed


@shared_task(soft_time_limit=100)
def sweep(**_future: object) -> int:
    """Carry out every step that is due; a probe of one index when nothing is."""
    return actions.sweep_all()


@shared_task(soft_time_limit=1700, time_limit=1800)
def learn_from_history(**_future: object) -> int:
    """Learn how long tickets take, and try the forecast on the days that are over."""
    actions.learn_handling_times()
    return actions.try_forecast()


@shared_task(soft_time_limit=100)
def look_ahead(**_future: object) -> int:
    """Make the forecast anew, so that nobody who looks has to wait for it."""
    _now, outlook = renewed(at=clock.now())
    return len(outlook.late)
