"""What was found in social networks: an operator takes it to work, or says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, show
from otklik.flow.channels.social import commands, queries, rules
from otklik.ground.topics.queries import directory, label, topics
from otklik.readers.notifications.queries import replies

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.channels.social.models import Mention
    from otklik.ground.accounts.models import Official

PAGE = 25
TABS = (
    ("found", _l("Ждут решения")), ("confirmed", _l("В работе")), ("dismissed", _l("Не проблема")),
)  # fmt: skip


def _official(request: HttpRequest) -> Official:
    return access.official_or_404(request, queries.MAY)


@never_cache
@login_required
@require_GET
def mentions(request: HttpRequest) -> HttpResponse:
    """List findings by state, newest first."""
    return _page(request, _official(request))


@login_required
@require_POST
def act(request: HttpRequest, mention_id: int, verb: str) -> HttpResponse:
    """Decide about a finding; what cannot be done comes back with words and all that was typed."""
    by, said, now = _official(request), request.POST, timezone.now()
    try:
        found = queries.mentions_of(by).get(pk=mention_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    try:
        if verb == "confirm":
            commands.confirm_mention(
                found.pk, topic=said.get("topic", ""), address=said.get("address", ""), by=by,
                now=now,
            )  # fmt: skip
            notices.success(request, _("Взято в работу: ответ уйдёт туда же, откуда пришло"))
        elif verb == "dismiss":
            commands.dismiss_mention(found.pk, reason=said.get("reason", ""), by=by, now=now)
            notices.success(request, _("Отклонено: слова и автор стёрты"))
        elif verb == "replied":
            commands.note_reply(found.pk, link=said.get("link", "").strip(), by=by, now=now)
            notices.success(request, _("Записано: ответ размещён"))
        else:
            raise Http404
    except rules.Refused as refusal:
        return _page(request, by, found, refusal.errors)
    state = "confirmed" if verb == "replied" else "found"
    return redirect(f"/desk/social/?state={state}")


def _page(
    request: HttpRequest, by: Official, wrong: Mention | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    states = dict(TABS)
    state = wrong.state if wrong else request.GET.get("state", "found")
    if state not in states:
        state = "found"
    counts = queries.counts(by)
    page = Paginator(queries.mentions_of(by).filter(state=state), PAGE).get_page(
        request.GET.get("page")
    )
    cases = [each.report_id for each in page if each.report_id]
    placed = replies(cases) if cases else {}
    rows = [_row(each, placed, wrong, request) for each in page]
    context = {
        "tabs": [(code, title, counts[code]) for code, title in TABS], "state": state,
        "page": page, "rows": rows, "errors": errors or {}, "wrong": wrong,
        "titles": [each.title_ru for each in topics().facts],
        "reasons": list(directory(queries.REASONS).values()), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "desk/social.html", context, status=422 if errors else 200)


def _row(
    each: Mention, placed: dict[int, str], wrong: Mention | None, request: HttpRequest
) -> dict[str, Any]:
    typed = request.POST if wrong is not None and wrong.pk == each.pk else {}
    case = getattr(each.report, "case", None) if each.report else None
    return {
        "mention": each, "case": case,
        "status": show.status_label(case) if case else "",
        "topic": typed.get("topic", each.topic.title_ru if each.topic else ""),
        "address": typed.get("address", ""), "link": typed.get("link", ""),
        "network": label("channels", each.network),
        "percent": round(each.score * 100),
        "placed": each.reply or placed.get(each.report_id or 0, ""),
        "by_hand": bool(case and case.answered_at and not each.thread and not each.reply),
    }  # fmt: skip
