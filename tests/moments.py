"""The instants the tests speak of, all in UTC."""

from datetime import UTC, datetime

MONDAY_9 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # 09:00 in Zurich
FRIDAY_17 = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
