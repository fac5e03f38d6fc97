"""Asking ЕСИА who somebody is: the address to send them to, then code → token → data."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from django.conf import settings
from django.utils.module_loading import import_string

from otklik.ground.accounts import esia
from otklik.ground.kit import http
from otklik.ground.kit.cms import DemoSigner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.ground.accounts.rules import Identity
    from otklik.ground.kit.cms import Signer

LEEWAY = 60
"""Seconds by which two clocks may differ."""


class UnknownIdentityError(Exception):
    """The other side could not be asked, or what it said cannot be believed."""


def available() -> bool:
    """Tell whether ЕСИА may be asked: named by the settings, over TLS; in the demo as it is."""
    address = urlsplit(settings.ESIA_URL)
    return bool(address.hostname) and (settings.DEMO or address.scheme == "https")


def folder() -> Path:
    """Return where the demo's keys for ЕСИА lie, shared with the imitator."""
    return Path(settings.DATA) / "esia"


def signer() -> Signer:
    """Return what signs requests: a class named by ESIA_SIGNER, or a test key in the demo."""
    if settings.ESIA_SIGNER and settings.ESIA_SIGNER != "test":
        made: Signer = import_string(settings.ESIA_SIGNER)()
        return made
    if not settings.DEMO:
        raise UnknownIdentityError("ESIA_SIGNER is not set: requests to ЕСИА cannot be signed")
    return DemoSigner(folder())


def _signed(state: str, now: datetime) -> dict[str, str]:
    scope = " ".join(settings.ESIA_SCOPES)
    timestamp, client = esia.stamp(now), settings.ESIA_CLIENT_ID
    text = esia.to_sign(scope=scope, timestamp=timestamp, client=client, state=state)
    return {
        "client_id": client, "client_secret": esia.secret(signer().sign(text).cms),
        "scope": scope, "timestamp": timestamp, "state": state,
    }  # fmt: skip


def authorize_url(*, state: str, back: str, now: datetime) -> str:
    """Return where a person is sent to sign in."""
    asked = {
        **_signed(state, now), "redirect_uri": back, "response_type": "code",
        "access_type": "online",
    }  # fmt: skip
    return f"{settings.ESIA_URL}{esia.AUTHORIZE}?{urlencode(asked)}"


def token_for(code: str, *, back: str, now: datetime) -> dict[str, Any]:
    """Return the tokens that a code is good for."""
    state = str(uuid.uuid4())
    asked = {
        **_signed(state, now), "grant_type": "authorization_code", "code": code,
        "redirect_uri": back, "token_type": "Bearer",
    }  # fmt: skip
    answer = _json("POST", esia.TOKEN, data=asked)
    if not isinstance(answer, dict) or not answer.get("access_token"):
        raise UnknownIdentityError("no token in the answer")
    if answer.get("state", state) != state:
        raise UnknownIdentityError("the answer is to another request")
    return answer


def identify(answer: dict[str, Any]) -> Identity:
    """Return who the holder of these tokens is: every part that the scopes allow."""
    claims = _believed(str(answer.get("id_token", "")))
    oid = esia.oid_of(claims)
    if not oid:
        raise UnknownIdentityError("no account's number in the token")
    token = str(answer["access_token"])
    person = _json("GET", f"/rs/prns/{quote(oid, safe='')}", token=token)
    if not isinstance(person, dict):
        raise UnknownIdentityError("no person in the answer")
    wanted = set(settings.ESIA_SCOPES)
    return esia.identity(
        str(claims["iss"]),
        oid,
        person,
        contacts=_elements(oid, "ctts", token) if wanted & {"email", "mobile"} else (),
        addresses=_elements(oid, "addrs", token) if "addresses" in wanted else (),
        roles=_elements(oid, "roles", token) if "usr_org" in wanted else (),
    )


def _elements(oid: str, what: str, token: str) -> Sequence[dict[str, Any]]:
    path = f"/rs/prns/{quote(oid, safe='')}/{what}?embed=(elements)"
    found = _json("GET", path, token=token, missing={})
    elements = found.get("elements") if isinstance(found, dict) else None
    listed = elements if isinstance(elements, list) else []
    return [each for each in listed if isinstance(each, dict)]


def _json(method: str, path: str, *, token: str = "", missing: Any = None, **body: Any) -> Any:
    """Ask and read JSON; a refusal of a part that was not granted is `missing`."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        reply = http.ask(method, f"{settings.ESIA_URL}{path}", headers=headers, **body)
    except http.HTTPError as error:
        raise UnknownIdentityError(http.told(error)) from None
    if missing is not None and reply.status in {403, 404}:
        return missing
    if not reply.ok:
        raise UnknownIdentityError(f"{path.partition('?')[0]}: HTTP {reply.status}")
    try:
        return json.loads(reply.content)
    except ValueError:
        raise UnknownIdentityError("the answer is not JSON") from None


def _believed(token: str) -> dict[str, Any]:
    """Return a token's claims if it is from whom it should be, for us, in time, and signed.

    Signed with GOST it came over TLS from ЕСИА itself, which OpenID Connect takes for enough.
    """
    key = _key()
    checked = ("verify_exp", "verify_iat", "verify_iss", "verify_aud")
    options: Any = {
        **dict.fromkeys(checked, True), "require": ["exp", "iat", "iss", "aud"],
        "verify_signature": bool(key),
    }  # fmt: skip
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], options=options,
            audience=settings.ESIA_CLIENT_ID, leeway=LEEWAY,
            issuer=[esia.ISSUER, esia.IMITATOR] if settings.DEMO else [esia.ISSUER],
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise UnknownIdentityError(f"id_token: {type(error).__name__}") from None
    return claims


def _key() -> str:
    """Return the public key that tokens are signed with, or nothing where none is set."""
    path = settings.ESIA_TOKEN_KEY or (str(folder() / "token.pub") if settings.DEMO else "")
    if not path:
        return ""
    try:
        return Path(path).read_text()
    except OSError:
        raise UnknownIdentityError("ESIA_TOKEN_KEY cannot be read") from None
