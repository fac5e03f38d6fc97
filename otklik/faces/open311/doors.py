"""What every door of GeoReport shares: language, jurisdiction, keys, errors in their form."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from otklik.faces.open311 import asked, schema
from otklik.faces.open311.schema import GeoReportError
from otklik.ground.accounts.commands import use_key
from otklik.ground.accounts.queries import api_key
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    from otklik.ground.accounts.models import ApiKey


def georeport(
    *methods: str,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Answer a specification's error as the specification wants it, in the format asked for."""
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def run(http: HttpRequest, fmt: str, **parts: str) -> HttpResponse:
            with translation.override(language(http)):
                try:
                    if http.method not in allowed:
                        raise GeoReportError(405, _("Здесь отвечают только на %(methods)s")
                                             % {"methods": ", ".join(allowed)})  # fmt: skip
                    _readable(http, parts)
                    _jurisdiction(http)
                    return view(http, fmt, **parts)
                except GeoReportError as error:
                    answer = schema.failure(error, fmt)
                    if error.status == 405:  # noqa: PLR2004  (says what is allowed)
                        answer["Allow"] = ", ".join(allowed)
                    return answer

        return run

    return decorate


def _readable(http: HttpRequest, parts: Mapping[str, str]) -> None:
    """Refuse a sign that no column of the database can hold, wherever it stands."""
    said = [
        each for data in (http.GET, http.POST) for name, values in data.lists()
        for each in (name, *values)
    ]  # fmt: skip
    if any("\x00" in str(each) for each in (*said, *parts.values())):
        raise GeoReportError(400, _("В запросе знак NUL"))


def _jurisdiction(http: HttpRequest) -> None:
    named = (http.GET.get("jurisdiction_id") or http.POST.get("jurisdiction_id") or "").strip()
    if named and named not in {region().code, f"{region().code}.ru"}:
        raise GeoReportError(404, _("Такого jurisdiction_id здесь нет"))


def language(http: HttpRequest) -> str:
    """Return the language asked for: by the argument, else by the header."""
    asked_for = http.GET.get("locale", "") or translation.get_language() or ""
    return "en" if asked_for.startswith("en") else "ru"


def posted(http: HttpRequest) -> dict[str, str]:
    """Return what was posted; some clients send a part of it in the address."""
    return {**asked.given(http.GET.dict()), **asked.given(http.POST.dict())}


def key_for(arguments: Mapping[str, str], scope: str) -> ApiKey:
    """Return the key, counted; an error for one unknown, too narrow or used too often."""
    key = api_key(arguments.get("api_key", ""))
    if key is None:
        raise GeoReportError(403, _("Ключ api_key не указан или неизвестен"))
    if scope not in key.scopes:
        raise GeoReportError(403, _("Этому ключу api_key такое не разрешено"))
    if not use_key(key, now=timezone.now()):
        raise GeoReportError(
            429, _("С этим ключом не больше %(count)s раз в минуту") % {"count": key.per_minute}
        )
    return key
