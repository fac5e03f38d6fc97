"""Addresses of our own JSON interface."""

from __future__ import annotations

from django.urls import path

from otklik.faces.api.views import api

urlpatterns = [path("", api.urls)]
