"""When the policy was changed, by its own history."""

from datetime import datetime

from django.db.models import Max

from audit.models import Event

# The revision itself tells only of other rules of time zones.
_OF_HOURS = ("calendar", "calendarversion", "window", "dayexception", "policyrevision")


def hours_changed_at() -> datetime | None:
    """Return when the hours of any calendar were changed last; None: never."""
    found: datetime | None = Event.objects.filter(subject_type__in=_OF_HOURS).aggregate(
        last=Max("at")
    )["last"]
    return found
