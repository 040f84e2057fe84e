"""Reads of the history."""

from collections.abc import Iterable

from django.db.models import QuerySet

from audit.models import Event


def of_subject(subject_type: str, subject_id: int) -> QuerySet[Event]:
    """Return the events of one subject, oldest first, with their actors."""
    return (
        Event.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("actor")
        .order_by("seq")
    )


def fields_changed_since(subject_type: str, subject_id: int, seq: int) -> set[str]:
    """Return the names of the fields that events after `seq` changed."""
    later: Iterable[dict[str, object]] = Event.objects.filter(
        subject_type=subject_type, subject_id=subject_id, seq__gt=seq
    ).values_list("changes", flat=True)
    return {name for changes in later for name in changes}
