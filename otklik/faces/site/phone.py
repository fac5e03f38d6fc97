"""The site as an application of a phone: manifest, worker, what it shows with no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles.finders import find
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from otklik.faces.forms import SendForm
from otklik.faces.site import views
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from django.http import HttpRequest

GROUND, BRAND = "#f4f4f1", "#0b5f6b"
ICONS = (
    ("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"),
    ("icon-maskable-192.png", "192x192", "maskable"),
    ("icon-maskable-512.png", "512x512", "maskable"),
    ("icon.svg", "any", "any"), ("icon-maskable.svg", "any", "maskable"),
)  # fmt: skip


@require_GET
@cache_control(public=True, max_age=3600)
def manifest(_request: HttpRequest) -> JsonResponse:
    """Describe the application to a phone that installs it."""
    english = get_language() == "en"
    place = region().title_en if english else region().title_ru
    about: dict[str, Any] = {
        "id": "/",
        "name": f"{_('Отклик')}: {place}",
        "short_name": _("Отклик"),
        "description": _("Сообщить властям области о проблеме и проследить, что сделано"),
        "lang": "en" if english else "ru",
        "dir": "ltr",
        "start_url": reverse("site:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": BRAND,
        "categories": ["government", "utilities"],
        "icons": [_icon(*each) for each in ICONS],
        "shortcuts": [
            {"name": name, "url": reverse(view), "icons": [_icon(*ICONS[0])]}
            for name, view in (
                (_("Сообщить о проблеме"), "site:send"),
                (_("Мои сообщения"), "site:cabinet"),
                (_("Проверить по номеру"), "site:track"),
                (_("Голосования"), "site:votes"),
            )
        ],
    }
    return JsonResponse(about, content_type="application/manifest+json")


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    return {
        "src": static(f"build/img/{name}"), "sizes": sizes, "type": kind, "purpose": purpose,
    }  # fmt: skip


@require_GET
@cache_control(no_cache=True)
def worker(_request: HttpRequest) -> HttpResponse:
    """Give the service worker from the root: whose address is deeper may not serve all pages."""
    path = find("build/sw.js")
    if not path:
        raise Http404
    return HttpResponse(Path(str(path)).read_bytes(), content_type="text/javascript")


@require_GET
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Say that there is no network, and what can be done without; the same for everybody."""
    request.user = AnonymousUser()
    return render(request, "site/offline.html", {"kept": True})


@require_GET
@cache_control(no_cache=True)
def form(request: HttpRequest) -> HttpResponse:
    """Give the form as a phone keeps it for a time with no network: nobody's, with no key."""
    request.user = AnonymousUser()
    blank = SendForm.empty(None, request.GET)
    blank.values["idempotency_key"] = ""
    return views.send_page(request, blank, kept=True)
