"""The log of those who watch: who came in, and who was refused what; no address, no words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import get_authentication_records

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
        status, page = response.status_code, request.resolver_match
        if status in REFUSED or (status == NOT_FOUND and page and _who(request)):
            name = page.view_name if page else "-"
            logger.info("refused %s %s %s %s", status, request.method, name,
                        _who(request) or "guest")  # fmt: skip
        return response

    return answer


def _who(request: HttpRequest) -> str:
    page = request.resolver_match
    if page and page.view_name in UNNAMED:
        return ""
    person = request.user
    return person.ref if person.is_authenticated else ""


def came_in(request: HttpRequest, person: Person) -> None:
    """Write down that somebody came in, and by what."""
    known = get_authentication_records(request, person)
    ways = [str(each.get("provider") or each.get("method")) for each in known]
    logger.info("came in %s by %s", person.ref, ", ".join(ways) or "-")
