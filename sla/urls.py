from django.urls import path

from sla.views import agreements, drafts, reasons

AGREEMENTS = [
    path("sla/", agreements.index, name="agreements"),
    path("sla/new/", agreements.new, name="agreement-new"),
    path("sla/<slug:slug>/", agreements.detail, name="agreement"),
    path("sla/<slug:slug>/preview/", agreements.preview, name="agreement-preview"),
    path("sla/<slug:slug>/examples/", agreements.examples, name="agreement-examples"),
    path("sla/<slug:slug>/move/", agreements.move, name="agreement-move"),
    path("sla/<slug:slug>/retire/", agreements.retire, name="agreement-retire"),
    path("sla/<slug:slug>/draft/", drafts.page, name="agreement-draft"),
    path("sla/<slug:slug>/draft/preview/", drafts.preview, name="agreement-draft-preview"),
]
REASONS = [
    path("reasons/", reasons.index, name="reasons"),
    path("reasons/new/", reasons.new, name="reason-new"),
    path("reasons/<slug:reason>/", reasons.edit, name="reason"),
    path("reasons/<slug:reason>/move/", reasons.move, name="reason-move"),
    path("reasons/<slug:reason>/retire/", reasons.retire, name="reason-retire"),
]

urlpatterns = [*AGREEMENTS, *REASONS]
