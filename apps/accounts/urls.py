from django.contrib.auth.views import LogoutView
from django.urls import path

from apps.accounts import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("settings/", views.own_settings, name="settings"),
    path("settings/sessions/end", views.end_session, name="session-end"),
    path("password/change", views.change_password, name="password-change"),
    path("password/forgotten", views.forgotten, name="password-forgotten"),
    path("password/new/<uidb64>/<token>/", views.NewPassword.as_view(), name="password-new"),
]
