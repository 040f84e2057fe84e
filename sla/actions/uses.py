"""What a calendar in use allows: its past is not rewritten silently, and retired is retired."""

from datetime import date

from django.db import models
from django.utils.translation import gettext as _

from common import clock
from common.errors import InvalidInput
from sla.models import Calendar, SiteCalendar, Target, TeamCalendar
from sla.queries.calendars import is_retired, today_of, uses_of


def refuse_past(
    calendar: Calendar, changed_from: date, *, corrects_past: bool, field: str
) -> None:
    """Raise InvalidInput where days gone by would change for somebody who counts by them."""
    now = clock.now()
    if corrects_past or changed_from >= today_of(calendar, now):
        return
    if uses_of(calendar, now):
        raise InvalidInput(
            _(
                "This changes days that are past, and the deadlines of open tickets with them. "
                "Tick “Correct the past” if that is meant, or choose a date from today on."
            ),
            field=field,
        )


def refuse_retired(row: models.Model) -> None:
    """Raise InvalidInput for a site, team or target that would newly use a retired calendar."""
    if not isinstance(row, SiteCalendar | TeamCalendar | Target) or row.calendar_id is None:
        return
    chosen = row.calendar_id
    before = (
        type(row)._base_manager.filter(pk=row.pk).values_list("calendar_id", flat=True).first()
        if row.pk
        else None
    )
    if before == chosen:
        return
    calendar = Calendar.objects.get(pk=chosen)
    if is_retired(calendar, today_of(calendar, clock.now())):
        raise InvalidInput(
            _("“%(calendar)s” is retired. Choose another calendar.") % {"calendar": calendar},
            field="calendar",
        )
