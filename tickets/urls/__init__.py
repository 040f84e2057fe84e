from django.urls import path

from tickets.views import clocks, verbs

urlpatterns = [
    path("<slug:number>/reply/", verbs.reply, name="ticket-reply"),
    path("<slug:number>/note/", verbs.note, name="ticket-note"),
    path("<slug:number>/take/", verbs.take, name="ticket-take"),
    path("<slug:number>/assign/", verbs.assign, name="ticket-assign"),
    path("<slug:number>/hold/", verbs.hold, name="ticket-hold"),
    path("<slug:number>/resume/", verbs.resume, name="ticket-resume"),
    path("<slug:number>/resolve/", verbs.resolve, name="ticket-resolve"),
    path("<slug:number>/reopen/", verbs.reopen, name="ticket-reopen"),
    path("<slug:number>/close/", verbs.close, name="ticket-close"),
    path("<slug:number>/cancel/", verbs.cancel, name="ticket-cancel"),
    path("<slug:number>/classify/", verbs.classify, name="ticket-classify"),
    path("<slug:number>/why/<slug:metric>/", clocks.why, name="ticket-why"),
]
