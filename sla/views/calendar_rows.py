"""The rows of a calendar: its weeks by versions, its dated exceptions, its holidays by years."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import is_administrator
from common import clock
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from sla import actions
from sla.forms.calendars import DayForm, WeekForm, initial_day, initial_week
from sla.models import Calendar, CalendarVersion, DayException
from sla.queries import calendars as reads
from sla.views.asking import NAV, asked_for, done, may_change, may_look, only_shows, today_in
from sla.views.calendars import year_in
from sla.views.previews import example


@require_http_methods(["GET", "POST"])
def week_new(request: Request, slug: str) -> HttpResponse:
    """Ask for other hours from a date on; they begin as a copy of the present ones."""
    may_change(request)
    calendar = asked_for(slug)
    today = today_in(calendar)
    present, _coming = reads.in_force(calendar, today)
    pk = request.GET.get("copy", "")
    copied = next((v for v in calendar.versions.all() if str(v.pk) == pk), present)
    return _week(request, calendar, None, {"valid_from": today, **initial_week(copied)})


@require_http_methods(["GET", "POST"])
def week(request: Request, slug: str, version_id: int) -> HttpResponse:
    """Ask for the hours of a version: one to come, or the past where it is to be corrected."""
    may_change(request)
    calendar = asked_for(slug)
    version = get_object_or_404(calendar.versions, pk=version_id)
    initial = {
        "valid_from": version.valid_from, "note": version.note, **initial_week(version),
    }  # fmt: skip
    return _week(request, calendar, version, initial)


def _week(
    request: Request,
    calendar: Calendar,
    version: CalendarVersion | None,
    initial: dict[str, Any],
) -> HttpResponse:
    today, origin = today_in(calendar), Origin.of_request(request)
    given: Any = request.POST if request.method == "POST" else None
    shows = only_shows(given)
    if given is not None and "copy" in given:
        given = WeekForm(given, today=today).copied()
    form = WeekForm(given, today=today, version=version, initial=initial)

    def save() -> None:
        actions.set_week(
            calendar,
            form.new_week(),
            version_id=None if version is None else version.pk,
            corrects_past=form.cleaned_data["corrects_past"],
            origin=origin,
        )

    if given is not None and "remove" in given and version is not None:
        if _is_gone(request, lambda: actions.remove_week(version, origin=origin)):
            return redirect("calendar", calendar.slug)
    elif not shows and form.is_valid() and done(form, save):
        messages.success(request, _("The hours are saved."))
        return redirect("calendar", calendar.slug)
    in_use = bool(reads.uses_of(calendar, clock.now()))
    is_past = in_use and version is not None and version.valid_from < today
    context = NAV | {
        "version": version,
        "form": form,
        "shows": shows,
        "is_past": is_past,
        "asks_past": is_past or "valid_from" in form.errors or _ticked(form),
        "may_remove": version is not None and not is_past and len(calendar.versions.all()) > 1,
        **example(request, calendar),
    }
    status = 422 if form.errors and not shows else 200
    return TemplateResponse(request, "sla/calendars/week.html", context, status=status)


@require_http_methods(["GET", "POST"])
def day_new(request: Request, slug: str) -> HttpResponse:
    """Ask for a dated exception, or for several days in a row."""
    may_change(request)
    initial = {"kind": "closed", "on": request.GET.get("on", "")}
    return _day(request, asked_for(slug), None, initial)


@require_http_methods(["GET", "POST"])
def day(request: Request, slug: str, day_id: int) -> HttpResponse:
    """Ask for the change of a dated exception, or take it away."""
    may_change(request)
    calendar = asked_for(slug)
    row = get_object_or_404(calendar.exceptions, pk=day_id)
    return _day(request, calendar, row, initial_day(row))


def _day(
    request: Request, calendar: Calendar, row: DayException | None, initial: dict[str, Any]
) -> HttpResponse:
    today, origin = today_in(calendar), Origin.of_request(request)
    given = request.POST if request.method == "POST" else None
    shows = only_shows(given)
    form = DayForm(given, today=today, is_new=row is None, initial=initial)

    def save() -> None:
        past = form.cleaned_data["corrects_past"]
        if row is None:
            actions.add_days(calendar, form.new_day(), corrects_past=past, origin=origin)
        else:
            actions.change_day(row, form.new_day(), corrects_past=past, origin=origin)

    home = f"{reverse('calendar', args=[calendar.slug])}?year={{}}#year"
    if given is not None and "remove" in given and row is not None:
        past, year = "corrects_past" in given, row.date.year
        if _is_gone(request, lambda: actions.remove_day(row, corrects_past=past, origin=origin)):
            return redirect(home.format(year))
    elif not shows and form.is_valid() and done(form, save):
        messages.success(request, _("The day is saved."))
        return redirect(home.format(form.cleaned_data["on"].year))
    is_past = row is not None and row.date < today
    in_use = bool(reads.uses_of(calendar, clock.now()))
    context = NAV | {
        "row": row,
        "form": form,
        "shows": shows,
        "asks_past": (is_past and in_use) or "on" in form.errors or _ticked(form),
        **example(request, calendar),
    }
    status = 422 if form.errors and not shows else 200
    return TemplateResponse(request, "sla/calendars/day.html", context, status=status)


@require_http_methods(["GET", "POST"])
def holidays(request: Request, slug: str, year: int) -> HttpResponse:
    """Show what the holiday rules say against the rows of a year; take it over, one or all."""
    may_look(request)
    calendar = asked_for(slug)
    today = today_in(calendar)
    year_in(year, today)
    error: DomainError | None = None
    if request.method == "POST":
        may_change(request)
        try:
            count = actions.take_holidays(
                calendar,
                year,
                only=None if "all" in request.POST else _dates(request.POST.getlist("on")),
                corrects_past="corrects_past" in request.POST,
                origin=Origin.of_request(request),
            )
        except DomainError as refused:
            error = refused
        else:
            said = ngettext("One day taken over.", "%(count)s days taken over.", count)
            messages.success(
                request, said % {"count": count} if count else _("Nothing was ticked.")
            )
            return redirect("calendar-holidays", slug, year)
    found = reads.review(calendar, year)
    in_use = bool(reads.uses_of(calendar, clock.now()))
    context = NAV | {
        "calendar": calendar,
        "year": year,
        "today": today,
        "to_decide": [d for d in found if d.is_open],
        "settled": [d for d in found if not d.is_open],
        "ticked": request.POST.getlist("on") if error else None,
        "asks_past": in_use and any(d.is_open and d.on < today for d in found),
        "error": error,
        "may_edit": is_administrator(request.user),
        "holidays": reads.holidays_words(calendar),
    }
    status = error.status if error else 200
    return TemplateResponse(request, "sla/calendars/holidays.html", context, status=status)


def _dates(texts: list[str]) -> set[date]:
    try:
        return {date.fromisoformat(text) for text in texts}
    except ValueError:
        raise Http404 from None


def _ticked(form: forms.Form) -> bool:
    return form.is_bound and bool(form["corrects_past"].value())


def _is_gone(request: Request, act: Any) -> bool:
    """Take a row away, or say why not; False: it stays."""
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("It is removed."))
    return True
