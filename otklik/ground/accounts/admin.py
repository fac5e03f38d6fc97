"""People at work, their roles and other systems' keys, edited by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import ApiKey, Look, Official, Role
from otklik.ground.accounts.rules import PERMISSIONS, unknown_permissions
from otklik.ground.kit.administration import Edited, Shown

if TYPE_CHECKING:
    from django.http import HttpRequest


class RoleForm(forms.ModelForm):
    """A set of permissions."""

    def clean_permissions(self) -> list[str]:
        """Refuse a permission that the code does not know."""
        said: list[str] = self.cleaned_data["permissions"]
        if unknown := unknown_permissions(said):
            raise forms.ValidationError(
                _("Нет таких разрешений: %(unknown)s. Есть: %(known)s"),
                params={"unknown": ", ".join(unknown), "known": ", ".join(PERMISSIONS)},
            )
        return said


@admin.register(Role)
class RoleAdmin(Edited):
    """What a role allows."""

    form = RoleForm
    list_display = ("title_ru", "code", "scope", "permissions")
    search_fields = ("title_ru", "code")


@admin.register(Official)
class OfficialAdmin(Edited):
    """Who works where; access and roles are given on the desk's page of people, with its rules."""

    list_display = ("name", "organisation", "position", "active")
    list_filter = ("active", "organisation__kind")
    list_select_related = ("person", "organisation")
    search_fields = ("person__email", "organisation__short_ru", "position")
    raw_id_fields = ("person",)
    autocomplete_fields = ("organisation",)
    readonly_fields = ("active",)

    @admin.display(description=_("кто"))
    def name(self, official: Official) -> str:
        """Show the person's name."""
        return str(official.person)


@admin.register(ApiKey)
class ApiKeyAdmin(Edited):
    """Keys of other systems."""

    list_display = ("title", "scopes", "per_minute", "active", "created_at")
    list_filter = ("active",)
    readonly_fields = ("created_at",)


@admin.register(Look)
class LookAdmin(Shown):
    """Who looked at whose personal data, and why."""

    list_display = ("at", "official", "organisation", "role", "subject", "what", "code", "reason")
    list_filter = ("what", "code")
    list_select_related = ("official__person", "organisation")
    search_fields = ("subject",)
    date_hierarchy = "at"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Only those who read the audit log."""
        return request.user.has_perm("accounts.view_look")
