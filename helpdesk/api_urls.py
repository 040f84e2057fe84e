"""The REST API: one set of resources, changed by named verbs."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from accounts.api import TokenView
from escalation.api import ForecastView, HandoverViewSet
from tickets.api import TicketViewSet

router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="api-ticket")
# The same addresses, more verbs: `escalation` is above tickets and brings its own.
router.register("tickets", HandoverViewSet, basename="api-handover")

urlpatterns = [
    path("token/", TokenView.as_view(), name="api-token"),
    path("forecast/", ForecastView.as_view(), name="api-forecast"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    *router.urls,
]
