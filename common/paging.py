"""Keyset paging: a page starts after a row, not at an offset, so page 1,000 costs like page 1."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Key = tuple[datetime | None, int]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows in order, and the cursor of the page after them (None: there is none)."""

    rows: list[Row]
    next: str | None
    is_first: bool


def encode(key: Key) -> str:
    """Return a cursor for the URL."""
    moment, pk = key
    raw = json.dumps([moment.isoformat() if moment else None, pk])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(cursor: str) -> Key | None:
    """Return the key a cursor names, or None for one that `encode` did not make."""
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key = (datetime.fromisoformat(moment) if moment else None), int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    is_aware = key[0] is None or key[0].tzinfo is not None
    return key if is_aware and 0 <= key[1] < 2**63 else None
