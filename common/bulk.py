"""Set-based writes: one statement for one row or five hundred."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write `fields` of rows of one model in one statement; the caller holds their locks."""
    if not rows or not fields:
        return
    meta = type(rows[0])._meta
    columns: list[Any] = [meta.get_field(name) for name in fields]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(c.column)} = new.{quote(c.column)}" for c in columns)
    names = ", ".join(["id", *(quote(c.column) for c in columns)])
    arrays = ", ".join(["%s::bigint[]", *(f"%s::{c.db_type(connection)}[]" for c in columns)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS old SET {sets} "  # noqa: S608 - names from models
            f"FROM unnest({arrays}) AS new({names}) WHERE old.id = new.id",
            [
                [row.pk for row in rows],
                *([_plain(column, row) for row in rows] for column in columns),
            ],
        )


def _plain(column: Any, row: models.Model) -> Any:
    return column.get_db_prep_save(getattr(row, column.attname), connection)
