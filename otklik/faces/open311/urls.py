"""Addresses of GeoReport v2 and of the updates that FixMyStreet speaks."""

from __future__ import annotations

from django.urls import path, re_path

from otklik.faces.open311 import openapi, updates, views

app_name = "open311"
FORMAT = r"\.(?P<fmt>json|xml)$"
urlpatterns = [
    path("openapi.json", openapi.openapi, name="openapi"),
    re_path(r"^discovery" + FORMAT, views.discovery, name="discovery"),
    re_path(r"^services" + FORMAT, views.services, name="services"),
    re_path(r"^services/(?P<code>[^/]+)" + FORMAT, views.service, name="service"),
    re_path(r"^requests" + FORMAT, views.requests, name="requests"),
    re_path(r"^requests/(?P<number>[^/]+)" + FORMAT, views.request, name="request"),
    re_path(r"^tokens/(?P<token>[^/]+)" + FORMAT, views.token, name="token"),
    re_path(r"^servicerequestupdates" + FORMAT, updates.updates, name="updates"),
]
