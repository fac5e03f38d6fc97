"""Coming in through ЕСИА, and «Вход и устройства»: by what a person comes in, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect import views as openid
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces.access import LEVELS
from otklik.faces.doors.adapter import APP
from otklik.faces.doors.devices import device
from otklik.faces.doors.provider import EsiaAdapter
from otklik.ground.accounts import commands, identity
from otklik.ground.accounts.queries import entrances, lacking_level
from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from otklik.ground.accounts.models import Person
    from otklik.ground.accounts.queries import Entrances

DEEDS = (
    ("send", gettext_lazy("Писать сообщения и следить за ответом")),
    ("join", gettext_lazy("Присоединяться к сообщениям других")),
    ("rate", gettext_lazy("Оценивать ответ и спорить с ним")),
    ("appeal", gettext_lazy("Подавать обращение по 59-ФЗ")),
    ("propose", gettext_lazy("Предлагать петицию или проект")),
)


def _while_known(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def guarded(request: HttpRequest) -> HttpResponse:
        if not identity.available():
            raise Http404
        return view(request)

    return guarded


def _asked_anew(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for the password once more before another way in is linked."""

    def guarded(request: HttpRequest, **more: str) -> HttpResponse:
        if "connect" in {request.GET.get("process"), request.POST.get("process")}:
            raise_if_reauthentication_required(request, app=APP)
        return view(request, **more)

    return guarded


esia_login = never_cache(_while_known(_asked_anew(OAuth2LoginView.adapter_view(EsiaAdapter))))
esia_callback = never_cache(_while_known(OAuth2CallbackView.adapter_view(EsiaAdapter)))


def _told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Tell a person when a server cannot even be asked where its doors are."""

    def told(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except OAuth2Error as error:
            provider = get_adapter().get_provider(request, provider_id)
            failed: HttpResponse = render_authentication_error(request, provider, exception=error)
            return failed

    return never_cache(told)


oidc_login, oidc_callback = _asked_anew(_told(openid.login)), _told(openid.callback)


@require_GET
def to_access(_request: HttpRequest) -> HttpResponse:
    """Lead to the one page of entrances."""
    return redirect("doors:access")


@never_cache
@login_required
@require_GET
def access(request: HttpRequest) -> HttpResponse:
    """Show by what a person comes in, what their level allows, and where they are signed in."""
    person = cast("Person", request.user)
    known = entrances(person)
    sessions = UserSession.objects.purge_and_list(person)
    context = {
        "known": known,
        "elsewhere": _elsewhere(request, known),
        "level": LEVELS[person.level],
        "deeds": [(title, LEVELS.get(lacking_level(person, deed))) for deed, title in DEEDS],
        "sessions": [
            {"session": each, "device": device(each.user_agent), "here": each.is_current()}
            for each in sorted(sessions, key=lambda each: each.created_at, reverse=True)
        ],
    }
    return render(request, "doors/access.html", context)


def _elsewhere(request: HttpRequest, known: Entrances) -> list[dict[str, Any]]:
    """Return each system of the settings with the account linked from it, and links of others."""
    linked = {each.provider: each for each in known.accounts}
    found = [
        {"id": each.sub_id, "name": each.name, "account": linked.pop(each.sub_id, None),
         "url": each.get_login_url(request)}
        for each in get_adapter().list_providers(request)
    ]  # fmt: skip
    gone = [{"id": name, "name": name, "account": each, "url": ""} for name, each in linked.items()]
    return found + gone


@login_required
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """Take one way in off."""
    raise_if_reauthentication_required(request, app=APP)
    account = request.POST.get("account", "")
    try:
        commands.unlink_identity(
            cast("Person", request.user),
            int(account) if account.isdecimal() and len(account) < 19 else 0,  # noqa: PLR2004
            now=timezone.now(),
        )
    except SocialAccount.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.ru if get_language() == "ru" else refusal.en)
    else:
        messages.success(request, _("Вход отвязан"))
    return redirect("doors:access")


@login_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of one session, of all others, or everywhere."""
    which = request.POST.get("which", "")
    sessions = list(UserSession.objects.filter(user=request.user))
    if which == "others":
        ended = [each for each in sessions if not each.is_current()]
    elif which == "all":
        ended = sessions
    else:
        ended = [each for each in sessions if str(each.pk) == which]
    end_sessions(request, ended)
    if which == "all" or not request.user.is_authenticated:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("Сеансы завершены"))
    return redirect("doors:access")
