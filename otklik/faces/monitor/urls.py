"""Addresses of the leaders' wall."""

from __future__ import annotations

from django.urls import path

from otklik.faces.monitor import views

app_name = "monitor"
urlpatterns = [
    path("", views.wall, name="wall"),
    path("table/", views.table, name="table"),
    path("boards.json", views.boards, name="boards"),
    path("side.json", views.side, name="side"),
    path("behind/", views.behind, name="behind"),
    path("mark/", views.mark, name="mark"),
    path("territories.geojson", views.shapes, name="shapes"),
]
