"""The forms of calendars: head, week, dated exceptions, retiring, and the preview."""

from calendar import isleap
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.errors import InvalidInput
from common.fields import DateTyped, DurationTyped, MomentTyped
from sla.actions.calendars import RESERVED, NewWeek
from sla.actions.days import NewDay
from sla.choices import DayKind, HolidayRule, Weekday
from sla.forms.names import Named, initial_names
from sla.models import BEGINNING, Calendar, CalendarVersion, DayException
from sla.queries.calendars import week_of
from sla.rules.holidays import countries, subdivisions
from sla.rules.hours import HALF_DAY, overlaps_across_days, read_hours, typed

HALF = "half"  # a half-day: offered as a kind of its own, kept as a break until midnight


def zones() -> list[tuple[str, str]]:
    """Return the time zones by places; those of another name for the same are left out."""
    return [(name, name) for name in sorted(available_timezones()) if _is_place(name)]


def _is_place(name: str) -> bool:
    return name == "UTC" or ("/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))


def countries_to_choose() -> list[tuple[str, str]]:
    """Return nobody's holidays, then every country by its name."""
    return [("", _("no public holidays")), *countries(get_language() or "en")]


def regions_to_choose(country: str) -> list[tuple[str, str]]:
    """Return the whole country, then its cantons or regions by their names."""
    named = sorted(subdivisions(country), key=lambda item: item[1].casefold())
    return [("", _("the whole country")), *((c, f"{n} ({c})") for c, n in named)]


class CorrectsPast(forms.Form):
    """The explicit choice to rewrite days that are past."""

    corrects_past = forms.BooleanField(
        label=gettext_lazy("Correct the past"),
        help_text=gettext_lazy(
            "Days that are past count anew. The deadlines of open tickets are worked out again; "
            "closed tickets keep their figures."
        ),
        required=False,
    )


class HeadForm(Named, CorrectsPast):
    """What a calendar is: its names, its zone and whose holidays it keeps."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones)
    holiday_rule = forms.ChoiceField(
        label=gettext_lazy("A holiday closes"),
        choices=HolidayRule,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "It matters for shifts past midnight: is the night before the holiday cut at "
            "midnight, or does it go on to its end?"
        ),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Public holidays of"), choices=countries_to_choose, required=False
    )
    subdivision = forms.ChoiceField(label=gettext_lazy("Canton or region"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        country = str(self["country"].value() or "")
        self.fields["subdivision"].choices = regions_to_choose(country)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if "subdivision" in self.errors and not subdivisions(data.get("country", "")):
            # The region belonged to the country that was chosen before.
            del self.errors["subdivision"]
            data["subdivision"] = ""
        return data

    def into(self, calendar: Calendar) -> Calendar:
        """Return the calendar with what was typed."""
        for name in ("time_zone", "holiday_rule", "country", "subdivision"):
            setattr(calendar, name, self.cleaned_data[name])
        calendar.names = self.names()
        return calendar


class HoursTyped(forms.CharField):
    """The windows of a day, typed as "08:00–12:00, 13:00–17:30"."""

    def to_python(self, value: Any) -> Any:
        try:
            return read_hours(super().to_python(value) or "")
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error

    def validate(self, value: Any) -> None:
        """Say nothing about a day without windows: it is closed."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else typed(value)


class WeekFields(forms.Form):
    """The hours of the seven weekdays, each in a field of its own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for day in Weekday:
            self.fields[f"day_{day.value}"] = HoursTyped(
                label=day.label, required=False, max_length=200
            )

    def day_fields(self) -> list[forms.BoundField]:
        """Return the fields of the weekdays, Monday first."""
        return [self[f"day_{day.value}"] for day in Weekday]

    def week(self) -> dict[int, list[tuple[str, str]]]:
        """Return the windows that were understood, by ISO weekday."""
        typed_days = {day: self.cleaned_data.get(f"day_{day}") for day in range(1, 8)}
        return {day: hours for day, hours in typed_days.items() if hours}

    def clean_week(self) -> None:
        """Add the words of what is wrong with the week as a whole to the field it is about."""
        if self.errors:
            return
        if not self.week():
            self.add_error("day_1", _("This calendar never opens. Give it at least one window."))
        for day, said in overlaps_across_days(self.week()):
            self.add_error(f"day_{day}", said)

    def copied(self) -> Any:
        """Return what was typed, with Monday's hours on Tuesday to Friday too."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for day in range(2, 6):
            data[f"day_{day}"] = data.get("day_1", "")
        return data


def initial_week(version: CalendarVersion | None) -> dict[str, Any]:
    """Return the hours of a version as the initial values of `WeekFields`."""
    if version is None:
        return {}
    return {f"day_{day}": hours for day, hours in week_of(version).items()}


class WeekForm(WeekFields, CorrectsPast):
    """The hours of a calendar from a date on."""

    valid_from = DateTyped(label=gettext_lazy("Valid from"))
    note = forms.CharField(label=gettext_lazy("What changes"), max_length=200, required=False)

    def __init__(
        self, *args: Any, today: date, version: CalendarVersion | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].today = today  # type: ignore[attr-defined]
        if version is not None and version.valid_from == BEGINNING:
            del self.fields["valid_from"]  # the first has always been in force

    def clean(self) -> dict[str, Any]:
        self.clean_week()
        return self.cleaned_data

    def new_week(self) -> NewWeek:
        """Return the hours as the action takes them."""
        return NewWeek(
            valid_from=self.cleaned_data.get("valid_from", BEGINNING),
            week=self.week(),
            note=self.cleaned_data["note"],
        )


class NewCalendarForm(HeadForm, WeekFields):
    """A calendar to be: head and first week in one."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=50,
        help_text=gettext_lazy("Small letters and hyphens, for addresses: office-lausanne."),
        error_messages={"invalid": gettext_lazy("Use letters, digits and hyphens only.")},
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED or Calendar.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("This short name is taken. Choose another."))
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.clean_week()
        return data


class DayForm(Named, CorrectsPast):
    """A dated exception: closed, a half-day, other hours or a break."""

    names_needed = False
    on = DateTyped(label=gettext_lazy("Date"))
    until = DateTyped(
        label=gettext_lazy("Until and with"),
        required=False,
        help_text=gettext_lazy("For several days in a row."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is different"),
        choices=[
            (DayKind.CLOSED, gettext_lazy("closed all day")),
            (HALF, gettext_lazy("half-day: closed from noon")),
            (DayKind.HOURS, gettext_lazy("other hours")),
            (DayKind.BREAK, gettext_lazy("a break within the usual hours")),
        ],
        widget=forms.RadioSelect,
    )
    hours = HoursTyped(
        label=gettext_lazy("Hours"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For other hours or a break: 08:00–12:00, 13:00–17:30."),
    )

    def __init__(self, *args: Any, today: date, is_new: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("on", "until"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["until"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        kind, hours = data.get("kind"), data.get("hours")
        needs = kind in {DayKind.HOURS, DayKind.BREAK}
        if needs and not hours and "hours" not in self.errors:
            self.add_error("hours", _("Write the hours, or choose “closed all day”."))
        return data

    def new_day(self) -> NewDay:
        """Return the exception as the action takes it."""
        data = self.cleaned_data
        kind, hours = data["kind"], data["hours"]
        if kind == HALF:
            kind, hours = DayKind.BREAK, HALF_DAY
        return NewDay(
            on=data["on"],
            until=data.get("until"),
            kind=kind,
            hours=() if kind == DayKind.CLOSED else hours,
            names=self.names(),
        )


def initial_day(row: DayException) -> dict[str, Any]:
    """Return an exception as the initial values of `DayForm`."""
    hours = [(opens, closes) for opens, closes in row.hours]
    is_half = row.kind == DayKind.BREAK and hours == HALF_DAY
    return {
        "on": row.date,
        "kind": HALF if is_half else row.kind,
        "hours": [] if is_half else hours,
        **initial_names(row.names),
    }


class RetireForm(forms.Form):
    """From which date on nothing new may use a calendar."""

    on = DateTyped(label=gettext_lazy("Not to be chosen from"))
    although_used = forms.BooleanField(
        label=gettext_lazy("Retire it although it is still used"), required=False
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["on"].today = today  # type: ignore[attr-defined]


class PreviewForm(forms.Form):
    """An example: from when, and either how long or until when; times of the calendar's zone."""

    start = MomentTyped(label=gettext_lazy("Starts"))
    budget = DurationTyped(label=gettext_lazy("Open time"), required=False)
    until = MomentTyped(
        label=gettext_lazy("or ends"),
        required=False,
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("start", "until"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        start, until = data.get("start"), data.get("until")
        if until is None and data.get("budget") is None and not self.errors:
            self.add_error("budget", _("Enter the duration like this: 4 h, 1 h 30 or 15 min."))
        if start and until and until <= start:
            self.add_error("until", _("The end is not after the start."))
        if start and until and until - start > timedelta(days=800):
            self.add_error("until", _("That is too far away: at most 800 days."))
        return data


def examples(today: date, changes: Sequence[date]) -> list[tuple[str, str, str]]:
    """Return (label, start, budget) of examples worth trying, as they would be typed.

    changes: the next dates on which the clock changes in the zone.
    """
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    leap = next(year for year in range(today.year, today.year + 9) if isleap(year))
    found = [
        (_("end of the day"), datetime(today.year, today.month, today.day, 16, 40), "2 h"),
        (_("before a weekend"), datetime(friday.year, friday.month, friday.day, 15), "8 h"),
        *(
            (_("when the clock changes"), datetime(on.year, on.month, on.day, 0, 30), "4 h")
            for on in changes[:2]
        ),
        (_("on 29 February"), datetime(leap, 2, 29, 9), "8 h"),
    ]
    return [(label, f"{at:%d.%m.%Y %H:%M}", budget) for label, at, budget in found]
