"""Coming in by a phone's code, or proving a phone of one's own; nobody learns whose a phone is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.flow.channels.sms import commands as sms
from otklik.flow.channels.sms.queries import text_to
from otklik.ground.accounts import commands
from otklik.ground.accounts.rules import Refused
from otklik.ground.kit.phones import phone_of
from otklik.ground.kit.sealing import CannotOpenError, seal, unseal
from otklik.ground.kit.text import mask_phone

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


KEY = "phone_door"
COLUMN = "session.phone"


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a phone and send it a code."""
    typed, error, status = request.POST.get("phone", ""), "", 422
    if request.method == "POST":
        phone = phone_of(typed)
        if phone is None:
            error = _("Проверьте телефон: например, +7 921 000-00-00")
        elif not _allowed(request, phone) or not sms.send_phone_code(phone, now=timezone.now()):
            error, status = _("Слишком много кодов подряд. Подождите или войдите иначе"), 429
        else:
            request.session[KEY] = {
                "phone": seal(phone, COLUMN), "next": get_next_redirect_url(request) or "",
            }  # fmt: skip
            return redirect("phone:code")
    context = {"phone": typed, "error": error, "next": get_next_redirect_url(request) or ""}
    return render(request, "doors/phone.html", context, status=status if error else 200)


def _allowed(request: HttpRequest, phone: str) -> bool:
    """Tell whether this visitor may ask for one more code: counted as letters with codes are."""
    return bool(ratelimit.consume(request, action="request_login_code", key=phone))


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code: let its holder in, or add the phone to whoever is signed in."""
    kept = request.session.get(KEY)
    try:
        phone = unseal(kept["phone"], COLUMN) if kept else ""
    except CannotOpenError:
        phone = ""
    if not phone:
        return redirect("phone:ask")
    error = ""
    if request.method == "POST":
        if sms.take_phone_code(phone, request.POST.get("code", ""), now=timezone.now()):
            return _proven(request, phone)
        error = _("Код не подошёл или устарел. Проверьте цифры или пришлите новый")
    shown = settings.DEMO and not settings.SMS_GATEWAY_URL
    context = {"phone": mask_phone(phone), "error": error, "sent": text_to(phone) if shown else ""}
    return render(request, "doors/phone_code.html", context, status=422 if error else 200)


def _proven(request: HttpRequest, phone: str) -> HttpResponse:
    following = request.session.pop(KEY)["next"]
    if request.user.is_authenticated:
        try:
            commands.prove_phone(request.user, phone, now=timezone.now())
        except Refused as refusal:
            messages.error(request, refusal.ru if get_language() == "ru" else refusal.en)
        else:
            messages.success(request, _("Телефон подтверждён: теперь можно входить и по нему"))
        return redirect("doors:access")
    person = commands.enter_by_phone(phone, now=timezone.now())
    record_authentication(request, person, "code")
    let_in: HttpResponse = perform_login(
        request, person, email_verification="none", redirect_url=following or None
    )
    return let_in
