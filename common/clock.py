"""The one source of "now": the database's clock, so that web and workers never disagree."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connection
from django.db.models import DateTimeField, Func, Value
from django.db.models.expressions import Combinable

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def now() -> datetime:
    """Return the database's wall clock as an aware UTC datetime; costs one statement."""
    if (frozen := _frozen.get()) is not None:
        return frozen
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def in_statement() -> Combinable:
    """Return "now" as an expression of SQL: the instant the statement began that holds it.

    For finding what is due in one statement; what is written asks `now()` under its locks.
    """
    if (at := _frozen.get()) is not None:
        return Value(at, output_field=DateTimeField())
    # Stable within the statement, so that an index can serve it; clock_timestamp() is not.
    return Func(function="statement_timestamp", output_field=DateTimeField())


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Make `now()` answer `at` in this context: for tests and for the making of demo data."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
