from django.urls import path

from sla.views import agreements, calendar_rows, calendars, drafts, previews, reasons

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
CALENDARS = [
    path("calendars/", calendars.index, name="calendar-list"),
    path("calendars/new/", calendars.new, name="calendar-new"),
    path("calendars/preview/", previews.fragment, name="calendar-preview"),
    path("calendars/regions/", calendars.regions, name="calendar-regions"),
    path("calendars/<slug:slug>/", calendars.page, name="calendar"),
    path("calendars/<slug:slug>/head/", calendars.head, name="calendar-head"),
    path("calendars/<slug:slug>/retire/", calendars.retire, name="calendar-retire"),
    path("calendars/<slug:slug>/weeks/new/", calendar_rows.week_new, name="calendar-week-new"),
    path(
        "calendars/<slug:slug>/weeks/<int:version_id>/",
        calendar_rows.week,
        name="calendar-week",
    ),
    path("calendars/<slug:slug>/days/new/", calendar_rows.day_new, name="calendar-day-new"),
    path("calendars/<slug:slug>/days/<int:day_id>/", calendar_rows.day, name="calendar-day"),
    path(
        "calendars/<slug:slug>/holidays/<int:year>/",
        calendar_rows.holidays,
        name="calendar-holidays",
    ),
]

urlpatterns = [*AGREEMENTS, *CALENDARS, *REASONS]
