"""What part of the network a visitor comes from: counted, never kept."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from django.http import HttpRequest

WIDTH = {4: 24, 6: 48}
"""So much of an address is one part of the network: a house or an office, not a device."""
NARROW = 64
"""One line of a house: whoever has it changes the rest of the address as they please."""


def _said(request: HttpRequest) -> str:
    said = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        said = request.META.get("HTTP_X_FORWARDED_FOR", said).rpartition(",")[2].strip()
    return said


def prefix_of(request: HttpRequest) -> str:
    """Return the part of the network that a request comes from; "" when it cannot be told.

    Behind a proxy the last address that it wrote down is believed: those before it are the
    visitor's own words.
    """
    try:
        address = ip_address(_said(request))
    except ValueError:
        return ""
    return _part(address, WIDTH[address.version])


def parts_of(request: HttpRequest) -> tuple[str, str]:
    """Return the narrow and the wide part of the network: of IPv6 a line and its neighbourhood.

    The wide part is "" where there is but one: of IPv4, or when nothing can be told.
    """
    wide = prefix_of(request)
    if ":" not in wide:
        return wide, ""
    return _part(ip_address(_said(request)), NARROW), wide


def _part(address: IPv4Address | IPv6Address, width: int) -> str:
    return str(ip_network(f"{address}/{width}", strict=False))
