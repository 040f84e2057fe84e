from django.contrib import admin

from common.admin import ReadOnlyAdmin, ReadOnlyInline, ReferenceAdmin
from sla import actions
from sla.models import (
    Agreement,
    Calendar,
    SiteCalendar,
    Step,
    Target,
    TeamCalendar,
)


@admin.register(Calendar)
class CalendarAdmin(ReadOnlyAdmin):
    """Opening hours, only to look at: /setup/calendars/ changes them and keeps their past."""

    list_display = ["slug", "__str__", "time_zone", "holiday_rule", "retired_on"]
    search_fields = ["slug", "names"]
    ordering = ["pk"]


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


class TargetInline(ReadOnlyInline):
    model = Target
    show_change_link = True


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """What is promised: it is written at /setup/sla/, published versions by nobody."""

    list_display = ["order", "slug", "version", "__str__", "kind", "valid_from", "valid_until"]
    list_filter = ["kind"]
    search_fields = ["slug", "names"]
    ordering = ["order", "pk"]
    inlines = [TargetInline]


class StepInline(ReadOnlyInline):
    model = Step


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    """The seconds an agreement allows, and the steps on the way."""

    list_display = ["agreement", "metric", "calendar", "seconds", "at_risk_percent"]
    list_select_related = ["agreement", "calendar"]
    list_filter = ["metric"]
    search_fields = ["agreement__slug"]
    ordering = ["agreement__order", "metric"]
    inlines = [StepInline]
