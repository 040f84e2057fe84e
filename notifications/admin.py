from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from common.admin import ReadOnlyAdmin, origin_of
from notifications import actions as outbox
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
    actions = ["send_again"]

    @admin.action(
        description=gettext_lazy("Send again what failed or is unknown"), permissions=["view"]
    )
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """Give messages another try; a person decides that, never the system."""
        ids = list(chosen.values_list("pk", flat=True))
        count = outbox.send_again(ids, origin=origin_of(request))
        said = ngettext("%(count)s message waits again.", "%(count)s messages wait again.", count)
        messages.info(request, said % {"count": count})
