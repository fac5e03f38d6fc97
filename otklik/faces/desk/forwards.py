"""What was handed over to other Open311 servers, and what waits there for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access
from otklik.flow.cases.rules import Refused
from otklik.flow.channels.peers import commands, queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.ground.accounts.models import Official

MAY = "watch_doors"
PAGE = 50
TABS = (("", "Все"), ("queued", "Ждут отправки"), ("taken", "Приняты"),
        ("unsure", "Неясно, дошли ли"), ("refused", "Не приняты"))  # fmt: skip
TONES = {"queued": "wait", "taken": "good", "unsure": "acute", "refused": "acute"}


@never_cache
@login_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Show what went where, under which number, how it stands there."""
    access.official_or_404(request, MAY)
    state = request.GET.get("state", "")
    page = Paginator(queries.log(state), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "tabs": TABS, "state": state, "peers": queries.active_peers(),
        "rows": [(each, queries.told_of(each, "ru"), TONES[each.state]) for each in page],
    }  # fmt: skip
    return render(request, "desk/forwards.html", context)


@never_cache
@login_required
@require_POST
def again(request: HttpRequest, forward_id: int) -> HttpResponse:
    """Hand over once more what was refused or is not known to have come."""
    official = _official(request, forward_id)
    try:
        commands.send_again(forward_id, by=official, now=timezone.now())
    except Refused as refusal:
        notices.error(request, refusal.ru)
    else:
        notices.success(request, _("Передаётся ещё раз"))
    return redirect("desk:forwards")


@never_cache
@login_required
@require_POST
def number(request: HttpRequest, forward_id: int) -> HttpResponse:
    """Write down the number under which the other side did take it."""
    official = _official(request, forward_id)
    said = request.POST.get("number", "")
    try:
        commands.write_number(forward_id, said, by=official, now=timezone.now())
    except Refused as refusal:
        notices.error(request, refusal.ru)
    else:
        notices.success(request, _("Номер записан, новости придут сюда"))
    return redirect("desk:forwards")


def _official(request: HttpRequest, forward_id: int) -> Official:
    official = access.official_or_404(request, MAY)
    if not queries.log().filter(pk=forward_id).exists():
        raise Http404
    return official
