from django.urls import path
from django.views.generic import RedirectView

from desk.views import queue, ticket

urlpatterns = [
    path("desk/", RedirectView.as_view(pattern_name="ticket-list"), name="desk-home"),
    path("desk/tickets/", queue.page, name="ticket-list"),
    path("desk/tickets/<slug:number>/", ticket.page, name="ticket-detail"),
]
