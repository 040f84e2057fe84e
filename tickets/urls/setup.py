from django.urls import path

from tickets.views import publishing, repairs, replays

urlpatterns = [
    path("sla/drafts/<int:pk>/rehearsal/", publishing.rehearsal, name="rehearsal-new"),
    path("sla/drafts/<int:pk>/publish/", publishing.publish, name="draft-publish"),
    path("clocks/", repairs.page, name="clock-repair"),
    path("replays/", replays.log, name="replays"),
    path("replays/<int:pk>/", replays.detail, name="replay-detail"),
    path("replays/<int:pk>/stop/", replays.stop, name="replay-stop"),
    path("replays/<int:pk>/undo/", replays.undo, name="replay-undo"),
]
