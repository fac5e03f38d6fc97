"""What other sites show of Otklik: small pages in a frame, and the script that puts them there.

A page in another site's frame gets no cookie of ours, so nothing here leans on a session: a form
is known by a signed mark of its own and by the browser's word that it was sent from our page.
"""

from __future__ import annotations

import functools
import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access, show
from otklik.faces.forms import SendForm, uploads
from otklik.flow.cases.queries import case_of_report
from otklik.flow.channels.sms.commands import open_by_code
from otklik.flow.channels.widgets import queries, rules
from otklik.flow.channels.widgets.commands import receive_by_widget
from otklik.flow.intake import commands as intake
from otklik.flow.intake import queries as intake_queries
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.files import ACCEPT
from otklik.flow.intake.rules import EMAIL
from otklik.ground.topics.queries import topics
from otklik.participation.projects.queries import running_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from otklik.flow.channels.widgets.models import Widget
    from otklik.flow.intake.models import Report

CHANNEL = "widget"
MARK, RECEIPT = "otklik.widget.form", "otklik.widget.receipt"
FORM_LIVES, RECEIPT_LIVES = timedelta(days=1), timedelta(days=7)
LATELY = timedelta(days=30)
ON_MAP = 500
POLLS = 3
STATIC_LIVES = 3600


@require_GET
@cache_control(public=True, max_age=STATIC_LIVES)
def script(_request: HttpRequest, name: str) -> HttpResponse:
    """Give the script that a site's page calls: ours, or the one that understands old code."""
    body = Path(str(finders.find(f"build/{name}.js"))).read_bytes()
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page to the widget's own sites, in the widget's language."""

    @functools.wraps(view)
    def opened(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        try:
            widget = queries.widget_by_token(token)
        except ObjectDoesNotExist:
            raise Http404 from None
        with translation.override(widget.language):
            answer = view(request, widget, **more)
        policy = csp_replace({"frame-ancestors": rules.ancestors(widget.allowed)})
        return cast("HttpResponse", policy(lambda _request: answer)(request))

    return xframe_options_exempt(csrf_exempt(opened))


@framed
@require_GET
def widget(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Show a widget as it stands on a site: its face, by its kind."""
    context: dict[str, Any] = {"widget": widget}
    if widget.kind == "form":
        return _form(request, widget, _fresh(request))
    if widget.kind == "status":
        context["mark"] = _mark(widget)
    if widget.kind == "counter":
        context["totals"] = queries.totals_of(widget, timezone.now() - LATELY)
    if widget.kind == "poll":
        themes = [each.pk for each in widget.topics.all()]
        context["running"] = running_of(widget.organisation_id, themes, timezone.now())[:POLLS]
    return render(request, f"widgets/{widget.kind}.html", context)


@require_GET
def legacy(_request: HttpRequest, number: int) -> HttpResponse:
    """Lead old code, which knows only its number, to the widget that took it over."""
    try:
        found = queries.widget_by_legacy(number)
    except ObjectDoesNotExist:
        raise Http404 from None
    return redirect("widgets:send", found.token)


@never_cache
@framed
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Take a message sent from a widget; on any mistake give back all that was typed."""
    if request.method == "GET":
        return _form(request, widget, _fresh(request))
    form = SendForm.posted(request.POST)
    form.values["idempotency_key"] = form.values["idempotency_key"] or str(uuid.uuid4())
    if not _from_our_page(request, widget):
        form.errors["__all__"] = [
            _("Форма устарела. Всё написанное на месте: нажмите «Отправить» ещё раз")
        ]
        return _form(request, widget, form, status=403)
    try:
        receipt = receive_by_widget(
            widget,
            form.new_report(CHANNEL, widget.language),
            site=request.POST.get("site", ""),
            files=uploads(request, "photos"),
            author=None,
            now=timezone.now(),
        )
    except intake_rules.Refused as refusal:
        form.values["idempotency_key"] = str(uuid.uuid4())
        form.refuse(refusal.problems, widget.language)
        return _form(request, widget, form, status=422)
    return redirect("widgets:sent", widget.token, signing.dumps(receipt.number, salt=RECEIPT))


@never_cache
@framed
@require_GET
def sent(request: HttpRequest, widget: Widget, receipt: str) -> HttpResponse:
    """Show the number and its code to the frame that sent the message."""
    try:
        number = signing.loads(receipt, salt=RECEIPT, max_age=RECEIPT_LIVES)
        report = intake_queries.report_of_session(number, [number])
    except (signing.BadSignature, ObjectDoesNotExist):
        raise Http404 from None
    context = {
        "widget": widget, "report": report, "secret": intake.secret_of(report.number),
        "case": show.own_case(report, widget.language),
    }  # fmt: skip
    return render(request, "widgets/sent.html", context)


@never_cache
@framed
@require_http_methods(["POST"])
def status(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Say where a message stands, to who knows its number and code."""
    number, secret = request.POST.get("number", ""), request.POST.get("secret", "")
    context: dict[str, Any] = {"widget": widget, "number": number, "mark": _mark(widget)}
    if not _from_our_page(request, widget):
        context["error"] = _("Форма устарела. Нажмите «Проверить» ещё раз")
        return render(request, "widgets/status.html", context, status=403)
    report = _opened(number, secret)
    if report is None:
        context["error"] = _("Номер и код не подходят друг к другу. Проверьте цифры")
        return render(request, "widgets/status.html", context, status=422)
    context["case"] = show.own_case(report, widget.language)
    context["answered"] = bool((found := case_of_report(report.number)) and found.result)
    return render(request, "widgets/status.html", context)


def _opened(number: str, secret: str) -> Report | None:
    try:
        return access.report_by_secret(number, secret)
    except ObjectDoesNotExist:
        return open_by_code(number, secret, now=timezone.now())


@framed
@require_GET
@cache_control(public=True, max_age=60)
def points(_request: HttpRequest, widget: Widget) -> HttpResponse:
    """Give the organisation's public messages of the last 90 days as points."""
    since = timezone.now() - 3 * LATELY
    found = queries.cases_of(widget).filter(lat__isnull=False, received_at__gte=since)
    features = [show.feature(case, widget.language) for case in found[:ON_MAP]]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _fresh(request: HttpRequest) -> SendForm:
    return SendForm.empty(None, request.GET)


def _mark(widget: Widget) -> str:
    return signing.dumps(widget.token, salt=MARK)


def _from_our_page(request: HttpRequest, widget: Widget) -> bool:
    """Tell whether a form was made by us not long ago and sent from our own page.

    `Origin` and `Sec-Fetch-Site` are set by the browser alone; a page of another site cannot lie.
    """
    try:
        known = signing.loads(request.POST.get("mark", ""), salt=MARK, max_age=FORM_LIVES)
    except signing.BadSignature:
        return False
    origin = request.headers.get("Origin", "")
    ours = urlsplit(origin).netloc == request.get_host() if origin else False
    by_us = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return known == widget.token and by_us and (ours or not origin)


def _form(
    request: HttpRequest, widget: Widget, form: SendForm, *, status: int = 200
) -> HttpResponse:
    tree = topics()
    offered = {fact.code for fact in queries.facts_of(widget)}
    groups = [
        (title, [each for each in facts if each[0] in offered])
        for title, facts in show.topic_groups(tree, widget.language)
    ]
    context = {
        "widget": widget, "form": form.values, "errors": form.errors, "accept": ACCEPT,
        "limits": intake_queries.limits(), "email_pattern": EMAIL,
        "mark": _mark(widget), "ours": settings.SITE_URL,
        "topic_groups": [(title, facts) for title, facts in groups if facts],
        "site": request.POST.get("site", "") or request.headers.get("Referer", ""),
    }  # fmt: skip
    return render(request, "widgets/form.html", context, status=status)
