"""Devices, looked at: whose and since when, never where they take notices."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.channels.push.models import Device
from otklik.ground.kit.administration import Shown


@admin.register(Device)
class DeviceAdmin(Shown):
    """On which devices people hear."""

    list_display = ("added_at", "person_id", "name")
    fields = ("added_at", "person_id", "name")
