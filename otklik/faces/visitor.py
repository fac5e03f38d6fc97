"""What part of the network a visitor comes from: counted, never kept."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

WIDTH = {4: 24, 6: 48}
"""So much of an address is one part of the network: a house or an office, not a device."""


def prefix_of(request: HttpRequest) -> str:
    """Return the part of the network that a request comes from; "" when it cannot be told.

    Behind a proxy the last address that it wrote down is believed: those before it are the
    visitor's own words.
    """
    said = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        said = request.META.get("HTTP_X_FORWARDED_FOR", said).rpartition(",")[2].strip()
    try:
        address = ip_address(said)
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{WIDTH[address.version]}", strict=False))
