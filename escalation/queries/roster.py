"""Reads of the roster: who is on duty, on call or away, and when."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.choices import DutyKind
from accounts.models import Duty, Person
from escalation.rules import ROSTERED, Absence, Presence

Span = tuple[datetime, datetime]
DAY = timedelta(days=1)


def presences(at: datetime) -> dict[int, Presence]:
    """Return what the roster says of each person, as far as it matters at `at` and later."""
    shifts, calls = defaultdict[int, list[Span]](list), defaultdict[int, list[Span]](list)
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of one day: the interval of the roster it belongs to, cut to the day."""

    duty: Duty
    starts: datetime
    ends: datetime
    is_whole_day: bool


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """What the roster says of one person in a week; days: Monday to Sunday."""

    person: Person
    days: list[list[Entry]]


@dataclass(frozen=True, slots=True)
class RanOut:
    """A person whose roster has ended; off_until: until then they count as off duty."""

    person: Person
    ended: datetime
    off_until: datetime


def week(monday: date, *, team: int | None = None) -> list[PersonWeek]:
    """Return who is on duty, on call or away in a week of our own zone, by name.

    team: its members only. Whoever has no line works whenever their team is open.
    """
    days = [_midnight(monday + DAY * n) for n in range(8)]
    found = _of(team).filter(starts_at__lt=days[7], ends_at__gt=days[0])
    lines: dict[int, PersonWeek] = {}
    for duty in found.order_by("person__given_name", "person__family_name", "starts_at"):
        line = lines.setdefault(duty.person_id, PersonWeek(duty.person, [[] for _day in range(7)]))
        for number in range(7):
            begins, ends = days[number], days[number + 1]
            if duty.starts_at < ends and duty.ends_at > begins:
                start, end = max(duty.starts_at, begins), min(duty.ends_at, ends)
                whole = (start, end) == (begins, ends)
                line.days[number].append(Entry(duty, start, end, whole))
    return list(lines.values())


def ran_out(at: datetime, *, team: int | None = None) -> list[RanOut]:
    """Return whose roster ended lately without a next shift: nobody may miss it."""
    last: dict[int, Duty] = {}
    shifts = _of(team).filter(kind=DutyKind.ON_DUTY, ends_at__gt=at - ROSTERED)
    for duty in shifts.order_by("ends_at"):
        last[duty.person_id] = duty
    return [
        RanOut(duty.person, duty.ends_at, duty.ends_at + ROSTERED)
        for duty in last.values()
        if duty.ends_at <= at
    ]


def _of(team: int | None) -> QuerySet[Duty]:
    found = Duty.objects.filter(person__is_active=True).select_related("person", "substitute")
    return found if team is None else found.filter(person__memberships__team=team)


def _midnight(day: date) -> datetime:
    # By the wall: a day of a clock change has 23 or 25 hours.
    return datetime.combine(day, time(), timezone.get_current_timezone())
