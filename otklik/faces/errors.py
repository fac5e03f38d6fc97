"""Error pages that say in people's words what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from otklik.faces.open311 import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

SAID = {
    400: _("Запрос не прочитался"),
    403: _("Этого нельзя"),
    404: _("Такого адреса нет"),
    405: _("Здесь отвечают на другой метод"),
    413: _("Слишком много данных"),
    500: _("Что-то сломалось у нас. Попробуйте через минуту"),
}


def machines_errors(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give the interfaces their own form of errors also where Django answers by itself."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and _read_by_a_person(request):  # noqa: PLR2004
            return redirect(urljoin(request.path, ".." if request.path.endswith("/") else "."))
        kind = response.headers.get("Content-Type", "")
        if response.status_code in SAID and kind.startswith("text/") and "xml" not in kind:
            ours = _for_machines(request, response.status_code)
            if ours is not None and "Allow" in response.headers:
                ours["Allow"] = response["Allow"]
            return ours or response
        return response

    return answer


def _read_by_a_person(request: HttpRequest) -> bool:
    """Tell whether the address of a form's deed was entered again: its page stands above it."""
    if request.method != "GET" or request.path == "/":
        return False
    return "text/html" in request.headers.get("Accept", "") and _for_machines(request, 405) is None


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if answer := _for_machines(request, status):
        return answer
    return render(request, f"errors/{status}.html", status=status)


def _for_machines(request: HttpRequest, status: int) -> HttpResponse | None:
    """Answer the interfaces in their own form; None for people's pages."""
    said = str(SAID[status])
    if request.path.startswith("/open311/"):
        fmt = "xml" if request.path.endswith(".xml") else "json"
        return schema.failure(schema.GeoReportError(status, said), fmt)
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": said}, status=status)
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that the request could not be read."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that this is not for this person."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that there is no such thing, or that it is hidden: the two look the same."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault; no database, no context."""
    if answer := _for_machines(request, 500):
        return answer
    return HttpResponse(
        "<!doctype html><html lang=ru><meta charset=utf-8><title>Ошибка</title>"
        "<h1>Что-то сломалось у нас</h1><p>Мы уже знаем. Попробуйте через минуту."
        "<p lang=en>Something broke on our side. We know already: try again in a minute."
        '<p><a href="/">На главную</a></html>',
        status=500,
    )
