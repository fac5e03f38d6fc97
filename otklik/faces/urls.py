"""Addresses that belong to no one audience."""

from __future__ import annotations

from django.urls import include, path

from otklik.faces import addresses, chats, documents, joining, monitoring, telephony, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.icon, name="icon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("vision/", views.vision, name="vision"),
    path("enter/", views.enter, name="enter"),
    path("join/<str:token>/", joining.join, name="join"),
    path("files/<str:token>/<str:variant>", views.file, name="file"),
    path("addresses/", addresses.for_all, name="addresses"),
    path("hooks/telephony/<str:token>/", telephony.hook, name="telephony"),
    path("hooks/chats/<str:address>/", chats.hook, name="chats"),
    path("hooks/monitoring/<str:address>/", monitoring.hook, name="monitoring"),
    path("hooks/documents/<str:token>/", documents.hook, name="documents"),
    path("map/region.pmtiles", views.tiles, name="tiles"),
]
