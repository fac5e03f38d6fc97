"""The registrar's log of the exchange with document systems."""

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
from otklik.flow.exchange import commands, queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE, NEWEST = 50, 20
TABS = (("", "Все"), ("queued", "Ждут отправки"), ("delivered", "Доставлены"),
        ("refused", "Не приняты"))  # fmt: skip
TONES = {"queued": "wait", "delivered": "good", "refused": "acute"}


@never_cache
@login_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Show what went out, what came back and what was not taken."""
    official = access.official_or_404(request, "register_appeals")
    state = request.GET.get("state", "")
    found = queries.letters_for(official, state)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(each, queries.title_of(each.event), TONES[each.state]) for each in page],
        "tabs": TABS,
        "state": state,
        "systems": queries.active_systems(),
        "arrivals": queries.arrivals_for(official, NEWEST),
        "failures": queries.failures(NEWEST),
    }
    return render(request, "desk/exchange.html", context)


@never_cache
@login_required
@require_POST
def again(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Send a refused letter again."""
    official = access.official_or_404(request, "register_appeals")
    if not queries.letters_for(official).filter(pk=letter_id).exists():
        raise Http404
    try:
        commands.send_again(letter_id, by=official, now=timezone.now())
    except Refused as refusal:
        notices.error(request, refusal.ru)
    else:
        notices.success(request, _("Письмо отправляется ещё раз"))
    return redirect("desk:exchange")
