"""What every page knows beside its own view: the person's choices and where they may go."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject

from accounts.permissions import can_read_desk, is_administrator, is_lead


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the values of base.html; whoever asks for none of them pays for none."""
    user: Any = getattr(request, "user", None) or AnonymousUser()
    signed_in = user.is_authenticated
    return {
        # Django's own are drawn anew for each of ten forms on a page.
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
        "theme": user.theme if signed_in else "auto",
        "show_now": SimpleLazyObject(lambda: is_lead(user)) if signed_in else False,
        "may_administer": signed_in and is_administrator(user),
        "show_setup": signed_in and can_read_desk(user),
        "desk_phone": settings.HELPDESK_PHONE,
        "app_version": settings.HELPDESK_VERSION,
    }
