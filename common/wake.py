"""The one way from a transaction to the queue and to the open pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.db import connection, transaction

from common import faults, pulse

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def wake(task: str, **kwargs: object) -> None:
    """Publish `task` once the current transaction has committed; a lost wake-up is harmless.

    The work itself must already be a row in the database: a sweeper finds it later if
    the broker is down or the process dies between the commit and the publish. Tasks are
    named, not imported, so that actions never depend on the tasks that call them.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("wake() belongs inside the transaction that wrote the work.")
    if _quiet.get():
        return

    # A named function, not functools.partial: Django 5.2 logs a failing robust
    # callback by its __qualname__, which a partial does not have.
    def publish() -> None:
        faults.point("after-commit-before-enqueue")
        current_app.send_task(task, kwargs=kwargs, retry=False)
        faults.point("after-enqueue")

    transaction.on_commit(publish, robust=True)


def changed(*topics: str) -> None:
    """Tell the open pages, after the commit, that what `topics` name has changed.

    topics: words such as "queue" or "ticket:17"; they say that, never what.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("changed() belongs inside the transaction that made the change.")
    if _quiet.get():
        return

    def bump() -> None:
        pulse.bump(topics)

    transaction.on_commit(bump, robust=True)


@contextmanager
def quietly() -> Iterator[None]:
    """Wake nobody in this context: for the making of demo data, which is long past."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)
