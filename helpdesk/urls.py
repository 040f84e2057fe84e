"""The table of contents of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from accounts import views as accounts
from helpdesk import health

_PARTS = (
    ("auth/", "accounts.urls"),
    ("", "portal.urls"),
    ("", "desk.urls"),
    ("desk/tickets/", "tickets.urls"),
    ("desk/tickets/", "escalation.urls"),
    ("setup/", "sla.urls"),
    ("setup/", "tickets.urls.setup"),
    ("setup/", "escalation.urls.setup"),
    ("api/v1/", "helpdesk.api_urls"),
)

urlpatterns = [
    *(path(prefix, include(module)) for prefix, module in _PARTS if find_spec(module)),
    # Before the administration's own: passwords have one door that counts the attempts, and
    # one action that tells the history.
    path("admin/login/", accounts.administration, name="admin-sign-in"),
    path("admin/password_change/", accounts.own_password, name="admin-password"),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "desk.views.errors.bad_request"
handler403 = "desk.views.errors.forbidden"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.server_error"
