"""Exports of monitoring services at the desk: looked at first, then taken."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.faces import access
from otklik.flow.channels.social import commands, queries, rules, sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official

SALT = "desk.social.import"
HOUR = 3600


@dataclass(frozen=True)
class Look:
    """What an export would bring: rows that are new, rows known already, rows that are wrong."""

    fresh: Sequence[rules.Line]
    known: int
    wrong: Sequence[rules.Line]


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Show what a file would bring, each wrong line with its reason; take it at the second step."""
    by = access.official_or_404(request, queries.MAY)
    if request.method == "GET":
        return _page(request)
    if "rows" in request.POST:
        return _taken(request, by)
    upload = request.FILES.get("file")
    if upload is None:
        return _page(request, error=_("Выберите файл CSV или XLSX"))
    if (upload.size or 0) > sheets.LONGEST:
        return _page(request, error=_("Файл больше 10 МБ. Разделите выгрузку"))
    try:
        rows = sheets.rows_of(str(upload.name), upload.read())
    except sheets.UnreadableError as refusal:
        return _page(request, error=str(refusal))
    look = _looked(queries.lines(rows, timezone.localtime()))
    said = [_written(line.said) for line in look.fresh if line.said]
    signed = signing.dumps([by.pk, said], salt=SALT, compress=True)
    return _page(request, look=look, rows=signed)


def _looked(lines: Sequence[rules.Line]) -> Look:
    good = [line for line in lines if line.said]
    known = queries.known([line.said for line in good if line.said])
    fresh, met = [], set(known)
    for line in good:
        assert line.said is not None
        key = (line.said.network, rules.key_of(line.said.key, line.said.link, line.said.text))
        if key not in met:
            fresh.append(line)
            met.add(key)
    wrong = [line for line in lines if line.wrong]
    return Look(fresh, len(good) - len(fresh), wrong)


def _written(said: rules.Overheard) -> dict[str, Any]:
    return {**asdict(said), "written_at": said.written_at.isoformat()}


def _taken(request: HttpRequest, by: Official) -> HttpResponse:
    try:
        whose, said = signing.loads(request.POST["rows"], salt=SALT, max_age=HOUR)
    except signing.BadSignature:
        return _page(request, error=_("Прошёл час: выберите файл ещё раз"))
    if whose != by.pk:
        return _page(request, error=_("Этот файл смотрел другой сотрудник: выберите его сами"))
    found = [
        rules.Overheard(**{**each, "written_at": datetime.fromisoformat(each["written_at"])})
        for each in said
    ]
    count = commands.take_mentions(found, by=by.ref, now=timezone.now())
    notices.success(
        request,
        ngettext("Загружено: %(count)s", "Загружено: %(count)s", count) % {"count": count},
    )
    return redirect("desk:social")


def _page(
    request: HttpRequest, *, error: str = "", look: Look | None = None, rows: str = ""
) -> HttpResponse:
    context = {"error": error, "look": look, "rows": rows, "columns": queries.columns()}
    return render(request, "desk/social_load.html", context, status=422 if error else 200)
