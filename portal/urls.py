from django.urls import path

from portal import views

urlpatterns = [
    path("", views.home, name="portal-home"),
    path("report/", views.report, name="portal-report"),
    path("my/", views.tickets, name="portal-tickets"),
    path("my/<slug:number>/", views.ticket, name="portal-ticket"),
    path("my/<slug:number>/reply/", views.reply, name="portal-reply"),
    path("my/<slug:number>/accept/", views.accept, name="portal-accept"),
    path("my/<slug:number>/reopen/", views.reopen, name="portal-reopen"),
    path("my/<slug:number>/cancel/", views.cancel, name="portal-cancel"),
]
