"""Error pages that say in people's words what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith(("/api/", "/open311/")):
        return JsonResponse({"detail": str(status)}, status=status)
    return render(request, f"errors/{status}.html", status=status)


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
    if request.path.startswith(("/api/", "/open311/")):
        return JsonResponse({"detail": "500"}, status=500)
    return HttpResponse(
        "<!doctype html><html lang=ru><meta charset=utf-8><title>Ошибка</title>"
        "<h1>Что-то сломалось у нас</h1><p>Мы уже знаем. Попробуйте через минуту."
        '<p><a href="/">На главную</a></html>',
        status=500,
    )
