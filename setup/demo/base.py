"""What the builders of the demo share."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZURICH = ZoneInfo("Europe/Zurich")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "helpdesk-demo"  # noqa: S105 - published; only used where HELPDESK_DEMO is on
LOGINS = ("nadia", "reto", "chiara", "sylvie", "beat")


def names(en: str, fr: str, de: str, it: str) -> dict[str, str]:
    """Return a name in the four languages, as the tables keep it."""
    return {"en": en, "fr": fr, "de": de, "it": it}
