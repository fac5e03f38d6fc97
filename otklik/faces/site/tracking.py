"""One's own message found again by its number: with the secret, or the code from a text message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.core.exceptions import ObjectDoesNotExist
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from otklik.faces import access
from otklik.flow.channels.sms import commands as sms
from otklik.flow.intake.queries import report_by_secret

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.intake.models import Report


@never_cache
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Open one's message by number and secret, or by number and the code of a text message."""
    number, secret = request.POST.get("number", ""), request.POST.get("secret", "")
    error = ""
    if request.method == "POST":
        report = _opened(number, secret)
        if report is not None:
            access.remember(request, report.number)
            return redirect("site:case", report.spoken)
        error = _(
            "Номер и код не подходят друг к другу. Проверьте, нет ли ошибки в цифре."
            " Код из СМС действует недолго: его можно прислать ещё раз"
        )
    context = {"number": number or request.GET.get("number", ""), "error": error}
    return render(request, "site/track.html", context, status=422 if error else 200)


def _opened(number: str, secret: str) -> Report | None:
    try:
        return report_by_secret(number, secret)
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
