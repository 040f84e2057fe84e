from django.urls import path

from escalation.views import handover

urlpatterns = [
    path("<slug:number>/escalate/", handover.hand_over, name="handover-new"),
    path("<slug:number>/accept/", handover.accept, name="handover-accept"),
    path("<slug:number>/refuse/", handover.refuse, name="handover-refuse"),
    path("<slug:number>/return/", handover.hand_back, name="handover-return"),
]
