"""Other systems through which people come in, as allauth knows them: ЕСИА, and OpenID Connect.

Nothing that they tell is kept by allauth: the account's number as a keyed hash, no data.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import (
    OpenIDConnectProvider,
    OpenIDConnectProviderAccount,
)
from allauth.utils import build_absolute_uri
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from otklik.ground.accounts import identity
from otklik.ground.accounts.rules import ESIA, Identity
from otklik.ground.kit.sealing import identity_print

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest, HttpResponse


class _Known:
    """What both kinds share: an Identity becomes a login that holds nothing but its hash."""

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> SocialLogin:
        """Return the login of an identity, which goes with it for the adapter to write down."""
        known = response if isinstance(response, Identity) else self._identity(response)
        login: Any = super().sociallogin_from_response(request, known)  # type: ignore[misc]
        login.identity = known
        return login

    def _identity(self, response: Any) -> Identity:
        raise NotImplementedError

    def extract_uid(self, data: Identity) -> str:
        """Return the keyed hash of the account's number."""
        return identity_print(data.issuer, data.subject)

    def extract_extra_data(self, data: Identity) -> dict[str, Any]:  # noqa: ARG002
        """Leave nothing in clear."""
        return {}

    def extract_common_fields(self, data: Identity) -> dict[str, Any]:  # noqa: ARG002
        """Leave names to the command that writes them down."""
        return {}

    def extract_email_addresses(self, data: Identity) -> list[Any]:  # noqa: ARG002
        """Leave addresses to the command that writes them down."""
        return []


class EsiaAdapter(OAuth2Adapter):
    """The way back from ЕСИА: code → token → who it is."""

    provider_id = ESIA

    def get_client(self, request: HttpRequest, app: Any) -> None:  # noqa: ARG002
        """Need none: requests to ЕСИА are signed, which a plain client cannot."""
        return

    def get_access_token_data(self, request: HttpRequest, app: Any, *_: Any, **__: Any) -> Any:
        """Return the tokens that the code is good for."""
        back = self.get_callback_url(request, app)
        try:
            return identity.token_for(request.GET["code"], back=back, now=timezone.now())
        except identity.UnknownIdentityError as error:
            raise OAuth2Error(str(error)) from None

    def complete_login(
        self, request: HttpRequest, *_: Any, response: dict[str, Any]
    ) -> SocialLogin:
        """Return the login of whoever holds the tokens."""
        try:
            known = identity.identify(response)
        except identity.UnknownIdentityError as error:
            raise OAuth2Error(str(error)) from None
        return self.get_provider().sociallogin_from_response(request, known)


class Esia(_Known, OAuth2Provider):
    """Госуслуги."""

    id = ESIA
    name = gettext_lazy("Госуслуги")
    account_class = ProviderAccount
    oauth2_adapter_class = EsiaAdapter

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **_: Any,
    ) -> HttpResponse:
        """Send a person to ЕСИА with a signed request."""
        state = str(uuid.uuid4())
        self.stash_redirect_state(request, process, next_url, data, state_id=state)
        back = build_absolute_uri(request, reverse("esia_callback"))
        try:
            address = identity.authorize_url(state=state, back=back, now=timezone.now())
        except (identity.UnknownIdentityError, OSError) as error:
            failed: HttpResponse = render_authentication_error(request, self, exception=error)
            return failed
        return HttpResponseRedirect(address)


class Oidc(_Known, OpenIDConnectProvider):
    """Any OpenID Connect server of `OIDC_SERVERS`."""

    account_class = OpenIDConnectProviderAccount

    def _identity(self, response: dict[str, Any]) -> Identity:
        told = {**response.get("id_token", {}), **response.get("userinfo", {})}
        subject = told.get(self.app.settings.get("uid_field", "sub"))
        if not subject:
            raise OAuth2Error("no account's number in the answer")
        return Identity(
            provider=self.sub_id,
            issuer=str(response.get("id_token", {}).get("iss") or self.server_url),
            subject=str(subject),
            last_name=_line(told.get("family_name")),
            first_name=_line(told.get("given_name") or told.get("name")),
            patronymic=_line(told.get("middle_name")),
            email=_line(told.get("email")),
            email_proven=told.get("email_verified") is True,
            phone=_line(told.get("phone_number")),
            phone_proven=told.get("phone_number_verified") is True,
        )


def _line(value: Any) -> str:
    return " ".join(value.split())[:150] if isinstance(value, str) else ""


provider_classes = [Esia, Oidc]
