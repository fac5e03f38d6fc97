"""Addresses of coming in: through other systems, and one's own page of entrances."""

from __future__ import annotations

from allauth.socialaccount.views import login_cancelled, login_error, signup
from django.urls import include, path

from otklik.faces.doors import phone, views

own = [
    path("", views.access, name="access"),
    path("unlink/", views.unlink, name="unlink"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
by_phone = [
    path("", phone.ask, name="ask"),
    path("code/", phone.code, name="code"),
]
urlpatterns = [
    path("cabinet/access/", include((own, "doors"))),
    path("enter/phone/", include((by_phone, "phone"))),
    path("accounts/esia/login/", views.esia_login, name="esia_login"),
    path("accounts/esia/login/callback/", views.esia_callback, name="esia_callback"),
    path("accounts/oidc/<str:provider_id>/login/", views.oidc_login, name="openid_connect_login"),
    path(
        "accounts/oidc/<str:provider_id>/login/callback/",
        views.oidc_callback,
        name="openid_connect_callback",
    ),
    path("accounts/elsewhere/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/elsewhere/error/", login_error, name="socialaccount_login_error"),
    path("accounts/elsewhere/signup/", signup, name="socialaccount_signup"),
    path("accounts/elsewhere/", views.to_access, name="socialaccount_connections"),
]
