"""Addresses of the demo's buttons."""

from __future__ import annotations

from django.urls import path

from otklik.demo import views

app_name = "demo"
urlpatterns = [
    path("storm/", views.storm, name="storm"),
    path("sms/", views.sms, name="sms"),
]
