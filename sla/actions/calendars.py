"""Every write of calendars."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit import actions as audit
from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from sla.actions.revision import new_revision
from sla.choices import DayKind, Weekday
from sla.engine import BusinessCalendar, CalendarError
from sla.models import Calendar, CalendarVersion, DayException, Window
from sla.queries import calendar_object

Hours = Sequence[tuple[str, str]]
Names = Mapping[str, str]


def remove(row: Window | DayException, *, origin: Origin) -> None:
    """Remove a window or a dated exception, with its event.

    Raises InvalidInput when a calendar would never open again.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        audit.record(row, verb=f"{row._meta.model_name}.removed", origin=origin)
        calendar = row.version.calendar if isinstance(row, Window) else row.calendar
        row.delete()
        refuse_never_open(calendar, origin)
        new_revision()


def save_calendar(
    calendar: Calendar,
    *,
    week: Mapping[int, Hours],
    holidays: Mapping[date, Names],
    other_hours: Mapping[date, Hours],
    origin: Origin,
) -> Calendar:
    """Save a calendar whole: ISO weekday to windows, holidays with names, dated hours.

    Raises InvalidInput for a calendar that cannot be read or that never opens.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        audit.save_reference(calendar, origin=origin)
        calendar.versions.all().delete()
        calendar.exceptions.all().delete()
        version = CalendarVersion.objects.create(calendar=calendar)
        Window.objects.bulk_create(
            Window(version=version, weekday=Weekday(day), opens=opens, closes=closes)
            for day, hours in week.items()
            for opens, closes in hours
        )
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
        refuse_never_open(calendar, origin)
        audit.record(
            calendar, verb="calendar.hours_set", origin=origin, changes=_summary(week, holidays)
        )
        new_revision()
    return calendar


def refuse_never_open(calendar: Calendar, origin: Origin) -> None:
    """Raise InvalidInput for hours that nobody can read or that never come."""
    try:
        hours = BusinessCalendar.from_dict(calendar_object(calendar))
    except CalendarError as error:
        raise InvalidInput(str(error), field="week") from error
    if hours.next_open(origin.moment) is None:
        raise InvalidInput(
            _("This calendar never opens. Give it at least one window."), field="week"
        )


def _summary(week: Mapping[int, Hours], holidays: Mapping[date, Names]) -> dict[str, Any]:
    return {
        "week": [None, {str(day): [list(h) for h in hours] for day, hours in week.items()}],
        "holidays": [None, sorted(day.isoformat() for day in holidays)],
    }
