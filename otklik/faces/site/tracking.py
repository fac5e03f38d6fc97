"""One's own message found again by its number: with the secret, or the code from a text message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from otklik.faces import access
from otklik.flow.channels.sms import commands as sms
from otklik.flow.division.queries import reports_of_parts
from otklik.flow.intake import commands as intake
from otklik.flow.intake.queries import unclaimed
from otklik.flow.intake.rules import misheard

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.intake.models import Report
    from otklik.ground.accounts.models import Person

WRONG = gettext_lazy(
    "Номер и код не подходят друг к другу. Проверьте, нет ли ошибки в цифре."
    " Код из СМС действует недолго: его можно прислать ещё раз"
)
MISHEARD = gettext_lazy(
    "В номере ошибка: такой номер не мог быть выдан. Проверьте цифры, их восемь"
)


def _wrong(number: str) -> Any:
    return MISHEARD if misheard(number) else WRONG


@never_cache
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Open one's message by number and secret, or by number and the code of a text message."""
    number, secret = request.POST.get("number", ""), request.POST.get("secret", "")
    error: Any = ""
    if request.method == "POST":
        report = _opened(number, secret)
        if report is not None:
            access.remember(request, report.number)
            return redirect("site:case", report.spoken)
        error = _wrong(number)
    context = {"number": number or request.GET.get("number", ""), "error": error}
    return render(request, "site/track.html", context, status=422 if error else 200)


def _opened(number: str, secret: str) -> Report | None:
    try:
        return access.report_by_secret(number, secret)
    except ObjectDoesNotExist:
        return sms.open_by_code(number, secret, now=timezone.now())


@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    """Send the code again to the phone that the message knows; say the same whoever asks."""
    sms.send_code_again(
        request.POST.get("number", ""), request.POST.get("phone", ""), now=timezone.now()
    )
    notices.success(
        request,
        _("Если номер и телефон подходят друг к другу, СМС с кодом придёт в течение минуты"),
    )
    return redirect("site:track")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Take messages sent without signing in to oneself: by number and code, or all opened here."""
    person = cast("Person", request.user)
    here = unclaimed(request.session.get(access.SESSION_KEY, []))
    number = request.POST.get("number", "")
    error: Any = ""
    if request.method == "POST":
        asked = here if "all" in request.POST else [_opened(number, request.POST.get("secret", ""))]
        asked = [one for each in asked if each for one in (each, *reports_of_parts(each))]
        done = [intake.claim(each, person, now=timezone.now()) for each in asked]
        if done and all(done):
            notices.success(request, _("Готово: сообщения в вашем кабинете"))
            return redirect("site:cabinet")
        error = _("Это сообщение уже в другом кабинете") if done else _wrong(number)
    context = {"number": number, "error": error, "here": here}
    return render(request, "site/claim.html", context, status=422 if error else 200)
