"""The small desk, built by the actions once, and put back as rows for each test after that.

The actions need three hundred statements for it, and most tests begin with it.
"""

import pickle
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from common.translated import LANGUAGES
from sla.models import PauseReason
from sla.queries import BUILT_IN
from tests import factories
from tests.factories import World
from tickets.models import PriorityCell

# So that no process holds the policy of another test for this one's.
NEW_STAMP = "UPDATE sla_policyrevision SET stamp = gen_random_uuid()"


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of each table, as JSON, and the objects that stand for them."""

    rows: dict[str, str]
    world: bytes


_kept: Kept | None = None


def small_desk() -> World:
    """Return the small desk of `factories.world`; where commits are real, always a new one."""
    global _kept
    _word_the_reasons()
    if not connection.in_atomic_block or _rows():
        return factories.world()
    if _kept is None:
        world = factories.world()
        _kept = Kept(_rows(), pickle.dumps(world))
        return world
    _put_back(_kept)
    # The people have the same keys each time, and what was kept for them may be another test's.
    caches["default"].clear()
    found: World = pickle.loads(_kept.world)  # noqa: S301  written above
    return found


def _word_the_reasons() -> None:
    """A migration words the reasons; a test whose commits are real empties the tables."""
    if not PauseReason.objects.exists():
        PauseReason.objects.bulk_create(
            PauseReason(
                slug=slug, order=10 * number, needs_date=built.needs_date,
                wakes_on_answer=built.wakes_on_answer,
                names={language: built.name_in(language) for language in LANGUAGES},
            )
            for number, (slug, built) in enumerate(BUILT_IN.items(), start=1)
        )  # fmt: skip


def _rows() -> dict[str, str]:
    """Return the rows of each table of ours that has any, but for those of the migrations."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}', json_agg(t)::text FROM \"{table}\" t"  # noqa: S608  our own names
        for table in _columns()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {table: rows for table, rows in cursor.fetchall() if rows is not None}


def _put_back(kept: Kept) -> None:
    statements = [*map(_insert, kept.rows), NEW_STAMP]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements), list(kept.rows.values()))


def _insert(table: str) -> str:
    names, rows = _columns()[table], f'json_populate_recordset(NULL::"{table}", %s)'
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {rows}'  # noqa: S608


@cache
def _columns() -> dict[str, str]:
    """Return our tables with their columns, without those PostgreSQL computes."""
    ours = (
        model._meta
        for model in apps.get_models(include_auto_created=True)
        if Path(model._meta.app_config.path).parent == settings.BASE_DIR
        and model not in {PriorityCell, PauseReason}
    )
    return {
        meta.db_table: ", ".join(
            f'"{field.column}"' for field in meta.local_concrete_fields if not field.generated
        )
        for meta in ours
    }
