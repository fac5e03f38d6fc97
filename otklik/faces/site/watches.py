"""Subscriptions to a place, a topic or a message: made by anybody, ended by one press."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from otklik.faces.templatetags.otklik import named
from otklik.flow.cases.queries import public_case
from otklik.ground.territories.queries import locate, region, territories, territory_at
from otklik.ground.topics.queries import topics
from otklik.readers.notifications.watches import commands, queries, rules, wording

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from otklik.ground.accounts.models import Person

FIELDS = ("email", "topic", "place", "territory", "address", "radius", "shape", "case")


def _language() -> str:
    return "en" if get_language() == "en" else "ru"


def _person(request: HttpRequest) -> Person | None:
    return request.user if request.user.is_authenticated else None


@never_cache
@require_http_methods(["GET", "POST"])
def watch(request: HttpRequest) -> HttpResponse:
    """Show one's subscriptions and the form of a new one; take it, or give it back with a word."""
    if request.method == "GET":
        return _page(request, {"place": "territory", "radius": "1000", **request.GET.dict()})
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        made = commands.ask_watch(
            person=_person(request), address=_address(request, typed), language=_language(),
            now=timezone.now(), **_about(request.POST, typed),
        )  # fmt: skip
    except rules.Refused as refusal:
        words = refusal.ru if _language() == "ru" else refusal.en
        return _page(request, typed, field=refusal.field, error=words, status=422)
    if made.confirmed_at:
        notices.success(request, _("Подписали: письма приходят не чаще раза в день"))
        return redirect("site:watch")
    return render(request, "site/watch_asked.html", {"email": made.email})


def _page(
    request: HttpRequest, typed: dict[str, str], *, status: int = 200, **more: Any
) -> HttpResponse:
    person = _person(request)
    own = queries.watches_of(person) if person else []
    context = {
        "typed": typed, "radii": [str(each) for each in rules.RADII],
        "categories": topics().categories, "territories": sorted(territories().values(), key=named),
        "own": [(each, wording.title(each, _language())) for each in own],
        "case": _case(typed.get("case", "")), **more,
    }  # fmt: skip
    return render(request, "site/watch.html", context, status=status)


def _case(number: str) -> Any:
    try:
        return public_case(number) if number else None
    except ObjectDoesNotExist:
        raise Http404 from None


def _address(request: HttpRequest, typed: dict[str, str]) -> str:
    person = _person(request)
    address = (person.email if person and person.email else typed["email"]).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise rules.Refused(
            "email", "Проверьте почту: например, anna@example.ru", "Check the e-mail address"
        ) from None
    return address


def _about(data: QueryDict, typed: dict[str, str]) -> dict[str, Any]:
    """Return what a subscription is about; Refused with the field that is to be mended."""
    if case := _case(typed["case"]):
        return {"case": case}
    topic = topics().by_code.get(typed["topic"])
    if typed["place"] == "around":
        return {"topic": topic, **_around(typed)}
    if typed["place"] == "area":
        return {"topic": topic, **_drawn(data.get("shape", ""))}
    territory = territories().get(typed["territory"]) if typed["place"] == "territory" else None
    if typed["place"] == "territory" and territory is None:
        raise rules.Refused("territory", "Выберите муниципалитет", "Choose a municipality")
    if territory is None and topic is None:
        raise rules.Refused(
            "topic", "По всей области подписывают на одну тему: выберите её",
            "Choose a topic for the whole region",
        )  # fmt: skip
    return {"topic": topic, "territory": territory}


def _around(typed: dict[str, str]) -> dict[str, Any]:
    found = locate(typed["address"]) if typed["address"] else None
    if found is None:
        raise rules.Refused(
            "address", "Не нашли такого места. Напишите город или деревню и улицу",
            "No such place was found. Write the town or village and the street",
        )  # fmt: skip
    if typed["radius"] not in {str(each) for each in rules.RADII}:
        raise rules.Refused("radius", "Выберите расстояние", "Choose a distance")
    area = {"lat": found.lat, "lon": found.lon, "radius": int(typed["radius"]),
            "address": typed["address"][:200]}  # fmt: skip
    return {"territory": territory_at(found.lat, found.lon), "area": area}


def _drawn(shape: str) -> dict[str, Any]:
    try:
        told = json.loads(shape or "null")
    except ValueError:
        told = None
    ring = rules.ring_of(told, region().bounds)
    if not ring:
        raise rules.Refused(
            "shape",
            "Обведите место на карте: от трёх углов до шестидесяти, все в границах области",
            "Draw an area on the map: three corners or more, all within the region",
        )  # fmt: skip
    lon, lat = (sum(each[axis] for each in ring) / len(ring) for axis in (0, 1))
    return {"territory": territory_at(lat, lon), "area": {"ring": ring}}


@csrf_exempt  # the token is the leave; mail programs press it without a page (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, token: str) -> HttpResponse:
    """Show a subscription to who has its letter; POST confirms it or ends it."""
    found = queries.watch_by(token)
    if found is None:
        return render(request, "site/watch_one.html", {"over": True})
    if request.method == "POST" and "confirm" in request.POST:
        found = commands.begin_watch(token, now=timezone.now())
        notices.success(request, _("Подписка подтверждена"))
        return redirect("site:one_watch", token)
    if request.method == "POST":
        commands.end_watch(token, now=timezone.now())
        return render(request, "site/watch_one.html", {"over": True})
    context = {"watch": found, "title": wording.title(found, _language())}
    return render(request, "site/watch_one.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """End all subscriptions of an address; GET only asks."""
    print_ = queries.print_of(token)
    if not print_:
        raise Http404
    if request.method == "POST":
        commands.end_all(print_, now=timezone.now())
    context = {"all": True, "over": request.method == "POST"}
    return render(request, "site/watch_one.html", context)
