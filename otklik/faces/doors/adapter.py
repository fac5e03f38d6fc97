"""How other systems' accounts become people here."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otklik.ground.accounts import commands, identity
from otklik.ground.accounts.queries import person_of_email
from otklik.ground.accounts.rules import ESIA, Refused
from otklik.ground.kit import http

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Person

OIDC, APP = "openid_connect", "allauth.socialaccount"


class Doors(DefaultSocialAccountAdapter):
    """Which systems there are by the settings, and what happens when somebody comes from one."""

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """Return the systems of the settings; tables hold none."""
        apps = [_oidc(each) for each in settings.OIDC_SERVERS]
        if identity.available():
            esia = SocialApp(provider=ESIA, provider_id=ESIA, name="Госуслуги")
            esia.client_id = settings.ESIA_CLIENT_ID
            apps.insert(0, esia)
        return [
            each
            for each in apps
            if (provider is None or provider in {each.provider, each.provider_id})
            and (client_id is None or client_id == each.client_id)
        ]

    def get_requests_session(self) -> _Session:
        """Let allauth ask other machines by our one way out."""
        return _Session()

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Person, str] | None:
        """Return the citizen with the same address, if both sides proved it."""
        known = sociallogin.identity
        app = sociallogin.provider.app
        trusted = known.provider == ESIA or app.settings.get("trust_email") is True
        if not known.email_proven or not trusted:
            return None
        person = person_of_email(known.email)
        return (person, known.email) if person else None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link to whoever is signed in and asked for it; note what was told of a known one."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(_linked(request, sociallogin))
        if sociallogin.is_existing:
            sociallogin.account = commands.link_identity(
                sociallogin.user, sociallogin.identity, now=timezone.now()
            )

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Person:  # noqa: ARG002
        """Make a person of whoever came for the first time."""
        sociallogin.account = commands.sign_up(sociallogin.identity, now=timezone.now())
        sociallogin.user = sociallogin.account.user
        return sociallogin.user  # type: ignore[no-any-return]

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send no letter of allauth's own."""


def _linked(request: HttpRequest, sociallogin: SocialLogin) -> Any:
    if not request.user.is_authenticated:
        return redirect("account_login")
    if is_reauthentication_required(
        request, app=APP
    ):  # asked before leaving: never met but by hand
        raise ReauthenticationRequired
    name = sociallogin.provider.name
    try:
        commands.link_identity(request.user, sociallogin.identity, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.ru if get_language() == "ru" else refusal.en)
    else:
        messages.success(request, _("Готово: теперь можно входить через %(name)s") % {"name": name})
    return redirect("doors:access")


def _oidc(server: dict[str, Any]) -> SocialApp:
    known = {"id", "name", "url", "client_id", "secret", "form_action"}
    more = {name: value for name, value in server.items() if name not in known}
    return SocialApp(
        provider=OIDC,
        provider_id=server["id"],
        name=server["name"],
        client_id=server["client_id"],
        secret=server.get("secret", ""),
        settings={"oauth_pkce_enabled": True, **more, "server_url": server["url"]},
    )


class _Session:
    """As much of a session of `requests` as allauth uses, over our one way out."""

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> _Answer:
        """Get once."""
        return self.request("GET", url, headers=headers)

    def request(
        self, method: str, url: str, *, params: Any = None, data: Any = None,
        headers: Mapping[str, str] | None = None, auth: Any = None,
    ) -> _Answer:  # fmt: skip
        """Send once; whatever the network does is allauth's own error."""
        sent = dict(headers or {})
        if auth is not None:
            pair = base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
            sent["Authorization"] = f"Basic {pair}"
        body = {"data": data} if data else {}
        try:
            return _Answer(http.ask(method, url, headers=sent, params=params, **body))
        except http.HTTPError as error:
            raise OAuth2Error(http.told(error)) from None


class _Answer:
    def __init__(self, reply: http.Reply) -> None:
        self.status_code, self.content = reply.status, reply.content
        self.headers = {"content-type": reply.kind or "application/json"}
        self.ok = reply.ok

    @property
    def text(self) -> str:
        """The answer as text."""
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """The answer as JSON says it."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise OAuth2Error("the answer is not JSON") from None

    def raise_for_status(self) -> None:
        """Refuse what is no success."""
        if not self.ok:
            raise OAuth2Error(f"HTTP {self.status_code}")
