""" "Starts at X, n hours → due at Y", worked out with what is typed just now."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from common.htmx import Request
from common.translated import translated
from sla.actions.days import MOST_DAYS
from sla.choices import DayKind, HolidayRule
from sla.engine import CalendarError
from sla.engine.rules import WEEKDAYS
from sla.forms.calendars import DayForm, NewCalendarForm, PreviewForm, WeekForm, examples, zones
from sla.models import BEGINNING, Calendar
from sla.queries import calendar_object
from sla.queries.calendars import names_of_days, preview
from sla.rules.holidays import holidays_of
from sla.rules.review import shape_of
from sla.views.asking import asked_for, may_look, today_in

_KEYS = {DayKind.CLOSED: "holidays", DayKind.HOURS: "overrides", DayKind.BREAK: "breaks"}


class Draft:
    """A calendar as the engine reads it, with what is typed in the place of what is saved.

    state: "saved", "typed", or "unclear" where what is typed is not understood yet.
    """

    def __init__(self, described: dict[str, Any], names: dict[date, str]) -> None:
        self.described, self.names, self.state = described, names, "saved"

    def put(self, kind: str, on: date, hours: Any, name: str) -> None:
        """Add a dated exception."""
        key = _KEYS[DayKind(kind)]
        if key == "holidays":
            self.described[key] = [*self.described[key], on.isoformat()]
        else:
            self.described[key] |= {on.isoformat(): [list(h) for h in hours]}
        if name:
            self.names[on] = name

    def put_week(self, since: date, week: Mapping[int, Any], instead: set[str]) -> None:
        """Let a week be in force from a date on; instead: the dates of those it replaces."""
        self.described["versions"] = [
            *(v for v in self.described["versions"] if v["from"] not in instead),
            {
                "from": since.isoformat(),
                "week": {WEEKDAYS[d - 1]: [list(h) for h in hours] for d, hours in week.items()},
            },
        ]
        self.state = "typed"


@require_safe
def fragment(request: Request) -> HttpResponse:
    """Answer the typing in an editor with the example, by the hours as they stand there."""
    may_look(request)
    slug = request.GET.get("calendar", "")
    calendar = asked_for(slug) if slug else None
    return TemplateResponse(
        request, "sla/calendars/partials/preview.html", example(request, calendar)
    )


def example(request: Request, calendar: Calendar | None) -> dict[str, Any]:
    """Return the form of the example and what comes of it, for a page or its fragment."""
    data: Any = request.POST if request.method == "POST" else request.GET
    today = today_in(calendar)
    asked = data if "start" in data else _first_example(today)
    form = PreviewForm(asked, today=today)
    draft = _draft(data, calendar, today)
    zone = ZoneInfo(draft.described["tz"])
    context: dict[str, Any] = {
        "calendar": calendar,
        "preview_form": form,
        "preview": None,
        "preview_error": "",
        "preview_state": draft.state,
        "zone": zone,
        "examples": examples(today, _clock_changes(zone, today)),
    }
    if form.is_valid() and draft.described["versions"]:
        start, until = form.cleaned_data["start"], form.cleaned_data["until"]
        try:
            context["preview"] = preview(
                draft.described,
                draft.names,
                start.replace(tzinfo=zone),
                seconds=None if until else form.cleaned_data["budget"],
                until=until.replace(tzinfo=zone) if until else None,
            )
        except CalendarError as error:
            context["preview_error"] = str(error)
    return context


def _first_example(today: date) -> dict[str, str]:
    return {"start": f"{today:%d.%m.%Y} 16:40", "budget": "8 h"}


def _clock_changes(zone: ZoneInfo, today: date) -> list[date]:
    """Return the dates of the coming year on which the wall clock of a zone changes."""
    at, found = datetime(today.year, today.month, today.day, tzinfo=UTC), []
    for _day in range(370):
        after = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            found.append(after.astimezone(zone).date())
        at = after
    return found


def _draft(data: Mapping[str, Any], calendar: Calendar | None, today: date) -> Draft:
    if calendar is None:
        return _new(data, today)
    draft = Draft(calendar_object(calendar), names_of_days(calendar))
    if "day_1" in data:
        _with_week(draft, data, calendar, today)
    elif "kind" in data:
        _with_day(draft, data, today)
    return draft


def _with_week(draft: Draft, data: Mapping[str, Any], calendar: Calendar, today: date) -> None:
    pk = str(data.get("version") or "")
    version = next((v for v in calendar.versions.all() if str(v.pk) == pk), None)
    form = WeekForm(data, today=today, version=version)
    if not form.is_valid():
        draft.state = "unclear"
        return
    new = form.new_week()
    replaced = {new.valid_from.isoformat()}
    if version is not None:
        replaced.add(version.valid_from.isoformat())
    draft.put_week(new.valid_from, new.week, replaced)


def _with_day(draft: Draft, data: Mapping[str, Any], today: date) -> None:
    form = DayForm(data, today=today)
    if not form.is_valid():
        draft.state = "unclear"
        return
    new = form.new_day()
    count = ((new.until or new.on) - new.on).days + 1
    for number in range(min(count, MOST_DAYS)):
        name = translated(new.names) if new.names else ""
        draft.put(new.kind, new.on + timedelta(days=number), new.hours, name)
    draft.state = "typed"


def _new(data: Mapping[str, Any], today: date) -> Draft:
    """Return a calendar that is not saved yet, as far as it can be understood."""
    wanted = str(data.get("time_zone") or "")
    draft = Draft(
        {
            "tz": wanted if wanted in dict(zones()) else "Europe/Zurich",
            "versions": [], "holidays": [], "overrides": {}, "breaks": {},
        },
        {},
    )  # fmt: skip
    if "day_1" not in data:
        return draft
    form = NewCalendarForm(data)
    form.full_clean()
    if any(field.errors for field in form.day_fields()) or not form.week():
        draft.state = "unclear"
        return draft
    typed = form.cleaned_data
    draft.put_week(BEGINNING, form.week(), set())
    draft.described["holiday_rule"] = typed.get("holiday_rule") or HolidayRule.DATE
    country, region = typed.get("country", ""), typed.get("subdivision", "")
    for year in range(today.year, today.year + 3) if country else ():
        for holiday in holidays_of(country, region, year):
            kind, hours = shape_of(holiday)
            draft.put(kind, holiday.on, hours, translated(holiday.names))
    return draft
