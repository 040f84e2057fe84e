"""Reads of the roster: who is on duty, on call or away, and when."""

from collections import defaultdict
from datetime import datetime

from accounts.choices import DutyKind
from accounts.models import Duty
from escalation.rules import ROSTERED, Absence, Presence


def presences(at: datetime) -> dict[int, Presence]:
    """Return what the roster says of each person, as far as it matters at `at` and later."""
    shifts, calls = (
        defaultdict[int, list[tuple[datetime, datetime]]](list),
        defaultdict[int, list[tuple[datetime, datetime]]](list),
    )
    away = defaultdict[int, list[Absence]](list)
    rows = Duty.objects.filter(ends_at__gt=at - ROSTERED).order_by("starts_at", "pk")
    for person, kind, starts, ends, substitute in rows.values_list(
        "person_id", "kind", "starts_at", "ends_at", "substitute_id"
    ):
        if kind == DutyKind.ABSENT:
            away[person].append(Absence(starts, ends, substitute))
        else:
            (calls if kind == DutyKind.ON_CALL else shifts)[person].append((starts, ends))
    return {
        person: Presence(
            shifts=tuple(shifts[person]), calls=tuple(calls[person]), absences=tuple(away[person])
        )
        for person in {*shifts, *calls, *away}
    }
