"""Doors without a person: what tickets do by themselves."""

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.app.task import Task

from common import clock
from common.errors import DomainError
from common.origin import Origin
from tickets import actions
from tickets.choices import Status
from tickets.models import Ticket

logger = logging.getLogger(__name__)


@shared_task(bind=True, soft_time_limit=100)
def close_resolved_tickets(
    self: Task[Any, Any], /, *, older_than_days: int = 14, **_future: object
) -> int:
    """Close the tickets nobody has reopened in time; return how many.

    One transaction a ticket: one that cannot be closed does not stop the rest, and a
    second run finds only what the first left.
    """
    origin = Origin.of_system(trace=self.request.id or "beat")
    limit = clock.now() - timedelta(days=older_than_days)
    waiting = Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lt=limit)
    closed = 0
    for pk in waiting.order_by("resolved_at").values_list("pk", flat=True)[:1000]:
        try:
            actions.close(pk, origin=origin, resolved_before=limit)
        except DomainError as error:
            logger.warning("ticket %s stays resolved: %s", pk, error)
        else:
            closed += 1
    return closed


@shared_task(soft_time_limit=100)
def forget_submissions(**_future: object) -> int:
    """Delete what is known of forms and requests that nobody will send again."""
    return actions.forget_submissions()


@shared_task(bind=True, soft_time_limit=100)
def read_clocks_anew(
    self: Task[Any, Any], /, *, revision: str | None = None, after: int = 0, **_future: object
) -> None:
    """Read the clocks of all open tickets by the policy in force, for a second at a time.

    revision: the one that woke this; when there is a later one, its own task does the work.
    """
    origin = Origin.of_system(trace=self.request.id or "beat")
    actions.read_on(after=after, revision=revision, origin=origin)


@shared_task(soft_time_limit=100)
def run_replay(*, replay: int, **_future: object) -> None:
    """Work for a second on a background job over many tickets; it wakes its own successor."""
    actions.run_replay(replay)


@shared_task(soft_time_limit=100)
def resume_replays(**_future: object) -> int:
    """Take up background jobs whose worker was lost."""
    return actions.resume_replays()
