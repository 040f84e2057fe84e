"""The list of calendars, a calendar with its year, its head, and retiring it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_administrator
from common import clock, formats
from common.htmx import Request
from common.origin import Origin
from sla import actions
from sla.forms.calendars import (
    HeadForm,
    NewCalendarForm,
    RetireForm,
    regions_to_choose,
)
from sla.forms.names import initial_names
from sla.models import BEGINNING, Calendar, CalendarVersion
from sla.queries import calendars as reads
from sla.rules.holidays import YEARS
from sla.rules.hours import say_week
from sla.views.asking import NAV, asked_for, done, may_change, may_look, only_shows, today_in
from sla.views.previews import example

COLUMNS = 37  # a month may begin on a Sunday and have 31 days


@require_safe
def index(request: Request) -> HttpResponse:
    """Show every calendar with its hours in words and who uses it."""
    may_look(request)
    now = clock.now()
    found = [
        {
            "one": one,
            "hours": say_week(reads.week_of(one.version)),
            "holidays": reads.holidays_words(one.calendar),
            "runs_out": reads.runs_out(
                one.calendar, one.last_year, reads.today_of(one.calendar, now)
            ),
        }
        for one in reads.listed(now)
    ]
    context = NAV | {"calendars": found, "may_edit": is_administrator(request.user)}
    return TemplateResponse(request, "sla/calendars/list.html", context)


@require_safe
def page(request: Request, slug: str) -> HttpResponse:
    """Show one calendar: its hours by versions, an example, a year and its exceptions."""
    may_look(request)
    calendar = asked_for(slug)
    today = today_in(calendar)
    year = year_in(request.GET.get("year"), today)
    uses = reads.uses_of(calendar, clock.now())
    days = reads.year_of(calendar, year)
    last = reads.last_years().get(calendar.pk)
    context = NAV | {
        "calendar": calendar,
        "may_edit": is_administrator(request.user),
        "uses": uses,
        "holidays": reads.holidays_words(calendar),
        "last_year": last,
        "runs_out": reads.runs_out(calendar, last, today),
        "versions": [_version(v, calendar, today, bool(uses)) for v in calendar.versions.all()],
        "year": year,
        "months": _months(days),
        "weekdays": _weekdays(),
        "days": [d for d in days if d.is_noteworthy],
        "open_review": [d for d in reads.review(calendar, year) if d.is_open],
        "is_retired": reads.is_retired(calendar, today),
        **example(request, calendar),
    }
    return TemplateResponse(request, "sla/calendars/page.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Ask for a calendar, and make it with the holidays of this year and the two after it."""
    may_change(request)
    given: Any = request.POST if request.method == "POST" else None
    shows = only_shows(given)
    if given is not None and "copy" in given:
        given = NewCalendarForm(given).copied()
    form = NewCalendarForm(
        given, initial={"time_zone": "Europe/Zurich", "holiday_rule": "date", "country": "CH"}
    )
    if not shows and form.is_valid():
        calendar = form.into(Calendar(slug=form.cleaned_data["slug"]))
        first = today_in(calendar).year
        if done(
            form,
            lambda: actions.create_calendar(
                calendar,
                week=form.week(),
                years=range(first, first + 3),
                origin=Origin.of_request(request),
            ),
        ):
            messages.success(request, _("“%(name)s” is made.") % {"name": calendar})
            return redirect("calendar", calendar.slug)
    context = NAV | {"form": form, "shows": shows, **example(request, None)}
    status = 422 if form.errors and not shows else 200
    return TemplateResponse(request, "sla/calendars/new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def head(request: Request, slug: str) -> HttpResponse:
    """Ask for a calendar's names, zone and holidays."""
    may_change(request)
    calendar = asked_for(slug)
    initial: dict[str, Any] = {
        "time_zone": calendar.time_zone, "holiday_rule": calendar.holiday_rule,
        "country": calendar.country, "subdivision": calendar.subdivision,
        **initial_names(calendar.names),
    }  # fmt: skip
    form = HeadForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        is_elsewhere = bool({"country", "subdivision"} & set(form.changed_data))
        if done(
            form,
            lambda: actions.change_calendar(
                form.into(calendar),
                corrects_past=form.cleaned_data["corrects_past"],
                origin=Origin.of_request(request),
            ),
        ):
            messages.success(request, _("“%(name)s” is saved.") % {"name": calendar})
            if is_elsewhere:
                return redirect("calendar-holidays", slug, today_in(calendar).year)
            return redirect("calendar", slug)
    context = NAV | {
        "calendar": calendar,
        "form": form,
        "asks_past": bool({"time_zone", "holiday_rule"} & set(form.errors))
        or (form.is_bound and form["corrects_past"].value()),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "sla/calendars/head.html", context, status=status)


@require_safe
def regions(request: Request) -> HttpResponse:
    """Answer the choice of a country with the cantons or regions it has."""
    may_change(request)
    options = regions_to_choose(request.GET.get("country", "")[:2])
    return TemplateResponse(request, "sla/calendars/partials/regions.html", {"options": options})


@require_http_methods(["GET", "POST"])
def retire(request: Request, slug: str) -> HttpResponse:
    """Ask from when on nothing new may use a calendar; or let it be used again."""
    may_change(request)
    calendar = asked_for(slug)
    uses, today = reads.uses_of(calendar, clock.now()), today_in(calendar)
    origin = Origin.of_request(request)
    if request.method == "POST" and "back" in request.POST:
        actions.bring_back_calendar(calendar, origin=origin)
        messages.success(request, _("“%(name)s” can be chosen again.") % {"name": calendar})
        return redirect("calendar", slug)
    given = request.POST if request.method == "POST" else None
    form = RetireForm(given, today=today, initial={"on": calendar.retired_on or today})
    if form.is_bound and form.is_valid():
        on, known = form.cleaned_data["on"], form.cleaned_data["although_used"]
        if done(
            form,
            lambda: actions.retire_calendar(calendar, on=on, although_used=known, origin=origin),
        ):
            said = _("“%(name)s” can no longer be chosen from %(date)s on.")
            messages.success(request, said % {"name": calendar, "date": formats.date(on)})
            return redirect("calendar", slug)
    context = NAV | {"calendar": calendar, "form": form, "uses": uses}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "sla/calendars/retire.html", context, status=status)


def year_in(text: object, today: date) -> int:
    """Return the year that was asked for, this one if none was; 404 for one out of reach."""
    if text in (None, ""):
        return today.year
    if not str(text).isdecimal() or not YEARS[0] <= int(str(text)[:5]) <= YEARS[1]:
        raise Http404
    return int(str(text))


def _version(
    version: CalendarVersion, calendar: Calendar, today: date, in_use: bool
) -> dict[str, Any]:
    present, _coming = reads.in_force(calendar, today)
    return {
        "row": version,
        "hours": say_week(reads.week_of(version)),
        "is_first": version.valid_from == BEGINNING,
        "is_present": version == present,
        "is_coming": version.valid_from > today,
        # Edited in place only where no day that counted for somebody would change.
        "is_free": version.valid_from >= today or not in_use,
    }


@dataclass(frozen=True, slots=True)
class Month:
    """A row of the year strip: its cells stand under their weekdays; None is no day."""

    name: str
    cells: list[reads.YearDay | None]


def _months(days: list[reads.YearDay]) -> list[Month]:
    say, found = formats.words(get_language() or "en"), []
    year = days[0].day.on.year
    for month in range(1, 13):
        before, length = monthrange(year, month)
        cells: list[reads.YearDay | None] = [None] * before
        cells += [d for d in days if d.day.on.month == month]
        found.append(Month(say.months[month - 1], cells + [None] * (COLUMNS - before - length)))
    return found


def _weekdays() -> list[str]:
    short = formats.words(get_language() or "en").weekdays_short
    return [short[number % 7] for number in range(COLUMNS)]
