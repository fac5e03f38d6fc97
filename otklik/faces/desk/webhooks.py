"""Other systems' subscriptions: where public changes go, how it went, what to send again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.readers.webhooks import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from otklik.ground.accounts.models import Official
    from otklik.readers.webhooks.models import Subscription

PAGE = 50


def _official(request: HttpRequest) -> Official:
    return access.official_or_404(request, queries.EDIT)


def _one_or_404(by: Official, subscription_id: int) -> Subscription:
    try:
        return queries.subscriptions_of(by).get(pk=subscription_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    """List the subscriptions of one's bodies: which doors are shut, how much waits."""
    found = list(queries.subscriptions_of(_official(request)))
    return render(request, "desk/webhooks.html", {"subscriptions": found})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def subscription(request: HttpRequest, subscription_id: int | None = None) -> HttpResponse:
    """Make or change a subscription; what cannot be kept comes back with words beside it."""
    by = _official(request)
    found = _one_or_404(by, subscription_id) if subscription_id is not None else None
    if request.method == "GET":
        return _page(request, by, found, _values(found, by))
    values = _typed(request.POST)
    try:
        kept = commands.keep_subscription(subscription_id, values, by=by, now=timezone.now())
    except rules.Refused as refusal:
        return _page(request, by, found, values, errors=refusal.errors)
    notices.success(request, _("Сохранено: изменения пойдут по этому адресу"))
    return redirect("desk:webhook", kept.pk)


@login_required
@require_POST
def replay(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Send again one message, or all since a time."""
    by = _official(request)
    found = _one_or_404(by, subscription_id)
    entry, since = request.POST.get("entry", ""), request.POST.get("since", "")
    moment = _moment(since)
    if not entry.isdecimal() and moment is None:
        errors = {"since": _("Укажите дату и время, с которых отправить ещё раз")}
        return _page(request, by, found, _values(found, by), errors=errors, since=since)
    count = commands.replay(
        found.pk, since=moment, entry=int(entry) if entry.isdecimal() else None, by=by,
        now=timezone.now(),
    )  # fmt: skip
    notices.success(
        request,
        ngettext("Отправим ещё раз: %(count)s", "Отправим ещё раз: %(count)s", count)
        % {"count": count},
    )
    return redirect("desk:webhook", found.pk)


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found and found.tzinfo is None else found


@login_required
@require_POST
def secret(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Give a subscription a new key."""
    by = _official(request)
    found = _one_or_404(by, subscription_id)
    commands.renew_secret(found.pk, by=by, now=timezone.now())
    notices.success(request, _("Ключ новый: прежним больше ничего не подписывается"))
    return redirect("desk:webhook", found.pk)


def _typed(data: QueryDict) -> dict[str, Any]:
    plain = {name: data.get(name, "") for name in ("title", "url", "organisation", "active")}
    return {name: data.getlist(name) for name in ("topics", "territories")} | plain


def _values(found: Subscription | None, by: Official) -> dict[str, Any]:
    if found is None:
        bodies = queries.bodies_with_subscriptions(by)
        own = "" if queries.edits_all(by) else next((each.code for each in bodies), "")
        return {
            "title": "", "url": "", "organisation": own, "active": "on", "topics": [],
            "territories": [],
        }  # fmt: skip
    return {
        "title": found.title, "url": found.url, "active": "on" if found.active else "",
        "organisation": found.organisation.code if found.organisation else "",
        "topics": found.topics, "territories": found.territories,
    }  # fmt: skip


def _page(
    request: HttpRequest, by: Official, found: Subscription | None, values: dict[str, Any], *,
    errors: dict[str, str] | None = None, since: str = "",
) -> HttpResponse:  # fmt: skip
    state = request.GET.get("state", "")
    page = None
    if found is not None:
        pages = Paginator(queries.log_of(found, state), PAGE)
        page = pages.get_page(request.GET.get("page"))
    context = {
        "subscription": found, "values": values, "errors": errors or {}, "since": since,
        "bodies": queries.bodies_with_subscriptions(by), "whole": queries.edits_all(by),
        "categories": topics().categories, "places": territories().values(), "page": page,
        "state": state,
        "tabs": [("", _("Все")), ("queued", _("Ждут")), ("delivered", _("Доставлены"))],
    }  # fmt: skip
    return render(request, "desk/webhook.html", context, status=422 if errors else 200)
