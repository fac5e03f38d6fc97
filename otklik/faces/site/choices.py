"""«Уведомления»: of what a person hears, by which doors, when, and what went to them so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import told
from otklik.flow.channels.push.queries import devices_of, key_for_browsers
from otklik.ground.kit.sealing import email_print
from otklik.readers.notifications import choosing, commands, queries
from otklik.readers.notifications.rules import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Person

PAGE = 50


def shown(request: HttpRequest, person: Person, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show the page: choices, hours, devices."""
    print_ = email_print(person.email)
    context = {
        "devices": devices_of(person),
        "key": key_for_browsers(),
        "rows": [
            (row, [(cell, told.columns()[cell.door]) for cell in row.cells])
            for row in choosing.table(person, get_language() or "ru")
        ],
        "habit": choosing.habit_of(person),
        "digest_at": choosing.notice_rules().digest_at,
        "off": bool(print_) and queries.declined(print_),
        **more,
    }
    return render(request, "site/notices.html", context, status=status)


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what a person chose; hours that are none are told, and all ticks stay."""
    person = cast("Person", request.user)
    if "again" in request.POST:
        commands.decline(email_print(person.email), off=False, now=timezone.now())
        notices.success(request, _("Письма снова приходят"))
        return redirect("site:notices")
    wanted, quiet = request.POST.getlist("wanted"), "quiet" in request.POST
    start, end = clock(request.POST.get("from")), clock(request.POST.get("to"))
    if start is None or end is None or (quiet and start == end):
        return shown(
            request, person, status=422, typed=request.POST, wanted=wanted,
            error=_("Напишите тихие часы так: с 22:00 до 08:00. Начало и конец — разные"),
        )  # fmt: skip
    commands.choose(
        person, wanted, quiet=quiet, quiet_from=start, quiet_to=end,
        digest="digest" in request.POST, now=timezone.now(),
    )  # fmt: skip
    notices.success(request, _("Запомнили, о чём и как сообщать"))
    return redirect("site:notices")


@never_cache
@login_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Show a person all that went to them: of what, how, when, what came of it."""
    found = choosing.log_of(cast("Person", request.user))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [told.delivery(each, get_language() or "ru") for each in page]
    return render(request, "site/notices_log.html", {"page": page, "rows": rows})
