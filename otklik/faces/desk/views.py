"""The officials' desk: the queue, the case, the buttons that its state and their powers allow."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, show, told
from otklik.faces.desk import amends, appeals, correspondence, division, editor, refusals
from otklik.faces.desk.filters import filters_of
from otklik.faces.desk.verbs import BULK, VERBS
from otklik.flow.answers import queries as answer_queries
from otklik.flow.answers.commands import examine_waiting
from otklik.flow.cases import commands as cases
from otklik.flow.cases import queries
from otklik.flow.cases import queue as queues
from otklik.flow.cases.rules import BY_VERB, RESULTS, Refused
from otklik.flow.channels.social.queries import link_of
from otklik.flow.control.commands import press
from otklik.flow.control.queries import forecast
from otklik.flow.intake import queries as intake_queries
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.files import ACCEPT
from otklik.flow.problems.queries import may_group, problem_of
from otklik.flow.rating.queries import ratings_of
from otklik.flow.triage import queries as triage
from otklik.ground.accounts import rules as account_rules
from otklik.ground.accounts.commands import note_look, open_personal_data
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import sight
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import directory, topics

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.flow.cases.rules import Transition
    from otklik.ground.accounts.models import Official

PAGE = 50
AT_ONCE = 500
WORDS = (
    "text", "done", "when", "who", "next", "note", "reason", "comment", "overrule_reason", "kept",
    "part_1", "part_2", "part_3",
)  # fmt: skip
"""The fields in which officials write in their own words."""
TABS = (
    ("moderation", "На проверке"), ("coordination", "Распределить"), ("work", "В работе"),
    ("approval", "На согласовании"), ("overdue", "Просрочено"), ("disputed", "Споры"),
    ("open", "Все открытые"), ("final", "Закрытые"),
)  # fmt: skip


@never_cache
@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits: by group, with filters, saved views and bulk actions."""
    official = access.official_or_404(request, "see_case")
    now = timezone.now()
    filters = filters_of(request.GET)
    length = queues.queue_length(official, filters, now)
    shown = min(length, queues.COUNTED)
    page = Paginator(range(shown), PAGE).get_page(request.GET.get("page"))
    bounds = (max(page.start_index() - 1, 0), page.end_index())
    query = request.GET.copy()
    query.pop("page", None)
    counts = queues.counts_for(official, now)
    rows = queues.queue_page(official, filters, now, *bounds)
    context = {
        "page": page,
        "rows": rows,
        **correspondence.of_the_queue(official, rows),
        "found": f"{shown}+" if length > shown else str(shown),
        "now": now,
        "soon": now + timedelta(days=1),
        "query": query.urlencode(),
        "chosen": request.GET,
        "tabs": [(code, title, counts.get(code)) for code, title in TABS],
        "counts": counts,
        "saved": queues.views_of(official),
        "bulk": {verb for verb in BULK if powers_of(official).anywhere(BY_VERB[verb].permission)},
        "once": uuid.uuid4().hex,
        "misheard": intake_rules.misheard(filters.text),
        "may_group": may_group(official),
        "topic_steps": show.topic_steps(topics(), "ru", facts=True),
        **_lists(),
    }
    return render(request, "desk/queue.html", context)


def _lists() -> dict[str, Any]:
    tree = topics()
    return {
        "categories": tree.categories,
        "topic_groups": show.topic_groups(tree, "ru"),
        "territories": sorted(territories().values(), key=lambda each: each.short_ru),
        "organisations": sorted(organisations().values(), key=lambda each: each.short_ru),
        "channels": directory("channels").values(),
        "rejection_reasons": directory("rejection_reasons").values(),
        "return_reasons": directory("return_reasons").values(),
        "results": [directory("results")[code] for code in RESULTS if code in directory("results")],
    }


@login_required
@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the present filters under a name."""
    official = access.official_or_404(request)
    query = request.POST.get("query", "")
    cases.save_view(official, title=request.POST.get("title", ""), query=query, now=timezone.now())
    return redirect(f"/desk/?{query}")


@login_required
@require_POST
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a kept set of filters."""
    cases.drop_view(access.official_or_404(request), view_id=view_id)
    return redirect("desk:queue")


def _case_or_404(official: Official, number: str) -> Case:
    try:
        return queries.case_for(official, number)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case whole: words, place, twins, history, answer, and what may be done now."""
    official = access.official_or_404(request)
    return _case_page(request, official, _case_or_404(official, number))


def _case_page(
    request: HttpRequest, official: Official, found: Case, *, status: int = 200, **more: Any
) -> HttpResponse:
    permissions = queries.permissions_on(official, found)
    now = timezone.now()
    seen = queries.sight_on(official, found, now)
    if seen.text:
        note_look(
            official, subject=found.ref, what="text", role=queries.role_on(official, found), now=now
        )
    buttons, photos = _buttons(official, found), show.camera_notes(found, seen)
    if any(each.verb == "submit" for each in buttons):
        given = editor.typed(more["typed"]) if more.get("error_verb") == "submit" else None
        values = more.pop("edited", given)
        more["editor"] = editor.context(found, official, values, more.pop("edited_at", None))
    cautions = answer_queries.cautions_of(found, official)
    context = {
        "case": found,
        "shown": show.desk_case(found, seen),
        "sight": seen,
        "may_cover": bool(permissions & queries.COVER),
        "may_cover_proof": bool(permissions & queries.COVER_PROOF),
        "look_reasons": directory("look_reasons").values(),
        "verbs": buttons,
        "permissions": permissions,
        "history": queries.history(found),
        "hops": show.hops(found, "ru"),
        "clock": show.clock(found),
        "usual": forecast(found.topic_id, found.territory_id, now),
        "once": uuid.uuid4().hex,
        "state": queries.state_of(found),
        "found_at": link_of(found.report_id),
        "told": told.beside(found, seen),
        "answers": [
            {
                "answer": each,
                "text": each.text if each.author_id == official.pk else show.words(each.text, seen),
                "cautions": cautions.get(each.pk, []),
                "examined": hasattr(each, "examination"),
                "overruling": getattr(each, "overruling", None),
                "proofs": [(proof, photos.get(proof.attachment_id)) for proof in each.proofs.all()],
                "compare": show.compare(found.report, each),
            }
            for each in answer_queries.versions_of(found)
        ],
        "inspections": [
            (each, show.words(each.note, seen)) for each in answer_queries.inspections_of(found)
        ],
        "findings": directory("inspection_findings").values(),
        "disputes": [
            {"text": show.words(each.text, seen), "upheld": each.upheld, "reason": each.reason}
            for each in found.disputes.all()
        ],
        **division.of_a_case(
            found, seen, official, more.get("typed") if more.get("error_verb") == "divide" else None
        ),
        **refusals.of_a_case(found, seen),
        **amends.of_a_case(found, seen),
        **correspondence.of_a_case(found, seen, permissions),
        "ratings": [
            {
                "answer_score": each.answer_score,
                "result_score": each.result_score,
                "comment": show.words(each.comment, seen),
            }
            for each in ratings_of(found)
        ],
        "thoughts": triage.thoughts_on(found),
        "twins": triage.twins_of(found),
        "problem": problem_of(found),
        "now": now,
        "soon": now + timedelta(days=1),
        "accept": ACCEPT,
        "limits": intake_queries.limits(),
        **appeals.of_a_case(found),
        **_lists(),
        **more,
    }
    return render(request, "desk/case.html", context, status=status)


def _buttons(official: Official, found: Case) -> list[Transition]:
    """Return the buttons to show: an answer is sent either as interim or as final."""
    answer = found.answers.order_by("version").last()
    other = "approve" if answer is not None and answer.interim else "approve_interim"
    return [each for each in queries.verbs_of(official, found) if each.verb != other]


@login_required
@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do what a button says, if state and powers allow; else say why and keep what was typed."""
    official = access.official_or_404(request)
    try:
        found = queries.case_for(official, number)
    except ObjectDoesNotExist:
        if verb in VERBS and queries.left_from(official, number):
            return _changed_page(request, official, number, verb)
        raise Http404 from None
    try:
        _do(found, verb, request, official)
    except Refused as refusal:
        if refusal.code in {"changed", "not_now"}:
            return _changed_page(request, official, number, verb, refusal)
        more = {"error": refusal.ru, "error_verb": verb, "typed": request.POST}
        return _case_page(request, official, found, status=422, **more)
    except intake_rules.Refused as refusal:
        text = intake_rules.joined(refusal.problems, "ru")
        more = {"error": text, "error_verb": verb, "typed": request.POST}
        return _case_page(request, official, found, status=422, **more)
    notices.success(request, _("Готово"))
    try:
        queries.case_for(official, number)
    except ObjectDoesNotExist:  # passed on, out of this official's sight
        return redirect("desk:queue")
    return redirect("desk:case", number)


def _changed_page(
    request: HttpRequest, official: Official, number: str, verb: str, refusal: Refused | None = None
) -> HttpResponse:
    """Say what happened while an official was writing; give back all that they typed."""
    typed = request.POST
    known = queries.left_from(official, number) or "".join(filter(str.isdigit, number))
    words = [typed.get(name, "").strip() for name in WORDS]
    changed = _("Пока вы писали, обращение изменилось")
    more: dict[str, Any] = {
        "error": refusal.ru if refusal else changed,
        "error_verb": verb,
        "typed": typed,
        "changed": True,
        "changes": show.changes(known, _since(typed.get("shown_at", "")), official),
        "kept": "\n\n".join(filter(None, words)),
        "files_lost": bool(request.FILES),
    }
    try:
        found = queries.case_for(official, number)
    except ObjectDoesNotExist:
        return render(request, "desk/gone.html", {"number": number, **more}, status=409)
    return _case_page(request, official, found, status=409, **more)


def _since(text: str) -> datetime:
    """Read when a page was shown; of an unknown one, the last quarter of an hour."""
    try:
        shown = parse_datetime(text)
    except ValueError:
        shown = None
    if shown is None or shown.tzinfo is None:
        return timezone.now() - timedelta(minutes=15)
    return shown


def _do(found: Case, verb: str, request: HttpRequest, official: Official) -> None:
    if verb not in VERBS:
        raise Http404
    permissions = queries.permissions_on(official, found)
    needed = BY_VERB[verb].permission
    if needed and needed not in permissions:
        raise PermissionDenied
    now, once = timezone.now(), request.POST.get("once", "")
    if verb.startswith("approve"):  # its warnings must outlive the refusal that they bring
        examine_waiting(found.number, now=now)
    press(
        f"{once[:60]}.{verb}.{found.number}" if once else "",
        number=found.number, verb=verb, state=request.POST.get("state", ""),
        do=lambda: VERBS[verb](found, request, official, now), by=official, now=now,
    )  # fmt: skip


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Do one verb with many cases; say how many went and why others did not."""
    official = access.official_or_404(request)
    verb = request.POST.get("verb", "")
    if verb not in BULK:
        raise Http404
    done, refusals = 0, dict[str, int]()
    for number in _marked(request):
        try:
            _do(_case_or_404(official, number), verb, request, official)
            done += 1
        except Refused as refusal:
            refusals[refusal.ru] = refusals.get(refusal.ru, 0) + 1
        except (PermissionDenied, Http404):
            text = _("Нет полномочий")
            refusals[text] = refusals.get(text, 0) + 1
    if done:
        notices.success(request, _("Сделано: %(done)s") % {"done": done})
    for text, count in refusals.items():
        notices.error(request, f"{text}: {count}")
    query = request.POST.get("query", "")
    return redirect(f"/desk/?{query}" if query else "/desk/")


def _marked(request: HttpRequest) -> list[str]:
    """Return what was marked in the list, and say where that is nothing or too much."""
    numbers = request.POST.getlist("number")
    if not numbers:
        notices.error(request, _("Сначала отметьте обращения в списке"))
    if len(numbers) > AT_ONCE:
        text = _("За раз — не больше %(count)s; остальные не тронуты")
        notices.error(request, text % {"count": AT_ONCE})
    return numbers[:AT_ONCE]


@login_required
@require_POST
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Open the author's name and contact for a while, to one who may and says why; on record."""
    official = access.official_or_404(request)
    found = _case_or_404(official, number)
    now = timezone.now()
    seen = queries.sight_on(official, found, now)
    if not seen.may_ask and not seen.contact:
        raise PermissionDenied
    try:
        open_personal_data(
            official, subject=found.ref, role=queries.role_on(official, found),
            code=request.POST.get("code", ""), reason=request.POST.get("reason", ""),
            needs_reason=seen.needs_reason, now=now,
        )  # fmt: skip
    except account_rules.Refused as refusal:
        more = {"look_error": refusal.ru, "typed": request.POST}
        return _case_page(request, official, found, status=422, **more)
    return redirect("desk:case", found.spoken)


@never_cache
@login_required
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Give the queue's cases as points of a map."""
    official = access.official_or_404(request, "see_case")
    found = queues.queue_for(official, filters_of(request.GET), timezone.now())
    placed = [
        (each, show.point(each, sight(queries.permissions_on(official, each), None)))
        for each in found.filter(lat__isnull=False)[:2000]
    ]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [at[1], at[0]]},
            "properties": {
                "number": each.spoken,
                "title": show.title(each.topic, "ru"),
                "group": show.GROUP.get(each.status, "closed"),
                "url": f"/desk/c/{each.spoken}/",
            },
        }
        for each, at in placed
        if at is not None
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
