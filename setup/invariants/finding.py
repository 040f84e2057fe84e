"""What a check finds, and what it is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

MOST = 100  # findings a check reports; the first ones say enough


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: the check, what it is about, and what is wrong."""

    check: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.check} {self.subject}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the checks are told.

    now: the instant they judge from. settled: whether the sweep had its chance, so that
    nothing due a minute ago may be left. sample: how many deadlines are walked by hand.
    """

    now: datetime
    settled: bool = True
    sample: int = 25


def found(code: str, sql: str, **values: Any) -> Iterator[Finding]:
    """Yield a finding per row of (subject, words); values: the parameters of the statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        rows = cursor.fetchmany(MOST)
    for subject, text in rows:
        yield Finding(code, str(subject), str(text))
