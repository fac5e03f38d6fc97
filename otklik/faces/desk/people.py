"""A body's own people: invite, give and take roles, close access; each change on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.ground.accounts import commands, queries
from otklik.ground.accounts.rules import MANAGE, Refused
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """List one's own people; take an invitation, giving back what was typed if it is refused."""
    by = access.official_or_404(request, MANAGE)
    bodies = queries.bodies_managed_by(by)
    error = ""
    if request.method == "POST":
        chosen = {body.code: body for body in bodies}.get(request.POST.get("organisation", ""))
        try:
            if chosen is None:
                raise Refused("no_body", _("Выберите организацию"), "Choose a body")
            made = commands.invite_official(
                email=request.POST.get("email", ""), organisation=chosen,
                position=request.POST.get("position", ""), address=_address(request), by=by,
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            error = refusal.ru
        else:
            notices.success(request, _("Приглашение отправлено. Теперь дайте роль"))
            return redirect("desk:official", made.pk)
    asked = request.GET.get("q", "").strip().lower()
    found = [each for each in queries.managed_by(by) if _matches(each, asked)]
    context = {
        "people": sorted(found, key=lambda each: (not each.active, str(each.person))),
        "bodies": bodies,
        "error": error,
        "typed": request.POST,
        "asked": request.GET.get("q", ""),
    }
    return render(request, "desk/people.html", context, status=422 if error else 200)


def _matches(official: Official, asked: str) -> bool:
    """Tell whether a name, a post or a body holds the words: names are sealed, SQL sees none."""
    said = f"{official} {official.person.email} {official.organisation}".lower()
    return all(word in said for word in asked.split())


def _one_or_404(by: Official, official_id: int) -> Official:
    try:
        return queries.managed_by(by).get(pk=official_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def official(request: HttpRequest, official_id: int) -> HttpResponse:
    """Show one of one's own people: roles, access, history."""
    by = access.official_or_404(request, MANAGE)
    return _page(request, by, _one_or_404(by, official_id))


def _page(
    request: HttpRequest, by: Official, found: Official, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "person": found,
        "own": found.pk == by.pk,
        "memberships": found.memberships.all(),
        "roles": queries.roles_given_by(by),
        "bodies": queries.bodies_managed_by(by),
        "territories": sorted(territories().values(), key=lambda each: each.short_ru),
        "topic_groups": show.topic_groups(topics(), "ru"),
        "history": queries.history_of(found),
        **more,
    }
    return render(request, "desk/official.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, official_id: int, verb: str) -> HttpResponse:
    """Do what a button says to one of one's own people, or say why not."""
    by = access.official_or_404(request, MANAGE)
    found = _one_or_404(by, official_id)
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](request, by, found)
    except Refused as refusal:
        return _page(request, by, found, status=422, error=refusal.ru, typed=request.POST)
    except ObjectDoesNotExist:
        raise Http404 from None
    notices.success(request, _("Готово"))
    return redirect("desk:official", official_id)


def _give(request: HttpRequest, by: Official, found: Official) -> None:
    role = {each.code: each for each in queries.roles_given_by(by)}.get(
        request.POST.get("role", "")
    )
    if role is None:
        raise Refused("no_role", _("Выберите роль из списка"), "Choose a role of the list")
    bodies = {body.code: body for body in queries.bodies_managed_by(by)}
    commands.give_role(
        found.pk, role=role,
        organisation=_chosen(bodies, request.POST.get("organisation", "")),
        territory=_chosen(territories(), request.POST.get("territory", "")),
        topic=_chosen(topics().by_code, request.POST.get("topic", "")),
        by=by, now=timezone.now(),
    )  # fmt: skip


def _chosen(known: Any, code: str) -> Any:
    if code and code not in known:
        raise Refused("unknown", _("Такого нет в списке"), "There is no such thing in the list")
    return known[code] if code else None


def _take(request: HttpRequest, by: Official, found: Official) -> None:
    chosen = request.POST.get("membership", "")
    if not chosen.isdigit():
        raise Http404
    commands.take_role(found.pk, membership_id=int(chosen), by=by, now=timezone.now())


def _switch(request: HttpRequest, by: Official, found: Official) -> None:
    commands.switch_official(found.pk, on=request.POST.get("on") == "1", by=by, now=timezone.now())


def _again(request: HttpRequest, by: Official, found: Official) -> None:
    commands.invite_again(found.pk, address=_address(request), by=by, now=timezone.now())


def _sign_out(_request: HttpRequest, by: Official, found: Official) -> None:
    commands.sign_out_official(found.pk, by=by, now=timezone.now())


VERBS = {"give": _give, "take": _take, "switch": _switch, "again": _again, "sign-out": _sign_out}
