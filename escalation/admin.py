from django.contrib import admin

from common.admin import ReadOnlyAdmin
from escalation.models import Firing, ForecastTrial, HandlingTime, Handover


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    """Moves of tickets between teams."""

    list_display = ["proposed_at", "ticket", "from_team", "to_team", "trigger", "state"]
    list_select_related = ["ticket", "from_team", "to_team"]
    list_filter = ["state", "trigger", "to_team"]
    search_fields = ["ticket__number"]
    ordering = ["-pk"]


@admin.register(Firing)
class FiringAdmin(ReadOnlyAdmin):
    """Steps that were carried out, and when."""

    list_display = ["fired_at", "clock", "milestone", "due_at"]
    list_select_related = ["clock"]
    list_filter = ["milestone"]
    search_fields = ["clock__ticket__number"]
    ordering = ["-pk"]


@admin.register(HandlingTime)
class HandlingTimeAdmin(ReadOnlyAdmin):
    """How long tickets take, as it was learnt last night."""

    list_display = ["team", "category", "tickets", "median_seconds", "p80_seconds", "learnt_at"]
    list_select_related = ["team", "category"]
    list_filter = ["team"]
    search_fields = ["team__name", "category__slug"]
    ordering = ["team", "pk"]


@admin.register(ForecastTrial)
class ForecastTrialAdmin(ReadOnlyAdmin):
    """The forecast of past days beside what came."""

    list_display = ["day", "open", "named", "became_late", "both", "learnt_from"]
    search_fields = ["day"]
    ordering = ["-day"]
