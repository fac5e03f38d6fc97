"""What other systems told, looked at."""

from __future__ import annotations

from django.contrib import admin

from otklik.flow.partners.models import Update
from otklik.ground.kit.administration import Shown


@admin.register(Update)
class UpdateAdmin(Shown):
    """News of cases from the systems that brought them."""

    list_display = ("at", "key", "case", "status", "verb")
    list_filter = ("status", "key")
    list_select_related = ("key", "case")
