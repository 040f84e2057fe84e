from django.contrib import admin

from common.admin import ReadOnlyAdmin
from notifications.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The outbox."""

    list_display = [
        "created_at",
        "template",
        "recipient",
        "status",
        "attempts",
        "sent_at",
        "error",
    ]
    list_select_related = ["recipient"]
    list_filter = ["status", "template"]
    search_fields = ["key", "recipient__family_name", "recipient__email"]
    ordering = ["-pk"]
