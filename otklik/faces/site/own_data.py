"""«Мои данные»: what is held about a person, who looked, a copy to take away, a way to be gone."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.flow.intake.files import stored
from otklik.flow.privacy import queries
from otklik.flow.privacy.commands import ask_erasure
from otklik.ground.accounts.rules import Refused
from otklik.participation import own
from otklik.readers.notifications import choosing
from otklik.readers.notifications.watches import queries as watches
from otklik.readers.notifications.watches import wording

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Person

BIG = 200 * 2**20
"""Bytes of files that go into one archive; beyond them only their names are told."""


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Tell a person what is held about them and who looked."""
    return _page(request)


def _held(person: Person) -> dict[str, Any]:
    """Return all that is held: what the flow knows, and what people asked to be told of."""
    asked = [
        {"about": wording.title(each, "ru"), "area": each.area, "since": each.made_at.isoformat()}
        for each in watches.watches_of(person)
    ]
    habit = choosing.habit_of(person)
    chosen = {
        "switched": choosing.switched(person), "quiet": habit.quiet, "digest": habit.digest,
        "from": f"{habit.quiet_from:%H:%M}", "to": f"{habit.quiet_to:%H:%M}",
    }  # fmt: skip
    took = own.took_part(person)
    more = {"watches": asked, "notices": chosen, "participation": took}
    return queries.held_about(person) | more


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    person = cast("Person", request.user)
    held = _held(person)
    looks = queries.looks_at_person(person, get_language() or "ru")
    context = {
        "held": held,
        "looks": [{**each, "at": datetime.fromisoformat(each["at"])} for each in looks],
        "erasure": queries.erasure_of(person),
        "terms": queries.retention_terms(),
        "years": round(queries.retention_terms().closed_cases / 365),
        "error": error,
    }
    return render(request, "site/own_data.html", context, status=status)


@never_cache
@login_required
@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """Give a person all that is held about them: a text for machines, or an archive with files."""
    person = cast("Person", request.user)
    told = json.dumps(_held(person), ensure_ascii=False, indent=2)
    if request.GET.get("format") == "json":
        return _attached(told.encode(), "application/json", "otklik-my-data.json")
    stream, left = io.BytesIO(), BIG
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("my-data.json", told)
        for name, path in [*queries.files_of(person), *own.files_of(person)]:
            file = stored(path)
            if file.is_file() and (left := left - file.stat().st_size) > 0:
                archive.write(file, f"files/{name}")
    return _attached(stream.getvalue(), "application/zip", "otklik-my-data.zip")


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Take a person's wish to be forgotten."""
    if request.POST.get("sure") != "yes":
        return _page(request, error=_("Отметьте, что понимаете: вернуть данные нельзя"), status=422)
    try:
        ask_erasure(cast("Person", request.user), now=timezone.now())
    except Refused as refusal:
        text = refusal.ru if get_language() == "ru" else refusal.en
        return _page(request, error=text, status=422)
    notices.success(request, _("Просьба принята: её проверят два человека"))
    return redirect("site:own_data")
