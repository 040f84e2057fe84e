"""Every write of dated exceptions, and the holidays taken over from the rules of a country."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit import actions as audit
from common import clock, formats
from common.errors import InvalidInput
from common.origin import Origin
from sla.actions.calendars import refuse_never_open
from sla.actions.revision import new_revision
from sla.actions.uses import refuse_past
from sla.choices import DayKind
from sla.models import Calendar, DayException
from sla.queries.calendars import review
from sla.rules.holidays import source_of
from sla.rules.review import Difference, shape_of

MOST_DAYS = 62  # in one go: the longest holidays of a company, not a typing error in the year
_CONTRADICT = {DayKind.CLOSED: DayKind.HOURS, DayKind.HOURS: DayKind.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDay:
    """A dated exception; until: the last of several days in a row, None: one day."""

    on: date
    kind: str
    until: date | None = None
    hours: Sequence[tuple[str, str]] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def add_days(
    calendar: Calendar, new: NewDay, *, corrects_past: bool = False, origin: Origin
) -> list[DayException]:
    """Add an exception for a date or for each of several days in a row.

    Raises InvalidInput: a day that is taken or that the other kind contradicts, days that are
    past and count for somebody, a calendar that would never open again.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        refuse_past(calendar, new.on, corrects_past=corrects_past, field="on")
        rows = [_row(calendar, on, new) for on in _dates(new)]
        for row in rows:
            _refuse_taken(row)
            audit.save_reference(row, origin=origin)
        _finish(calendar, "calendar.day_added", origin, [None, [_said(r) for r in rows]])
    return rows


def change_day(
    row: DayException, new: NewDay, *, corrects_past: bool = False, origin: Origin
) -> DayException:
    """Change one exception; from now on a person decided it, whatever the rules say.

    Raises InvalidInput as `add_days` does.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=row.calendar_id)
        refuse_past(calendar, min(new.on, row.date), corrects_past=corrects_past, field="on")
        before = _said(row)
        row.date, row.kind, row.source = new.on, new.kind, ""
        row.hours, row.names = [list(h) for h in new.hours], dict(new.names)
        _refuse_taken(row)
        audit.save_reference(row, origin=origin)
        _finish(calendar, "calendar.day_changed", origin, [before, _said(row)])
    return row


def remove_day(row: DayException, *, corrects_past: bool = False, origin: Origin) -> None:
    """Take an exception away: on that date the week counts again.

    Raises InvalidInput for a past day that counts for somebody.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=row.calendar_id)
        refuse_past(calendar, row.date, corrects_past=corrects_past, field="corrects_past")
        said = _said(row)
        row.delete()
        _finish(calendar, "calendar.day_removed", origin, [said, None])


def take_holidays(
    calendar: Calendar,
    year: int,
    *,
    only: Collection[date] | None = None,
    corrects_past: bool = False,
    origin: Origin,
) -> int:
    """Make the rows of a year agree with the holiday rules, on all dates or on some; how many.

    Days a person decided stay as they are. Raises InvalidInput for past days that count.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        wanted = [
            difference
            for difference in review(calendar, year)
            if difference.is_open and (only is None or difference.on in only)
        ]
        if not wanted:
            return 0
        counting = [d.on for d in wanted if _counts(d)]
        if counting:
            refuse_past(
                calendar, min(counting), corrects_past=corrects_past, field="corrects_past"
            )
        source = source_of(calendar.country, calendar.subdivision)
        for difference in wanted:
            _take(calendar, difference, source)
        changes = {
            verdict: [None, [d.on.isoformat() for d in wanted if d.verdict == verdict]]
            for verdict in ("missing", "changed", "gone")
        }
        refuse_never_open(calendar)
        audit.record(
            calendar, verb="calendar.holidays_taken", origin=origin,
            changes={"source": [None, source]} | changes,
        )  # fmt: skip
        new_revision()
    return len(wanted)


def _counts(difference: Difference) -> bool:
    """Test if taking it changes the hours of its date, not only a name."""
    if difference.verdict != "changed" or difference.holiday is None:
        return True
    return bool(difference.row.kind != shape_of(difference.holiday)[0])


def _take(calendar: Calendar, difference: Difference, source: str) -> None:
    holiday, row = difference.holiday, difference.row
    if holiday is None:
        row.delete()
        return
    row = row or DayException(calendar=calendar, date=holiday.on)
    row.kind, row.hours = shape_of(holiday)
    row.names, row.source = dict(holiday.names), source
    row.save()


def _dates(new: NewDay) -> list[date]:
    count = 1 if new.until is None else (new.until - new.on).days + 1
    if count < 1:
        raise InvalidInput(_("The last day is before the first."), field="until")
    if count > MOST_DAYS:
        raise InvalidInput(
            _("That is %(count)s days. At most %(most)s go in one.")
            % {"count": count, "most": MOST_DAYS},
            field="until",
        )
    return [new.on + timedelta(days=number) for number in range(count)]


def _row(calendar: Calendar, on: date, new: NewDay) -> DayException:
    return DayException(
        calendar=calendar, date=on, kind=new.kind, hours=[list(h) for h in new.hours],
        names=dict(new.names),
    )  # fmt: skip


def _refuse_taken(row: DayException) -> None:
    others = DayException.objects.filter(calendar=row.calendar_id, date=row.date)
    if row.pk:
        others = others.exclude(pk=row.pk)
    taken = others.filter(kind__in=[row.kind, _CONTRADICT.get(DayKind(row.kind), row.kind)])
    if (other := taken.first()) is not None:
        raise InvalidInput(
            _("On %(date)s there is already: %(kind)s %(name)s. Change or remove that first.")
            % {
                "date": formats.date(row.date),
                "kind": other.get_kind_display(),
                "name": f"({other.name})" if other.name else "",
            },
            field="on",
        )


def _finish(calendar: Calendar, verb: str, origin: Origin, change: list[Any]) -> None:
    refuse_never_open(calendar)
    audit.record(calendar, verb=verb, origin=origin, changes={"days": change})
    new_revision()


def _said(row: DayException) -> dict[str, Any]:
    return {
        "date": row.date.isoformat(), "kind": row.kind, "hours": row.hours,
        "names": row.names, "source": row.source,
    }  # fmt: skip
