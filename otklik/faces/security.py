"""The log of those who watch: who came in, and who was refused what; no address, no words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import get_authentication_records
from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from otklik.ground.accounts.models import Person

logger = logging.getLogger("otklik.security")
REFUSED = frozenset({400, 401, 403, 405, 409, 413, 415, 422, 429})
NOT_FOUND = 404
UNNAMED = frozenset({"site:vote_cast"})
"""Doors that a ballot without a name comes through: nobody looks who may stand behind it."""


def refusals(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Write down each refusal: its status, the page's name, who asked.

    What one may not see is answered with 404: of those who signed in these are told too.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        status = response.status_code
        if status in REFUSED or status == NOT_FOUND:
            name = _name(request)
            who = "" if name in UNNAMED else _who(request)
            if status in REFUSED or (name != "-" and who):
                logger.info("refused %s %s %s %s", status, request.method, name, who or "guest")
        return response

    return answer


def _name(request: HttpRequest) -> str:
    """Return the page's name, also of one that was refused before it was looked up."""
    try:
        return (request.resolver_match or resolve(request.path_info)).view_name
    except Resolver404:
        return "-"


def _who(request: HttpRequest) -> str:
    person = request.user
    return person.ref if person.is_authenticated else ""


def came_in(request: HttpRequest, person: Person) -> None:
    """Write down that somebody came in, and by what."""
    known = get_authentication_records(request, person)
    ways = [str(each.get("provider") or each.get("method")) for each in known]
    logger.info("came in %s by %s", person.ref, ", ".join(ways) or "-")
