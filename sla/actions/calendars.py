"""Every write of calendars: their heads, their weeks by versions, and when they are retired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit import actions as audit
from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from sla.actions.revision import new_revision
from sla.actions.uses import refuse_past
from sla.choices import DayKind, Weekday
from sla.engine import BusinessCalendar, CalendarError
from sla.models import BEGINNING, Calendar, CalendarVersion, DayException, Window
from sla.queries import calendar_object
from sla.queries.calendars import today_of, uses_of, week_of
from sla.rules.holidays import holidays_of, is_known, source_of
from sla.rules.hours import overlaps_across_days
from sla.rules.review import shape_of

Hours = Sequence[tuple[str, str]]
Week = Mapping[int, Hours]
Names = Mapping[str, str]
RESERVED = {"new", "preview", "regions"}  # addresses beside those of the calendars
_COUNTS = ("time_zone", "holiday_rule")  # what is not kept in versions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWeek:
    """The opening hours from a date on; note: what changes, in a line."""

    valid_from: date
    week: Week
    note: str = ""


def save_calendar(
    calendar: Calendar,
    *,
    week: Week,
    holidays: Mapping[date, Names],
    other_hours: Mapping[date, Hours],
    origin: Origin,
) -> Calendar:
    """Save a calendar whole: ISO weekday to windows, holidays with names, dated hours.

    Whatever it said before is replaced, its past too. Raises InvalidInput for a calendar that
    cannot be read or that never opens.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        audit.save_reference(calendar, origin=origin)
        calendar.versions.all().delete()
        calendar.exceptions.all().delete()
        version = CalendarVersion.objects.create(calendar=calendar)
        _write_windows(version, week)
        DayException.objects.bulk_create(
            [
                *(
                    DayException(calendar=calendar, date=day, kind=DayKind.CLOSED, names=names)
                    for day, names in holidays.items()
                ),
                *(
                    DayException(
                        calendar=calendar,
                        date=day,
                        kind=DayKind.HOURS,
                        hours=[list(h) for h in hours],
                    )
                    for day, hours in other_hours.items()
                ),
            ]
        )
        refuse_never_open(calendar)
        audit.record(
            calendar, verb="calendar.hours_set", origin=origin, changes=_summary(week, holidays)
        )
        new_revision()
    return calendar


def create_calendar(
    calendar: Calendar, *, week: Week, years: Sequence[int], origin: Origin
) -> Calendar:
    """Make a calendar with its week and the public holidays of its country for these years.

    Raises InvalidInput: a short name that is taken, windows that overlap, never open.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        if calendar.slug in RESERVED or Calendar.objects.filter(slug=calendar.slug).exists():
            raise InvalidInput(_("This short name is taken. Choose another."), field="slug")
        _refuse_unknown_country(calendar)
        audit.save_reference(calendar, origin=origin)
        _write_windows(_new_version(calendar, BEGINNING, ""), week)
        made = generate(calendar, years)
        refuse_never_open(calendar)
        audit.record(
            calendar, verb="calendar.hours_set", origin=origin, changes=_summary(week, made)
        )
        new_revision()
    return calendar


def change_calendar(calendar: Calendar, *, corrects_past: bool = False, origin: Origin) -> bool:
    """Save the head of a calendar: names, zone, rule, country; False: nothing changed.

    Its zone and its rule have no versions: for a calendar in use they change the past too,
    which has to be meant. Raises InvalidInput.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        before = Calendar.objects.select_for_update().get(pk=calendar.pk)
        changed = [f for f in _COUNTS if getattr(before, f) != getattr(calendar, f)]
        if changed:
            refuse_past(before, BEGINNING, corrects_past=corrects_past, field=changed[0])
        _refuse_unknown_country(calendar)
        if not audit.save_reference(calendar, origin=origin):
            return False
        refuse_never_open(calendar)
        new_revision()
    return True


def set_week(
    calendar: Calendar,
    new: NewWeek,
    *,
    version_id: int | None = None,
    corrects_past: bool = False,
    origin: Origin,
) -> CalendarVersion:
    """Give a calendar other hours from a date on, or edit the version `version_id`.

    What counts for days that are past is only changed where nobody uses the calendar or
    `corrects_past` says that it is meant. The first version has always been in force: its date
    stays. Raises InvalidInput: never open, overlapping windows, a date that is taken.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        old = None if version_id is None else calendar.versions.get(pk=version_id)
        valid_from = BEGINNING if old and old.valid_from == BEGINNING else new.valid_from
        since = min(valid_from, old.valid_from) if old else valid_from
        refuse_past(calendar, since, corrects_past=corrects_past, field="valid_from")
        _refuse_taken(calendar, valid_from, old)
        before: list[Any] = [None, None]
        if old is not None:
            before = [_plain(week_of(old)), old.valid_from.isoformat()]
        version = old or _new_version(calendar, valid_from, new.note)
        if old is not None:
            old.valid_from, old.note = valid_from, new.note
            old.save()
            old.windows.all().delete()
        _write_windows(version, new.week)
        refuse_never_open(calendar)
        audit.record(
            calendar,
            verb="calendar.hours_set",
            origin=origin,
            changes={
                "week": [before[0], _plain(new.week)],
                "valid_from": [before[1], valid_from.isoformat()],
            },
        )
        new_revision()
    return version


def remove_week(version: CalendarVersion, *, origin: Origin) -> None:
    """Take back hours that have not begun, or that nobody counts by; the first ones stay.

    Raises InvalidInput.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=version.calendar_id)
        if calendar.versions.order_by("valid_from").first() == version:
            raise InvalidInput(_("These are the first hours of the calendar: they stay."))
        begun = version.valid_from <= today_of(calendar, origin.moment)
        if begun and uses_of(calendar, origin.moment):
            raise InvalidInput(
                _("These hours have begun and somebody counts by them. Add others from a date on.")
            )
        audit.record(
            calendar,
            verb="calendar.hours_removed",
            origin=origin,
            changes={
                "week": [_plain(week_of(version)), None],
                "valid_from": [version.valid_from.isoformat(), None],
            },
        )
        version.delete()
        refuse_never_open(calendar)
        new_revision()


def retire_calendar(
    calendar: Calendar, *, on: date, although_used: bool = False, origin: Origin
) -> None:
    """Let nothing new use a calendar from a date on; who uses it goes on until it is changed.

    Raises InvalidInput that names who uses it, unless `although_used` says that is known.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        uses = uses_of(calendar, origin.moment)
        if uses.is_default:
            raise InvalidInput(
                _(
                    "Sites without a calendar of their own count by this one. "
                    "It is the first of all calendars and cannot be retired."
                ),
                field="on",
            )
        if uses and not although_used:
            raise InvalidInput(
                _("Still used by %(uses)s. They go on with it until you give them another.")
                % {"uses": uses.words},
                field="although_used",
            )
        calendar.retired_on = on
        audit.save_reference(calendar, origin=origin)
        new_revision()


def bring_back_calendar(calendar: Calendar, *, origin: Origin) -> None:
    """Let a retired calendar be chosen again."""
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        calendar.retired_on = None
        audit.save_reference(calendar, origin=origin.timed(clock.now))
        new_revision()


def generate(calendar: Calendar, years: Sequence[int]) -> dict[date, Names]:
    """Write the public holidays of the calendar's country as rows; the caller's transaction."""
    source = source_of(calendar.country, calendar.subdivision)
    found = [
        holiday
        for year in years
        for holiday in holidays_of(calendar.country, calendar.subdivision, year)
    ]
    rows = [
        DayException(
            calendar=calendar, date=h.on, kind=kind, hours=hours, names=dict(h.names),
            source=source,
        )
        for h in found
        for kind, hours in [shape_of(h)]
    ]  # fmt: skip
    DayException.objects.bulk_create(rows)
    return {holiday.on: holiday.names for holiday in found}


def refuse_never_open(calendar: Calendar) -> None:
    """Raise InvalidInput for hours that overlap, that nobody can read, or that never come."""
    versions = list(calendar.versions.order_by("valid_from").prefetch_related("windows"))
    for version in versions:
        week = week_of(version)
        if not week:
            raise InvalidInput(
                _("This calendar never opens. Give it at least one window."), field="week"
            )
        for _weekday, words in overlaps_across_days(week):
            raise InvalidInput(words, field="week")
    try:
        hours = BusinessCalendar.from_dict(calendar_object(calendar))
    except CalendarError as error:
        raise InvalidInput(str(error), field="week") from error
    # Of each version the time from its first day on: exceptions may close all of it.
    starts = [
        datetime.combine(version.valid_from, time(), hours.rules.zone) for version in versions[1:]
    ]
    for start in [clock.now(), *starts]:
        if hours.next_open(start) is None:
            raise InvalidInput(
                _("With these exceptions the calendar never opens again."), field="week"
            )


def _refuse_taken(calendar: Calendar, valid_from: date, old: CalendarVersion | None) -> None:
    taken = calendar.versions.filter(valid_from=valid_from)
    if old is not None:
        taken = taken.exclude(pk=old.pk)
    if taken.exists():
        raise InvalidInput(
            _("There are hours from this date on already. Edit those, or choose another date."),
            field="valid_from",
        )


def _refuse_unknown_country(calendar: Calendar) -> None:
    if calendar.country and not is_known(calendar.country, calendar.subdivision):
        raise InvalidInput(
            _("No holidays are known for this country and region."), field="subdivision"
        )


def _new_version(calendar: Calendar, valid_from: date, note: str) -> CalendarVersion:
    return CalendarVersion.objects.create(calendar=calendar, valid_from=valid_from, note=note)


def _write_windows(version: CalendarVersion, week: Week) -> None:
    Window.objects.bulk_create(
        Window(version=version, weekday=Weekday(day), opens=opens, closes=closes)
        for day, hours in week.items()
        for opens, closes in hours
    )


def _plain(week: Week) -> dict[str, list[list[str]]]:
    return {str(day): [list(h) for h in hours] for day, hours in sorted(week.items())}


def _summary(week: Week, holidays: Mapping[date, Names]) -> dict[str, Any]:
    return {
        "week": [None, _plain(week)],
        "holidays": [None, sorted(day.isoformat() for day in holidays)],
    }
