"""Doors without a person: what is kept no longer than it is of use."""

from celery import shared_task

from accounts import actions


@shared_task(soft_time_limit=100)
def forget_sessions(**_future: object) -> None:
    """Delete sessions and tokens that have expired; nobody can use them any more."""
    actions.forget_sessions()
