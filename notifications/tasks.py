"""Doors without a person: the outbox."""

from celery import shared_task

from notifications import actions

TURN = 8.0  # seconds; the next turn comes after ten


@shared_task(soft_time_limit=100)
def deliver(*, ids: list[int], **_future: object) -> int:
    """Send the messages a change has just promised; return how many left."""
    return actions.deliver_due(ids=ids)


@shared_task(soft_time_limit=100)
def sweep_outbox(**_future: object) -> int:
    """Send whatever no wake-up reached, and give up what a dead worker held."""
    actions.give_up_orphans()
    return actions.drain(seconds=TURN)
