from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from common.admin import ReadOnlyAdmin, ReferenceAdmin, ReferenceInline
from sla import actions
from sla.models import (
    Agreement,
    Calendar,
    CalendarVersion,
    DayException,
    SiteCalendar,
    Step,
    Target,
    TeamCalendar,
    Window,
)


class Windows(BaseInlineFormSet):  # type: ignore[type-arg]
    """The opening hours of a week: there must be some."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]  # fmt: skip
        if not any(self.errors) and not kept:
            raise ValidationError(
                _("This calendar never opens. Give it at least one window."), code="never_open"
            )


class WindowInline(ReferenceInline):
    model = Window
    formset = Windows


class CalendarVersionInline(ReferenceInline):
    model = CalendarVersion
    show_change_link = True


class DayExceptionInline(ReferenceInline):
    model = DayException


@admin.register(Calendar)
class CalendarAdmin(ReferenceAdmin):
    """Opening hours, holidays and dated exceptions."""

    save_row = actions.save
    remove_row = actions.remove
    list_display = ["slug", "__str__", "time_zone", "holiday_rule"]
    search_fields = ["slug", "names"]
    ordering = ["pk"]
    inlines = [CalendarVersionInline, DayExceptionInline]


@admin.register(CalendarVersion)
class CalendarVersionAdmin(ReferenceAdmin):
    """The opening hours of a week, from a date on."""

    save_row = actions.save
    remove_row = actions.remove
    list_display = ["calendar", "valid_from", "note"]
    list_select_related = ["calendar"]
    search_fields = ["calendar__slug"]
    autocomplete_fields = ["calendar"]
    ordering = ["calendar", "valid_from"]
    inlines = [WindowInline]


@admin.register(SiteCalendar)
class SiteCalendarAdmin(ReferenceAdmin):
    """Which hours count where an agreement counts by the caller's site."""

    save_row = actions.save
    list_display = ["site", "calendar"]
    list_select_related = ["site", "calendar"]
    search_fields = ["site__name", "calendar__slug"]
    autocomplete_fields = ["site", "calendar"]
    ordering = ["site__name"]


@admin.register(TeamCalendar)
class TeamCalendarAdmin(ReferenceAdmin):
    """The hours in which a team works."""

    save_row = actions.save
    list_display = ["team", "calendar"]
    list_select_related = ["team", "calendar"]
    search_fields = ["team__name", "calendar__slug"]
    autocomplete_fields = ["team", "calendar"]
    ordering = ["team__name"]


class TargetInline(ReferenceInline):
    model = Target
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """What is promised: it is written at /setup/sla/, published versions by nobody."""

    list_display = ["order", "slug", "version", "__str__", "kind", "valid_from", "valid_until"]
    list_filter = ["kind"]
    search_fields = ["slug", "names"]
    ordering = ["order", "pk"]
    inlines = [TargetInline]


class StepInline(ReferenceInline):
    model = Step

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    """The seconds an agreement allows, and the steps on the way."""

    list_display = ["agreement", "metric", "calendar", "seconds", "at_risk_percent"]
    list_select_related = ["agreement", "calendar"]
    list_filter = ["metric"]
    search_fields = ["agreement__slug"]
    ordering = ["agreement__order", "metric"]
    inlines = [StepInline]
