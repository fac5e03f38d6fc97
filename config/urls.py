"""Which face answers which address."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

# Django tries one after another: faces with a word of their own stand before those without, so that
# a message of another system is not compared with a hundred addresses of the site first.
urlpatterns = [
    path("open311/v2/", include("otklik.faces.open311.urls")),
    path("api/", include("otklik.faces.api.urls")),
    path("desk/", include("otklik.faces.desk.urls")),
    path("monitor/", include("otklik.faces.monitor.urls")),
    path("", include("otklik.faces.site.urls")),
    path("", include("otklik.faces.widgets.urls")),
    path("admin/", admin.site.urls),
    path("demo/", include("otklik.demo.urls")),
    path("", include("otklik.faces.doors.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("otklik.faces.urls")),
]

handler400 = "otklik.faces.errors.bad_request"
handler403 = "otklik.faces.errors.forbidden"
handler404 = "otklik.faces.errors.not_found"
handler500 = "otklik.faces.errors.server_error"
