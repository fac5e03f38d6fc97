"""Deadlines on the desk: an official's reminders, and how each body keeps its terms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access
from otklik.flow.control import commands, queries
from otklik.flow.control.rules import MEASURES
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import organisations

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

PAGE = 50
PERIODS = (30, 90, 365)
TITLES = {
    "answered": (_l("Ответов"), _l("Дан ответ")),
    "last_hour": (_l("В последний час"), _l("Ответ дан за час до срока или позже в тот же час")),
    "extended": (_l("Продлено"), _l("Срок продлевали")),
    "held": (_l("Продлено режимом ЧС"), _l("Срок стоял, пока действовал объявленный режим")),
    "saved": (
        _l("Успели из-за режима"),
        _l("Ответ дан позже срока, который был до объявления режима"),
    ),
    "resent": (_l("Отклонено и прислано снова"), _l("Отклонено, а автор написал о том же ещё раз")),
    "returned": (_l("Возвращено"), _l("Вернули как чужое")),
    "unrated": (_l("Закрыто без оценки"), _l("Из отвеченных: закрыто, а автор не оценил")),
    "reopened": (_l("Возобновлено"), _l("Автор оспорил и оказался прав")),
    "refusals_checked": (
        _l("Отказов проверено"),
        _l("Отказы организации из недельных выборок, проверенные другой организацией"),
    ),
    "refusals_wrong": (
        _l("Отказов неверных"),
        _l("Из проверенных по выборке отказов — найдены неверными и отменены"),
    ),
}


@never_cache
@login_required
@require_GET
def reminders(request: HttpRequest) -> HttpResponse:
    """List what an official was warned of, unseen first."""
    official = access.official_or_404(request)
    found = Paginator(queries.reminders_of(official), PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "now": timezone.now()}
    return render(request, "desk/reminders.html", context)


@login_required
@require_POST
def see(request: HttpRequest) -> HttpResponse:
    """Take one reminder, or all, off the list."""
    official = access.official_or_404(request)
    said = request.POST.get("alarm", "")
    if said and not said.isdigit():
        raise Http404
    commands.see_reminders(official, alarm_id=int(said) if said else None, now=timezone.now())
    return redirect("desk:reminders")


def _period(request: HttpRequest) -> tuple[int, datetime, datetime]:
    said = request.GET.get("days", "")
    days = int(said) if said in {str(each) for each in PERIODS} else PERIODS[0]
    now = timezone.now()
    return days, now - timedelta(days=days), now


@never_cache
@login_required
@require_GET
def keeping(request: HttpRequest) -> HttpResponse:
    """Show by body what tells how deadlines are kept."""
    official = access.official_or_404(request, "see_statistics")
    days, since, until = _period(request)
    context = {
        "bodies": queries.keeping(official, since, until),
        "measures": [TITLES[name] for name in MEASURES],
        "days": days,
        "periods": PERIODS,
        "may_open": powers_of(official).anywhere("see_case"),
    }
    return render(request, "desk/keeping.html", context)


@never_cache
@login_required
@require_GET
def kept(request: HttpRequest, measure: str) -> HttpResponse:
    """List exactly the cases behind a number."""
    official = access.official_or_404(request, "see_statistics")
    body = organisations().get(request.GET.get("organisation", ""))
    if measure not in TITLES or body is None:
        raise Http404
    days, since, until = _period(request)
    found = queries.kept_cases(official, measure, body.code, since, until)
    query = request.GET.copy()
    query.pop("page", None)
    context: dict[str, Any] = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "body": body,
        "title": TITLES[measure][1],
        "days": days,
    }
    return render(request, "desk/kept.html", context)
