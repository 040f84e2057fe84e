"""The table of contents of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from accounts.views import administration
from helpdesk import health

_PARTS = (
    ("auth/", "accounts.urls"),
    ("", "portal.urls"),
    ("", "desk.urls"),
    ("desk/tickets/", "tickets.urls"),
    ("desk/tickets/", "escalation.urls"),
    ("api/v1/", "helpdesk.api_urls"),
)

urlpatterns = [
    *(path(prefix, include(module)) for prefix, module in _PARTS if find_spec(module)),
    # Before the administration: passwords are compared at one door, which counts the attempts.
    path("admin/login/", administration, name="admin-sign-in"),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "desk.views.errors.bad_request"
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.server_error"
