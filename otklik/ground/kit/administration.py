"""What every page of the administration shares: history, the region set by itself, fresh memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from otklik.ground.kit.memo import forget

if TYPE_CHECKING:
    from django.http import HttpRequest


class Edited(SimpleHistoryAdmin):
    """A table of the region that an administrator edits; every change is kept and can be undone."""

    exclude: tuple[str, ...] = ("region",)
    list_per_page = 50
    save_on_top = True

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return this region's rows alone."""
        return super().get_queryset(request).filter(region=settings.REGION)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save within the region; this process sees it at once, others within a minute."""
        obj.region_id = settings.REGION
        super().save_model(request, obj, form, change)
        forget()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        """Give the rows beneath the same region."""
        for each in formset.forms:
            if hasattr(each.instance, "region_id"):
                each.instance.region_id = settings.REGION
        super().save_formset(request, form, formset, change)
        forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, and forget what was remembered."""
        super().delete_model(request, obj)
        forget()


class Shown(admin.ModelAdmin):
    """A table of the flow: looked at, never touched by hand."""

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return this region's rows alone."""
        return super().get_queryset(request).filter(region=settings.REGION)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: rows come from verbs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: rows change by verbs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Refuse: nothing is erased by hand."""
        return False
