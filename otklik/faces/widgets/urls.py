"""Addresses that other sites call."""

from __future__ import annotations

from django.urls import path

from otklik.faces.widgets import views

app_name = "widgets"
urlpatterns = [
    path("w.js", views.script, {"name": "w"}, name="script"),
    path("bin/script.min.js", views.script, {"name": "pos"}, name="shim"),
    path("w/legacy/<int:number>/", views.legacy, name="legacy"),
    path("w/<str:token>/", views.widget, name="widget"),
    path("w/<str:token>/send/", views.send, name="send"),
    path("w/<str:token>/sent/<str:receipt>/", views.sent, name="sent"),
    path("w/<str:token>/status/", views.status, name="status"),
    path("w/<str:token>/points.geojson", views.points, name="points"),
]
