"""The table of contents of the site."""

from django.contrib import admin
from django.urls import path

from helpdesk import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
