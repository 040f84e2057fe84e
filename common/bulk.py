"""Set-based writes: one statement for one row or five hundred."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write `fields` of rows of one model in one statement; the caller holds their locks.

    Not for columns that are arrays themselves: PostgreSQL refuses them here.
    """
    if not rows or not fields:
        return
    meta = type(rows[0])._meta
    columns: list[Any] = [meta.get_field(name) for name in fields]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(c.column)} = new.{quote(c.column)}" for c in columns)
    names = ", ".join(["id", *(quote(c.column) for c in columns)])
    arrays = ", ".join(["%s::bigint[]", *(f"%s::{_type(c)}[]" for c in columns)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS old SET {sets} "  # noqa: S608 - names from models
            f"FROM unnest({arrays}) AS new({names}) WHERE old.id = new.id",
            [
                [row.pk for row in rows],
                *(_values(column, rows) for column in columns),
            ],
        )


def _type(column: Any) -> str:
    # A cast to varchar(200) would cut a longer text silently, where the column refuses it.
    return "text" if isinstance(column, models.CharField) else str(column.db_type(connection))


def _values(column: Any, rows: Sequence[models.Model]) -> list[Any]:
    name = column.attname
    if isinstance(column, models.JSONField):
        return [column.get_db_prep_save(getattr(row, name), connection) for row in rows]
    # The driver takes our other types as they are; asking the field costs more than the row.
    return [getattr(row, name) for row in rows]
