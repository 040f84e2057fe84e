"""The edge between aware datetimes and the whole epoch seconds the engine counts in."""

from datetime import UTC, datetime, timedelta
from math import floor
from typing import Final

from sla.errors import CalendarError

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY: Final = 86_400


def seconds_of(moment: datetime) -> int:
    """Return the epoch second the moment lies in: fractions are cut off, never rounded."""
    if moment.tzinfo is None:
        raise CalendarError(f"The instant {moment.isoformat()} has no time zone.")
    return floor(moment.timestamp())


def moment_of(seconds: int) -> datetime:
    """Return the UTC datetime of an epoch second."""
    return EPOCH + timedelta(seconds=seconds)


def moment_or_none(seconds: int | None) -> datetime | None:
    """Return the UTC datetime of an epoch second; None stays None."""
    return None if seconds is None else EPOCH + timedelta(seconds=seconds)
