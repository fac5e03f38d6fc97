"""The administration's door: those whose powers lead here, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig

if TYPE_CHECKING:
    from django.http import HttpRequest


class Administration(AdminSite):
    """Django's administration under our name and our powers."""

    site_header = "Отклик: администрирование"
    site_title = "Отклик"
    index_title = "Регион, люди, темы, сроки"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in whoever may see any part of it."""
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return False
        apps = ("territories", "organisations", "topics", "accounts")
        return user.is_superuser or any(user.has_module_perms(app) for app in apps)


class AdministrationConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "otklik.faces.administration.Administration"
