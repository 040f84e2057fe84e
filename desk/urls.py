from django.urls import path
from django.views.generic import RedirectView

from desk.views import calls, forecast, holds, lead, queue, ticket

urlpatterns = [
    path("desk/", RedirectView.as_view(pattern_name="ticket-list"), name="desk-home"),
    path("desk/tickets/", queue.page, name="ticket-list"),
    path("desk/tickets/<slug:number>/", ticket.page, name="ticket-detail"),
    path("desk/tickets/<slug:number>/log/", ticket.log, name="ticket-log"),
    path("desk/calls/new/", calls.call_new, name="call-new"),
    path("desk/calls/suggest/", calls.call_suggest, name="call-suggest"),
    path("desk/calls/caller/<int:person_id>/", calls.call_caller, name="call-caller"),
    path("desk/people/search/", calls.person_search, name="person-search"),
    path("lead/", lead.now, name="lead-now"),
    path("lead/holds/", holds.page, name="lead-holds"),
    path("lead/holds/list/", holds.listed, name="lead-holds-list"),
    path("lead/forecast/", forecast.page, name="lead-forecast"),
]
