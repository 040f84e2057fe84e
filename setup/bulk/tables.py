"""Rows collected and sent by COPY; keys and numbers taken from the sequences in blocks."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection, models

NULL: Final = "\\N"
Row = Sequence[Any]

COLUMNS: Final = {
    "tickets_ticket": (
        "id", "number", "kind", "title", "description", "status", "impact", "urgency",
        "priority", "category_id", "team_id", "level", "assignee_id", "follow_up_id",
        "requester_id", "opened_by_id", "organisation_id", "site_id", "is_vip", "language",
        "channel", "opened_at", "updated_at", "responded_at", "resolved_at", "ended_at",
        "resolution", "reopen_count", "hop_count", "next_due_at", "version", "team_since",
        "accepted_at",
    ),
    "tickets_entry": ("ticket_id", "kind", "author_id", "channel", "body", "at"),
    "tickets_hold": (
        "ticket_id", "reason", "note", "until", "author_id", "started_at", "ended_at", "woken_by",
    ),
    "tickets_clock": (
        "id", "ticket_id", "metric", "run", "state", "agreement_id", "calendar_id",
        "target_seconds", "started_at", "terms_since", "due_at", "at_risk_at", "breached_at",
        "stopped_at", "next_action_at", "fired",
    ),
    "escalation_firing": ("clock_id", "run", "milestone", "due_at", "fired_at"),
    "escalation_handover": (
        "ticket_id", "from_team_id", "to_team_id", "from_level", "to_level", "kind", "trigger",
        "missing_skill_id", "reason", "symptom", "tried", "wanted", "reachable", "chosen",
        "state", "proposed_at", "proposed_by_id", "answered_at", "answered_by_id", "answer",
    ),
    "audit_event": (
        "subject_type", "subject_id", "subject_label", "seq", "verb", "actor_id", "channel",
        "at", "trace", "changes",
    ),
    "notifications_message": (
        "key", "template", "recipient_id", "subject_type", "subject_id", "data", "status",
        "created_at", "not_before", "attempts", "claimed_at", "sent_at", "error",
    ),
}  # fmt: skip


class Tables:
    """Rows on their way; `flush` sends them in the order in which they refer to each other."""

    def __init__(self) -> None:
        self._buffers = {name: io.StringIO() for name in COLUMNS}
        self._writers = {
            name: csv.writer(buffer, lineterminator="\n") for name, buffer in self._buffers.items()
        }

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Collect rows of one table; None becomes NULL."""
        self._writers[table].writerows(
            [NULL if value is None else value for value in row] for row in rows
        )

    def flush(self) -> None:
        """Send what was collected."""
        with connection.cursor() as cursor:
            for table, buffer in self._buffers.items():
                buffer.seek(0)
                names = ", ".join(COLUMNS[table])
                cursor.copy_expert(
                    f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')", buffer
                )
                buffer.seek(0)
                buffer.truncate()


def first_key(model: type[models.Model]) -> int:
    """Return the first primary key that is free; the caller has locked the table."""
    highest: int | None = model._base_manager.aggregate(top=models.Max("pk"))["top"]
    return (highest or 0) + 1


def keys_used(model: type[models.Model], last: int) -> None:
    """Tell the sequence of a table that keys up to `last` are taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, last]
        )


class Numbers:
    """Ticket numbers of several years, taken in blocks."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def take(self, year: int) -> str:
        """Return the next number of a year."""
        if year not in self._next:
            with connection.cursor() as cursor:
                cursor.execute("SELECT tickets_next_number(%s)", [year])
                self._next[year] = cursor.fetchone()[0]
        number = self._next[year]
        self._next[year] = number + 1
        return f"{year % 100:02d}-{number:05d}"

    def keep(self) -> None:
        """Tell the sequences how far the numbers were taken."""
        with connection.cursor() as cursor:
            for year, number in self._next.items():
                cursor.execute("SELECT setval(%s, %s)", [f"tickets_number_{year}", number - 1])
