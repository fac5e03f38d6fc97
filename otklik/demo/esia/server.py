"""The imitator itself: a bare ASGI application with ЕСИА's addresses.

Like ЕСИА it takes a request only if `client_secret` is the registered system's signature and the
time is near; a code works once and for two minutes; tokens are signed by a key of its own.
"""

from __future__ import annotations

import json
import secrets
import time
import uuid
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from otklik.demo.esia import pages
from otklik.demo.esia.persons import BY_OID
from otklik.ground.accounts import esia
from otklik.ground.kit import cms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

CLIENT = "OTKLIK"
BACK = "/accounts/esia/login/callback/"
CODE_SECONDS, TOKEN_SECONDS = 120, 600
NEAR = timedelta(minutes=10)
LARGEST = 64 * 1024
ASKED = ("client_id", "client_secret", "redirect_uri", "scope", "response_type", "state",
         "timestamp")  # fmt: skip
HTML, JSON = "text/html; charset=utf-8", "application/json"


class RefusedError(Exception):
    """A request that ЕСИА would not take, by its code."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code)
        self.code, self.why = code, why


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    body: str
    status: int = 200
    kind: str = HTML
    location: str = ""


@dataclass(frozen=True)
class Given:
    """A code that was given out: whose, for which scopes, where to, till when."""

    oid: str
    scope: str
    back: str
    until: float


@dataclass
class Imitator:
    """One running imitator; its keys lie in a folder that the site reads too."""

    folder: Path
    codes: dict[str, Given] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = self.folder / "token.pem"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            fresh = path.with_suffix(f".{uuid.uuid4().hex}")
            fresh.touch(mode=0o600)
            fresh.write_bytes(
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            fresh.replace(path)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (self.folder / "token.pub").write_bytes(public)

    def answer(
        self, method: str, path: str, query: dict[str, str], form: dict[str, str], bearer: str
    ) -> Answer:
        """Answer one request."""
        try:
            if path == esia.AUTHORIZE:
                return self._choose(query) if method == "GET" else self._chosen(form)
            if path == esia.TOKEN and method == "POST":
                return _json(self._tokens(form))
            if path.startswith("/rs/prns/"):
                return _json(self._data(path, bearer))
        except RefusedError as error:
            if path == esia.AUTHORIZE:
                return Answer(pages.refused(error.code, error.why), 400)
            return _json({"error": error.code, "error_description": error.why}, 400)
        except PermissionError:
            return _json({"code": "ESIA-005011", "message": "Нет доступа"}, 403)
        return Answer(pages.home()) if path == "/" else Answer(pages.refused("404", "Нет"), 404)

    def _choose(self, query: dict[str, str]) -> Answer:
        asked = {name: query.get(name, "") for name in ASKED}
        self._check(asked)
        return Answer(pages.choose(asked))

    def _chosen(self, form: dict[str, str]) -> Answer:
        asked = {name: form.get(name, "") for name in ASKED}
        self._check(asked)
        oid, back = form.get("person", ""), asked["redirect_uri"]
        if oid not in BY_OID:
            said = {"error": "access_denied", "error_description": "ESIA-007004: отказ"}
        else:
            code = secrets.token_urlsafe(32)
            until = time.monotonic() + CODE_SECONDS
            self.codes[code] = Given(oid, asked["scope"], back, until)
            said = {"code": code}
        location = f"{back}?{urlencode({**said, 'state': asked['state']})}"
        return Answer("", 302, location=location)

    def _check(self, asked: dict[str, str]) -> None:
        """Take a request for a login only from the registered system, now, to come back there."""
        if asked["response_type"] != "code":
            raise RefusedError("ESIA-007014", "Поддерживается только response_type=code")
        back = urlsplit(asked["redirect_uri"])
        if back.scheme not in {"http", "https"} or back.path != BACK or back.query:
            raise RefusedError("ESIA-007019", "redirect_uri не зарегистрирован")
        self._check_signature(asked)

    def _check_signature(self, asked: dict[str, str]) -> None:
        if asked.get("client_id") != CLIENT:
            raise RefusedError("ESIA-007003", "Система с таким client_id не зарегистрирована")
        if not _near(asked.get("timestamp", "")):
            raise RefusedError("ESIA-007008", "timestamp далёк от текущего времени")
        text = esia.to_sign(
            scope=asked.get("scope", ""), timestamp=asked["timestamp"], client=CLIENT,
            state=asked.get("state", ""),
        )  # fmt: skip
        found = cms.check(text, _decoded(asked.get("client_secret", "")))
        mine = cms.DemoSigner(self.folder).certificate
        if found.state != cms.VALID or found.certificate != mine:
            raise RefusedError("ESIA-007053", "client_secret сформирован некорректно")

    def _tokens(self, form: dict[str, str]) -> dict[str, Any]:
        self._check_signature(form)
        given = self.codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or given is None:
            raise RefusedError("ESIA-007009", "Код не выдавался или уже использован")
        if given.until < time.monotonic() or given.back != form.get("redirect_uri"):
            raise RefusedError("ESIA-007009", "Код устарел или выдан для другого адреса")
        now, person = int(time.time()), BY_OID[given.oid]
        common = {"iss": esia.IMITATOR, "iat": now, "nbf": now, "exp": now + TOKEN_SECONDS,
                  "urn:esia:sid": str(uuid.uuid4())}  # fmt: skip
        about = {"urn:esia:sbj:oid": int(given.oid), "urn:esia:sbj:typ": "P",
                 "urn:esia:sbj:is_tru": person.trusted}  # fmt: skip
        scope = " ".join(f"{each}?oid={given.oid}" for each in given.scope.split())
        return {
            "id_token": self._signed({**common, "aud": CLIENT, "sub": given.oid,
                                      "urn:esia:sbj": about, "amr": "PWD"}),
            "access_token": self._signed({**common, "client_id": CLIENT, "scope": scope,
                                          "urn:esia:sbj_id": int(given.oid)}),
            "expires_in": TOKEN_SECONDS, "token_type": "Bearer", "state": form.get("state", ""),
        }  # fmt: skip

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256")

    def _data(self, path: str, bearer: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(bearer, self.key.public_key(), algorithms=["RS256"])
        except jwt.PyJWTError:
            raise PermissionError from None
        oid, _, part = path.removeprefix("/rs/prns/").partition("/")
        person = BY_OID.get(oid)
        if person is None or str(claims.get("urn:esia:sbj_id")) != oid:
            raise PermissionError
        scopes = frozenset(each.partition("?")[0] for each in claims["scope"].split())
        if not part:
            return person.person(scopes)
        parts = {"ctts": person.contacts, "addrs": person.addresses, "roles": person.roles}
        if part not in parts:
            raise PermissionError
        elements = parts[part](scopes)
        return {"stateFacts": ["hasSize"], "size": len(elements), "elements": elements}

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Speak ASGI."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more and len(body) < LARGEST:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        made = self.answer(
            scope["method"], scope["path"], dict(parse_qsl(scope["query_string"].decode())),
            dict(parse_qsl(body.decode(errors="replace"))),
            headers.get("authorization", "").removeprefix("Bearer "),
        )  # fmt: skip
        sent = [(b"content-type", made.kind.encode()), (b"cache-control", b"no-store")]
        if made.location:
            sent.append((b"location", made.location.encode()))
        await send({"type": "http.response.start", "status": made.status, "headers": sent})
        await send({"type": "http.response.body", "body": made.body.encode()})


def _json(body: dict[str, Any], status: int = 200) -> Answer:
    return Answer(json.dumps(body, ensure_ascii=False), status, JSON)


def _near(timestamp: str) -> bool:
    try:
        said = datetime.strptime(timestamp, "%Y.%m.%d %H:%M:%S %z")
    except ValueError:
        return False
    return abs(datetime.fromtimestamp(time.time(), UTC) - said) < NEAR


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
