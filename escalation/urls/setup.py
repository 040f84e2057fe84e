from django.urls import path

from escalation.views import roster, routing

urlpatterns = [
    path("routing/", routing.page, name="routing"),
    path("routing/teams/<int:pk>/", routing.distribution, name="team-distribution"),
    path("routing/duties/new/", roster.new, name="duty-new"),
    path("routing/duties/<int:pk>/", roster.edit, name="duty-edit"),
    path("routing/duties/<int:pk>/remove/", roster.remove, name="duty-remove"),
]
