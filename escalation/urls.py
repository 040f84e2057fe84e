from django.urls import path

from escalation import views

urlpatterns = [
    path("<slug:number>/escalate/", views.hand_over, name="handover-new"),
    path("<slug:number>/accept/", views.accept, name="handover-accept"),
    path("<slug:number>/refuse/", views.refuse, name="handover-refuse"),
    path("<slug:number>/return/", views.hand_back, name="handover-return"),
]
