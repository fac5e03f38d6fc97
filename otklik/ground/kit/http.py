"""The one way out to other machines: short, without redirects, never to an inner address unasked.

The name is resolved here and the very address that was checked is connected to, so that a name
cannot turn inner between the look and the call. TLS still asks for the name.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

HTTPError = httpx.HTTPError
SECONDS = 10.0
LONGEST = 256 * 1024
"""Bytes of an answer that are read unless a caller expects more."""
LATER = frozenset({408, 425, 429})
"""A refusal of the moment, not of the message."""
BAD_REQUEST, SERVER_ERROR = 400, 500


class ClosedError(httpx.TransportError):
    """An address to which we do not go."""


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> tuple[str, ...]:
        """Return the values of a header, none for one that was not sent."""
        return tuple(value for each, value in self.headers if each.lower() == name)

    @property
    def kind(self) -> str:
        """The content's type."""
        return next(iter(self.header("content-type")), "")

    @property
    def moved(self) -> bool:
        """Whether what was asked for is said to be elsewhere."""
        return httpx.codes.is_redirect(self.status)

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return httpx.codes.is_success(self.status)

    @property
    def later(self) -> bool:
        """Whether trying again makes sense."""
        refused = BAD_REQUEST <= self.status < SERVER_ERROR
        return not self.ok and (not refused or self.status in LATER)


def post(
    url: str, *, seconds: float = SECONDS, headers: Mapping[str, str] | None = None, **body: Any
) -> Reply:
    """Post once; HTTPError for everything that a network may do, also for a closed address."""
    return ask("POST", url, seconds=seconds, headers=headers, **body)


def get(url: str, *, seconds: float = SECONDS, longest: int = LONGEST) -> Reply:
    """Get once, under the same rules."""
    return ask("GET", url, seconds=seconds, longest=longest)


def ask(
    method: str, url: str, *, seconds: float = SECONDS, longest: int = LONGEST,
    headers: Mapping[str, str] | None = None, **body: Any,
) -> Reply:  # fmt: skip
    """Send one request; read `longest` bytes of its answer, no longer than twice `seconds`."""
    # No proxy of the environment and no redirect: the address that was checked is the one met.
    with httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False) as client:
        try:
            request = client.build_request(method, url, headers=dict(headers or {}), **body)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ClosedError(f"{error}") from None
        host = request.url.host
        request.url = request.url.copy_with(host=_allowed(request.url))
        request.extensions["sni_hostname"] = host
        until = time.monotonic() + 2 * seconds
        answer = client.send(request, stream=True)
        try:
            told = tuple(answer.headers.multi_items())
            return Reply(answer.status_code, _read(answer, until, longest), told)
        finally:
            answer.close()


def _read(answer: httpx.Response, until: float, longest: int) -> bytes:
    content = b""
    for part in answer.iter_bytes():
        content += part
        if len(content) > longest:
            break
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer takes too long")
    return content[:longest]


def _allowed(url: httpx.URL) -> str:
    """Return the address to connect to; ClosedError for one that the settings do not open."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise ClosedError("only http and https")
    named = url.host in settings.HTTP_INNER_HOSTS
    if not named and not settings.HTTP_OUTSIDE:
        raise ClosedError(f"{url.host} is not in HTTP_INNER_HOSTS, all else is closed")
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{url.host}: {error}") from None
    addresses = [str(each[4][0]) for each in found]
    if not named and not all(map(_outer, addresses)):
        raise ClosedError(f"{url.host} is an inner address; HTTP_INNER_HOSTS opens it")
    return addresses[0]


def _outer(address: str) -> bool:
    found = ip_address(address.split("%", maxsplit=1)[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_global


def unsent(error: HTTPError) -> bool:
    """Tell whether nothing of the request can have come there."""
    return isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, ClosedError))


def told(error: HTTPError) -> str:
    """Return an error in words short enough for a log."""
    return str(error)[:200] if isinstance(error, ClosedError) else type(error).__name__
