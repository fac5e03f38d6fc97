"""The administration's door: those whose powers lead here, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.http import urlencode

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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

    def login(
        self,
        request: HttpRequest,
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Send to the one door of sign-in; say no to who came through it."""
        if request.user.is_authenticated:
            raise PermissionDenied
        following = urlencode({"next": request.GET.get("next", "/admin/")})
        return redirect(f"/accounts/login/?{following}")


class AdministrationConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "otklik.faces.administration.Administration"
