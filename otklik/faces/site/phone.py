"""The site as an application of a phone: manifest, worker, what it shows with no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles.finders import find
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, storm
from otklik.faces.forms import SendForm, accept, uploads
from otklik.faces.site import views
from otklik.flow.intake.files import ACCEPT
from otklik.flow.intake.rules import Refused
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
                (_("Участие"), "site:taking_part"),
            )
        ],
        "share_target": {
            "action": reverse("site:share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "photos", "accept": ["image/*", "video/*", *ACCEPT.split(",")]}],
            },
        },
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


@never_cache
@csrf_exempt
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Open the form with what another application shared; nothing is sent by that.

    The worker does it in the phone; this is for a phone whose worker sleeps or is not yet there.
    """
    said = (request.POST.get(name, "").strip() for name in ("title", "text", "url"))
    filled = SendForm.empty(
        request.user if request.user.is_authenticated else None, QueryDict("", mutable=False)
    )
    filled.values["text"] = "\n".join(dict.fromkeys(each for each in said if each))[:10_000]
    return views.send_page(request, filled, files=uploads(request, "photos"))


@never_cache
@csrf_exempt
@require_POST
def deliver(request: HttpRequest) -> JsonResponse:
    """Take a message that waited in a phone, for a page or its worker; the same key gives the same.

    A token of a form would be stale by then: the browser's own word that our page asks is enough.
    409 when another person is signed in than wrote, 410 when a file must be sent again, 422 when
    there is something to mend.
    """
    if not access.from_our_page(request):
        return JsonResponse({"problems": [_("Этого нельзя")]}, status=403)
    wrote = request.POST.get("who", "")
    if wrote and wrote != access.who(request):
        return JsonResponse({"problems": [_("Войдите так же, как когда писали")]}, status=409)
    if not wrote:
        request.user = AnonymousUser()  # written by a guest: whoever has signed in since is another
    files, missing = views.files_of(request)
    if missing:
        return JsonResponse({"missing": missing}, status=410)
    kept = SendForm.posted(request.POST)
    if asked := storm.asked_of_sender(request, kept.values["idempotency_key"]):
        busy = JsonResponse({"problems": [_("Сейчас пишут очень многие")]}, status=503)
        busy["Retry-After"] = str(asked.wait)  # it waits in the phone and is tried again
        return busy
    if words := _lacks(request, kept):
        return JsonResponse({"problems": [words]}, status=422)
    language = get_language() or "ru"
    try:
        receipt = accept(
            kept, kept.new_report(views.CHANNEL, language), files=files,
            author=request.user if request.user.is_authenticated else None, now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        kept.refuse(refusal.problems, language)
        said = [text for texts in kept.errors.values() for text in texts]
        return JsonResponse({"problems": said}, status=422)
    access.remember(request, receipt.number)
    page = reverse("site:sent", args=[receipt.spoken])
    return JsonResponse({"number": receipt.spoken, "page": page}, status=201)


def _lacks(request: HttpRequest, kept: SendForm) -> str:
    lacking = access.lacks_level(request, "send")
    return lacking or (access.lacks_level(request, "appeal") if kept.is_appeal else "")


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
