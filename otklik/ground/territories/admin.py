"""The region's places, edited by an administrator; borders come from files alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otklik.ground.kit.administration import Edited
from otklik.ground.territories.models import Region, Settlement, Street, Territory


class SpanForm(forms.ModelForm):
    """What is valid over a span of time and may have a successor."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a span that ends before it begins, and a successor of itself."""
        said = super().clean() or {}
        begins, ends = said.get("valid_from"), said.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("Конец раньше начала"))
        successor = said.get("successor")
        if successor is not None and successor.pk == self.instance.pk:
            self.add_error("successor", _("Преемник не может быть тем же"))
        if successor is not None and not ends:
            self.add_error("valid_to", _("С преемником нужен день, когда передано"))
        return said


@admin.register(Region)
class RegionAdmin(Edited):
    """The region itself: one row; its settings hold the map's weights, limits and terms."""

    exclude = ()
    list_display = ("title_ru", "code", "time_zone", "population")
    readonly_fields = ("code",)

    def get_queryset(self, request: Any) -> Any:
        """Return the region at work."""
        return admin.ModelAdmin.get_queryset(self, request)

    def save_model(self, request: Any, obj: Any, form: Any, change: Any) -> None:
        """Save as it is: a region belongs to itself."""
        admin.ModelAdmin.save_model(self, request, obj, form, change)

    def has_add_permission(self, request: Any) -> bool:  # noqa: ARG002
        """Refuse: a region comes from files."""
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: everything hangs on it."""
        return False


@admin.register(Territory)
class TerritoryAdmin(Edited):
    """Municipalities in time."""

    form = SpanForm
    exclude = ("region", "polygon")
    list_display = ("title_ru", "kind", "population", "valid_from", "valid_to", "successor")
    list_filter = ("kind",)
    search_fields = ("title_ru", "code", "oktmo")
    autocomplete_fields = ("parent", "successor")


@admin.register(Settlement)
class SettlementAdmin(Edited):
    """Towns and villages that addresses name."""

    list_display = ("name", "kind", "territory", "population")
    list_filter = ("territory", "kind")
    search_fields = ("name",)
    autocomplete_fields = ("territory",)


@admin.register(Street)
class StreetAdmin(Edited):
    """Streets with a point on each."""

    list_display = ("name", "settlement")
    search_fields = ("name",)
    list_select_related = ("settlement",)
    autocomplete_fields = ("settlement",)
