"""What ЕСИА is asked and how its answers read: pure, after its guidelines for integrators.

Requests go to `/aas/oauth2/ac` and `/aas/oauth2/te` with `client_secret` as a detached CMS
signature over scope, timestamp, client and state; data come from `/rs/prns/{oid}`.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import ESIA, Identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

AUTHORIZE, TOKEN = "/aas/oauth2/ac", "/aas/oauth2/te"
ISSUER = "http://esia.gosuslugi.ru/"
IMITATOR = "https://imitator.invalid/"
"""Who signs the imitator's tokens: nobody believes it outside the demo."""
SCOPES = ("openid", "fullname", "birthdate", "gender", "email", "mobile", "addresses", "usr_org")
MOSCOW = timezone(timedelta(hours=3))
PROVEN = "VERIFIED"
MOST = 30
"""Organisations of a person that are kept at most."""


def stamp(now: datetime) -> str:
    """Return a moment as ЕСИА writes it."""
    return now.astimezone(MOSCOW).strftime("%Y.%m.%d %H:%M:%S +0300")


def to_sign(*, scope: str, timestamp: str, client: str, state: str) -> bytes:
    """Return what `client_secret` is a signature of."""
    return f"{scope}{timestamp}{client}{state}".encode()


def secret(cms: bytes) -> str:
    """Return a signature as a parameter of an address."""
    return urlsafe_b64encode(cms).decode().rstrip("=")


def oid_of(claims: Mapping[str, Any]) -> str:
    """Return the account's number from a token's claims; nothing if it has none."""
    about = claims.get("urn:esia:sbj")
    found = about.get("urn:esia:sbj:oid") if isinstance(about, dict) else None
    return str(found or claims.get("urn:esia:sbj_id") or claims.get("sub") or "")


def level_of(person: Mapping[str, Any]) -> str:
    """Return the level of an account: confirmed in person, checked by documents, or neither."""
    if person.get("trusted") in {True, "true"}:
        return "confirmed"
    checked = bool(person.get("snils")) and person.get("verifying") not in {True, "true"}
    return "standard" if checked else "simple"


def identity(  # every part but the first may be refused by scope, and is empty then
    issuer: str,
    oid: str,
    person: Mapping[str, Any],
    *,
    contacts: Sequence[Mapping[str, Any]] = (),
    addresses: Sequence[Mapping[str, Any]] = (),
    roles: Sequence[Mapping[str, Any]] = (),
) -> Identity:
    """Return who somebody is."""
    email, email_proven = _contact(contacts, "EML")
    phone, phone_proven = _contact(contacts, "MBT")
    return Identity(
        provider=ESIA,
        issuer=issuer,
        subject=oid,
        level=level_of(person),
        last_name=_text(person, "lastName", 150),
        first_name=_text(person, "firstName", 150),
        patronymic=_text(person, "middleName", 150),
        email=email,
        email_proven=email_proven,
        phone=phone,
        phone_proven=phone_proven,
        birth_date=_text(person, "birthDate", 10),
        gender=_text(person, "gender", 1),
        registration=_address(addresses, "PRG"),
        residence=_address(addresses, "PLV"),
        organisations=tuple(_organisations(roles)),
    )


def _text(of: Mapping[str, Any], name: str, longest: int) -> str:
    found = of.get(name)
    return " ".join(found.split())[:longest] if isinstance(found, str) else ""


def _contact(contacts: Sequence[Mapping[str, Any]], kind: str) -> tuple[str, bool]:
    """Return a contact of a kind, a proven one first, and whether it is proven."""
    found = [each for each in contacts if each.get("type") == kind and _text(each, "value", 254)]
    found.sort(key=lambda each: each.get("vrfStu") != PROVEN)
    if not found:
        return "", False
    return _text(found[0], "value", 254), found[0].get("vrfStu") == PROVEN


def _address(addresses: Sequence[Mapping[str, Any]], kind: str) -> str:
    for each in addresses:
        if each.get("type") == kind:
            rest = (("", "zipCode"), ("", "addressStr"), ("д. ", "house"), ("корп. ", "frame"),
                    ("кв. ", "flat"))  # fmt: skip
            parts = [f"{mark}{_text(each, name, 200)}" for mark, name in rest if each.get(name)]
            return ", ".join(parts)[:300]
    return ""


def _organisations(roles: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    for each in roles[:MOST]:
        if each.get("active") is False:
            continue
        yield {
            "name": _text(each, "shortName", 200) or _text(each, "fullName", 200),
            "ogrn": _text(each, "ogrn", 15),
            "type": _text(each, "type", 20),
            "chief": "yes" if each.get("chief") in {True, "true"} else "",
        }
