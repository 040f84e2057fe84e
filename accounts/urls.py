from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", views.sign_in, name="sign-in"),
    path("logout/", views.sign_out, name="sign-out"),
    path("language/", views.set_language, name="language-set"),
    path("preferences/", views.set_preferences, name="preferences-set"),
]
