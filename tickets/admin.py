from django.contrib import admin
from django.http import HttpRequest

from common.admin import ReadOnlyAdmin, ReferenceAdmin
from tickets.actions.matrix import save_cell
from tickets.models import Clock, Entry, Hold, PriorityCell, Ticket


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """Tickets, to look at; work on them is done at the desk."""

    list_display = ["number", "title", "status", "priority", "team", "assignee", "next_due_at"]
    list_select_related = ["team", "assignee"]
    list_filter = ["status", "kind", "priority", "team"]
    search_fields = ["number", "title"]
    ordering = ["-pk"]


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Contributions to conversations."""

    list_display = ["at", "ticket", "kind", "author", "channel"]
    list_select_related = ["ticket", "author"]
    list_filter = ["kind", "channel"]
    search_fields = ["ticket__number"]
    ordering = ["-pk"]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """What tickets wait and waited for."""

    list_display = ["started_at", "ticket", "reason", "until", "ended_at"]
    list_select_related = ["ticket"]
    list_filter = ["reason"]
    search_fields = ["ticket__number"]
    ordering = ["-pk"]


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    """Readings of promises; they are replayed, never edited."""

    list_display = ["ticket", "metric", "state", "agreement", "due_at", "next_action_at"]
    list_select_related = ["ticket", "agreement"]
    list_filter = ["metric", "state"]
    search_fields = ["ticket__number"]
    ordering = ["-pk"]


@admin.register(PriorityCell)
class PriorityCellAdmin(ReferenceAdmin):
    """The priority matrix: which priority follows from impact and urgency."""

    save_row = save_cell
    list_display = ["impact", "urgency", "priority"]
    list_filter = ["priority"]
    search_fields = ["impact", "urgency"]
    ordering = ["pk"]
    readonly_fields = ["impact", "urgency"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
