"""Signing in: failed attempts are noted; officials need a second factor, and anew after a rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from otklik.faces import access
from otklik.faces.security import came_in
from otklik.faces.stale import give_back
from otklik.ground.accounts.commands import note_failed_login
from otklik.ground.kit.sealing import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable

    from allauth.mfa.models import Authenticator
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Person

KINDS = ("totp", "webauthn")
OPEN = ("/accounts/", "/static/", "/i18n/", "/vision/", "/healthz")
"""What an official reaches before the second factor: signing in and out, and setting it up."""
SEEN, MINUTE = "seen", 60
SECRET = "mfa_authenticator.data"  # noqa: S105  (the column to which its seals are bound)


class SignIn(DefaultAccountAdapter):
    """How people sign in here."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down a failed attempt: who reads the audit log sees guessing."""
        note_failed_login(
            str(credentials.get("email") or ""),
            address=self.get_client_ip(request),
            now=timezone.now(),
        )

    def post_login(self, request: HttpRequest, user: Person, **more: Any) -> HttpResponse:
        """Write down who came in, after every factor."""
        came_in(request, user)
        response: HttpResponse = super().post_login(request, user, **more)
        return response


class Factors(DefaultMFAAdapter):
    """Second factors: their secrets are sealed, an official's last one stays."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal(text, SECRET)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return unseal(encrypted_text, SECRET)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep an official from being left without a second factor."""
        if not settings.STAFF_MFA or authenticator.type not in KINDS:
            return True
        user = authenticator.user
        others = user.authenticator_set.filter(type__in=KINDS).exclude(pk=authenticator.pk)
        return bool(others.exists()) or not access.at_work(user)


class SecondFactor:
    """Lets officials in only with a second factor, wherever it is required."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead one who lacks it to where it is set up; machines get 403."""
        if not settings.STAFF_MFA or request.path.startswith(OPEN) or not _at_work(request):
            return self.answer(request)
        if _rested(request):
            return _anew(request)
        if is_mfa_enabled(request.user, KINDS):
            return self.answer(request)
        if request.method == "GET" and "text/html" in request.headers.get("Accept", "text/html"):
            messages.warning(
                request, _("Для служебной работы нужна вторая проверка: настройте её один раз")
            )
            return redirect("mfa_index")
        return JsonResponse({"detail": "a second factor is required"}, status=403)


def _at_work(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    return access.official(request) is not None or user.is_superuser


def _rested(request: HttpRequest) -> bool:
    """Tell whether an official asked for nothing for so long that somebody else may sit there."""
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN, now)
    if now - seen > settings.STAFF_IDLE_MINUTES * 60:
        return True
    if SEEN not in request.session or now - seen >= MINUTE:
        request.session[SEEN] = now
    return False


def _anew(request: HttpRequest) -> HttpResponse:
    """Sign out and ask who is there; what was typed is given back."""
    logout(request)
    if request.method == "POST":
        messages.warning(
            request, _("Вас долго не было. Войдите в соседней вкладке и отправьте ещё раз отсюда")
        )
        return give_back(request)
    messages.warning(request, _("Вас долго не было: войдите заново"))
    return redirect_to_login(request.get_full_path())
