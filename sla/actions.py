"""Every write of calendars and agreements; each makes a new revision of the policy."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from audit import actions as audit
from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from common.wake import wake
from sla.choices import DayKind, Weekday
from sla.engine import BusinessCalendar, CalendarError
from sla.models import Calendar, DayException, PolicyRevision, Window
from sla.queries import calendar_object, read_policy

Hours = Sequence[tuple[str, str]]


def save(row: models.Model, *, origin: Origin) -> None:
    """Save an agreement, target, step, exception or assignment of a calendar.

    Raises InvalidInput for hours that cannot be read: they would stop every ticket.
    """
    with transaction.atomic():
        audit.save_reference(row, origin=origin.timed(clock.now))
        _refuse_unreadable()
        _new_revision()


def remove(row: models.Model, *, origin: Origin) -> None:
    """Remove a window or a dated exception, with its event.

    Raises InvalidInput when a calendar would never open again.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        audit.record(row, verb=f"{row._meta.model_name}.removed", origin=origin)
        calendar = getattr(row, "calendar", None)
        row.delete()
        if isinstance(calendar, Calendar):
            _refuse_never_open(calendar, origin)
        _new_revision()


def save_calendar(
    calendar: Calendar,
    *,
    week: Mapping[int, Hours],
    holidays: Mapping[date, str],
    other_hours: Mapping[date, Hours],
    origin: Origin,
) -> Calendar:
    """Save a calendar whole: ISO weekday to windows, holidays with names, dated hours.

    Raises InvalidInput for a calendar that cannot be read or that never opens.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        audit.save_reference(calendar, origin=origin)
        calendar.windows.all().delete()
        calendar.exceptions.all().delete()
        Window.objects.bulk_create(
            Window(calendar=calendar, weekday=Weekday(day), opens=opens, closes=closes)
            for day, hours in week.items()
            for opens, closes in hours
        )
        DayException.objects.bulk_create(
            [
                *(
                    DayException(calendar=calendar, date=day, kind=DayKind.CLOSED, name=name)
                    for day, name in holidays.items()
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
        _refuse_never_open(calendar, origin)
        audit.record(
            calendar, verb="calendar.hours_set", origin=origin, changes=_summary(week, holidays)
        )
        _new_revision()
    return calendar


def _refuse_unreadable() -> None:
    try:
        read_policy()
    except CalendarError as error:
        raise InvalidInput(str(error)) from error


def _refuse_never_open(calendar: Calendar, origin: Origin) -> None:
    try:
        hours = BusinessCalendar.from_dict(calendar_object(calendar))
    except CalendarError as error:
        raise InvalidInput(str(error), field="week") from error
    if hours.next_open(origin.moment) is None:
        raise InvalidInput(
            _("This calendar never opens. Give it at least one window."), field="week"
        )


def _summary(week: Mapping[int, Hours], holidays: Mapping[date, str]) -> dict[str, Any]:
    return {
        "week": [None, {str(day): [list(h) for h in hours] for day, hours in week.items()}],
        "holidays": [None, sorted(day.isoformat() for day in holidays)],
    }


def _new_revision() -> None:
    stamp = uuid.uuid4()
    if not PolicyRevision.objects.update(stamp=stamp):
        PolicyRevision.objects.create(stamp=stamp)
    # Whose deadlines follow from it reads them anew; a lost wake-up is made up for at night.
    wake("tickets.tasks.read_clocks_anew", revision=str(stamp))
