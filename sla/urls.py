from django.urls import path

from sla.views import reasons

REASONS = [
    path("reasons/", reasons.index, name="reasons"),
    path("reasons/new/", reasons.new, name="reason-new"),
    path("reasons/<slug:reason>/", reasons.edit, name="reason"),
    path("reasons/<slug:reason>/move/", reasons.move, name="reason-move"),
    path("reasons/<slug:reason>/retire/", reasons.retire, name="reason-retire"),
]

urlpatterns = [*REASONS]
