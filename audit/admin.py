from django.contrib import admin

from audit.models import Event
from common.admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The history: the database itself refuses to change it."""

    list_display = ["at", "subject_type", "subject_label", "seq", "verb", "actor", "channel"]
    list_select_related = ["actor"]
    list_filter = ["subject_type", "channel"]
    search_fields = ["subject_label", "trace"]
    ordering = ["-pk"]
