"""The citizens' site: send, track, rate, dispute, look around; all without JavaScript."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show, storm
from otklik.faces.forms import SendForm, accept, uploads
from otklik.faces.site import amends, appeals, correspondence, division, feeds, refusals
from otklik.faces.stale import give_back
from otklik.faces.templatetags.otklik import named
from otklik.flow.cases import commands as cases
from otklik.flow.cases import queries as case_queries
from otklik.flow.cases import rules as case_rules
from otklik.flow.emergencies.queries import hold_on, shown_now
from otklik.flow.intake import commands as intake
from otklik.flow.intake import held, parts
from otklik.flow.intake import queries as intake_queries
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.files import ACCEPT
from otklik.flow.intake.rules import EMAIL
from otklik.flow.problems.queries import known_near, problem_of
from otklik.flow.rating.commands import AUTHOR, rate_answer
from otklik.flow.rating.queries import rating_of
from otklik.flow.regimes.queries import regime_of
from otklik.flow.regimes.rules import LAWFUL
from otklik.flow.triage.queries import suggest
from otklik.ground.accounts.queries import looks_at
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import topics
from otklik.readers.notifications.commands import read
from otklik.readers.notifications.queries import unread_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Person

CHANNEL = "site"
PAGE = 20
ON_MAP = 2000


def _language() -> str:
    return "en" if get_language() == "en" else "ru"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what people write, what came of it, and the two doors: write and track."""
    return render(
        request,
        "site/home.html",
        {
            "totals": show.totals(timezone.now()),
            "cards": [show.card(case, _language()) for case in case_queries.public_cases()[:6]],
            "categories": topics().categories,
        },
    )


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Tell how a message is handled, what is kept about people, and what may be refused."""
    return render(request, "site/about.html", {"limits": intake_queries.limits()})


@never_cache
@require_http_methods(["GET", "POST"])
@access.leveled("send")
def send(request: HttpRequest) -> HttpResponse:
    """Take a message; on any mistake give back all that was typed with what to mend."""
    if request.method == "GET":
        form = SendForm.empty(request.user if request.user.is_authenticated else None, request.GET)
        return send_page(request, form)
    form = SendForm.posted(request.POST)
    if not form.values["idempotency_key"]:
        form.values["idempotency_key"] = str(uuid.uuid4())
    files, missing = files_of(request)
    if asked := storm.asked_of_sender(request, form.values["idempotency_key"]):
        return _asked(request, form, files, asked)
    if missing:
        form.errors["photos"] = [_("Снимок дошёл не весь. Нажмите «Отправить» ещё раз")]
        return send_page(request, form, files=files, status=422)
    if form.is_appeal and (words := access.lacks_level(request, "appeal")):
        form.errors["__all__"] = [words]
        return send_page(request, form, files=files, status=422)
    known, twins = _like(form)
    if known or twins:
        return send_page(request, form, files=files, known=known, twins=twins)
    try:
        receipt = accept(
            form,
            form.new_report(CHANNEL, _language()),
            files=files,
            author=request.user if request.user.is_authenticated else None,
            now=timezone.now(),
        )
    except intake_rules.Refused as refusal:
        form.refuse(refusal.problems, _language())
        return send_page(request, form, files=files, status=422)
    access.remember(request, receipt.number)
    return redirect("site:sent", receipt.spoken)


def _asked(
    request: HttpRequest, form: SendForm, files: Sequence[Upload], asked: storm.Asked
) -> HttpResponse:
    """Give the form back with a puzzle for the browser and a wait for who has no script."""
    form.errors["__all__"] = [
        _(
            "Сейчас пишут очень многие. Подождите %(wait)s с и нажмите «Отправить» ещё раз:"
            " всё написанное на месте"
        ) % {"wait": asked.wait}
    ]  # fmt: skip
    answer = send_page(request, form, files=files, status=storm.TOO_MANY, asked=asked)
    answer["Retry-After"] = str(asked.wait)
    return answer


def _like(form: SendForm) -> tuple[list[Any], list[Any]]:
    """Return known problems and likely twins once, before the first sending."""
    new = form.new_report(CHANNEL, _language())
    if form.values["twins_seen"] or form.is_appeal or not new.text.strip():
        return [], []
    if len(new.text) > intake_queries.limits().text:
        return [], []
    form.values["twins_seen"] = "1"
    pinned = new.place == "pin"
    found = suggest(
        new.text,
        lat=new.lat if pinned else None,
        lon=new.lon if pinned else None,
        address=new.address if new.place == "address" else "",
    )
    return known_near(found, timezone.now()), list(found.twins)


def send_page(
    request: HttpRequest,
    form: SendForm,
    *,
    files: Sequence[Upload] = (),
    known: list[Any] | None = None,
    twins: list[Any] | None = None,
    status: int = 200,
    kept: bool = False,
    asked: storm.Asked | None = None,
) -> HttpResponse:
    """Show the form with what was typed; `kept` is what a phone keeps to work alone."""
    tree = topics()
    chosen = tree.by_code.get(form.values["topic"])
    context = {
        "form": form.values,
        "errors": form.errors,
        "known": known or [],
        "now": timezone.now(),
        "twins": [show.twin(twin, _language()) for twin in twins or []],
        "limits": intake_queries.limits(),
        "email_pattern": EMAIL,
        "accept": ACCEPT,
        "chosen_topic": show.topic(chosen, _language()) if chosen else None,
        "topic_groups": show.topic_groups(tree, _language()),
        "held": [] if _scripted(request) else held.hold(files, intake_queries.limits()),
        "region_center": [region().center_lat, region().center_lon],
        "kept": kept,
        "asked": asked,
        "emergencies": [] if kept else shown_now(timezone.now()),
        **appeals.choice(),
    }
    return render(request, "site/send.html", context, status=status)


def files_of(request: HttpRequest) -> tuple[list[Upload], list[str]]:
    """Return what came before a mistake, in pieces and now, and which pieces are not all here."""
    limits = intake_queries.limits()
    before = held.taken_up(request.POST.getlist("held"), limits)
    whole, missing = parts.taken_up(request.POST.getlist("uploaded"), limits)
    return [*before, *whole, *uploads(request, "photos")], missing


def _scripted(request: HttpRequest) -> bool:
    """Tell whether the form was sent by its script, which keeps the chosen files itself."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Give back what was typed when the form has grown too old to be trusted."""
    if request.path == "/send/" and request.method == "POST":
        form = SendForm.posted(request.POST)
        form.values["idempotency_key"] = form.values["idempotency_key"] or str(uuid.uuid4())
        form.errors["__all__"] = [
            _("Форма устарела. Всё написанное на месте: нажмите «Отправить» ещё раз")
        ]
        return send_page(request, form, files=files_of(request)[0], status=403)
    return give_back(request)


@never_cache
@require_GET
def sent(request: HttpRequest, number: str) -> HttpResponse:
    """Show the number and the secret, to the browser that sent the message."""
    report = access.report_or_404(request, number)
    return render(
        request,
        "site/sent.html",
        {
            "report": report,
            "secret": intake.secret_of(report.number),
            "case": show.own_case(report, _language()),
            "lawful": regime_of(report).code in LAWFUL,
        },
    )


@never_cache
@login_required
@require_GET
def cabinet(request: HttpRequest) -> HttpResponse:
    """List a person's own messages, those that wait for them first."""
    person = cast("Person", request.user)
    page = Paginator(intake_queries.reports_of(person), PAGE).get_page(request.GET.get("page"))
    cards = [show.own_card(report, _language()) for report in page]
    here = intake_queries.unclaimed(request.session.get(access.SESSION_KEY, []))
    news = [each.report.spoken for each in unread_of(person.pk)]
    context = {"page": page, "cards": cards, "here": here, "news": news}
    return render(request, "site/cabinet.html", context)


@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """List what may be seen by all: the map's equal without a map."""
    asked = {name: request.GET.get(name, "") for name in ("topic", "territory", "status")}
    found = feeds.narrowed(case_queries.public_cases(), asked)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "site/messages.html",
        {
            "page": page,
            "cards": [show.card(case, _language()) for case in page],
            "categories": topics().categories,
            "territories": sorted(territories().values(), key=named),
            "chosen": asked,
            "query": query.urlencode(),
        },
    )


@require_GET
@cache_control(public=True, max_age=15)
def points(request: HttpRequest) -> HttpResponse:
    """Give the public messages of the last 90 days as points, no finer than about 100 metres."""
    since = timezone.now() - timedelta(days=90)
    found = case_queries.public_cases().filter(lat__isnull=False, received_at__gte=since)
    language = "en" if request.GET.get("language") == "en" else "ru"
    features = [show.feature(case, language) for case in found[:ON_MAP]]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@never_cache
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a message: all of it to its author, the public side to others."""
    try:
        report = access.report_or_404(request, number)
    except Http404:
        return _public_page(request, number)
    if request.user.is_authenticated and report.author_id == request.user.pk:
        read(request.user, report)
    found = case_queries.case_of_report(report.number)
    return own_page(request, report, found)


def own_page(
    request: HttpRequest, report: Any, found: Case | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    answer = case_queries.answer_of(found) if found else None
    verbs = case_rules.verbs_for(found.status, "author", regime=found.regime) if found else ()
    photos = [each for each in report.attachments.all() if each.purpose == "message"]
    context = {
        "form": SendForm.empty(report.author, request.GET).values,
        "report": report,
        "case": show.own_case(report, _language()),
        "answer": answer,
        "compare": show.compare(report, answer),
        "promise_came": bool(
            answer and answer.interim and answer.control_at and answer.control_at <= timezone.now()
        ),
        "rating": rating_of(answer, AUTHOR) if answer else None,
        "verbs": {each.verb for each in verbs},
        "attachments": photos,
        "photos_covered": any(each.covered for each in photos),
        "accept": ACCEPT,
        "stars": range(1, 6),
        "problem": problem_of(found) if found else None,
        "held": hold_on(found) if found else None,
        "looks": looks_at(found.ref, _language()) if found else [],
        **(_beside(found) if found else {}),
        **more,
    }
    return render(request, "site/case.html", context, status=status)


def _beside(found: Case) -> dict[str, Any]:
    """Return what other parts of the flow show on the author's page."""
    parts = (amends, appeals, refusals, correspondence, division)
    return {name: value for part in parts for name, value in part.of_own_case(found).items()}


def _public_page(request: HttpRequest, number: str, **more: Any) -> HttpResponse:
    try:
        found = case_queries.public_case(number)
    except ObjectDoesNotExist:
        raise Http404 from None
    answer = case_queries.answer_of(found)
    context = {
        "case": show.public_case(found, _language()),
        "answer": answer,
        "compare": show.compare(found.report, answer),
        "open": found.status in case_rules.OPEN,
        **more,
    }
    return render(request, "site/public.html", context)


@require_POST
@access.leveled("rate")
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Take the author's stars, and a dispute with them."""
    report = access.report_or_404(request, number)
    typed = {name: request.POST.get(name, "") for name in ("comment", "dispute")}
    scores = {name: _score(request, name) for name in ("answer_score", "result_score")}
    try:
        rate_answer(
            report.number,
            person=request.user if request.user.is_authenticated else None,
            comment=typed["comment"],
            dispute=typed["dispute"] == "yes",
            now=timezone.now(),
            answer_score=scores["answer_score"],
            result_score=scores["result_score"],
        )
    except case_rules.Refused as refusal:
        found = case_queries.case_of_report(report.number)
        more = {"rate_error": show.said(refusal), "typed": {**typed, **scores}}
        return own_page(request, report, found, status=422, **more)
    notices.success(request, _("Спасибо, оценка принята"))
    return redirect("site:case", report.spoken)


def _score(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    return int(value) if value in set("12345") else 0


@require_POST
def clarify(request: HttpRequest, number: str) -> HttpResponse:
    """Take the author's reply to a moderator's question."""
    report = access.report_or_404(request, number)
    text = request.POST.get("text", "")
    try:
        cases.clarify_case(
            report.number,
            text=text,
            files=uploads(request, "photos"),
            by=_ref(request),
            now=timezone.now(),
        )
    except (case_rules.Refused, intake_rules.Refused) as refusal:
        found = case_queries.case_of_report(report.number)
        more = {"clarify_error": _any_said(refusal), "typed": {"text": text}}
        return own_page(request, report, found, status=422, **more)
    notices.success(request, _("Спасибо, передали модератору"))
    return redirect("site:case", report.spoken)


def _any_said(refusal: case_rules.Refused | intake_rules.Refused) -> str:
    if isinstance(refusal, intake_rules.Refused):
        return intake_rules.joined(refusal.problems, _language())
    return show.said(refusal)


def _ref(request: HttpRequest) -> str:
    return request.user.ref if request.user.is_authenticated else "anonymous"


@require_POST
def add_files(request: HttpRequest, number: str) -> HttpResponse:
    """Add photos to a message already sent."""
    report = access.report_or_404(request, number)
    try:
        intake.add_files(report, uploads(request, "photos"), by=_ref(request), now=timezone.now())
    except intake_rules.Refused as refusal:
        found = case_queries.case_of_report(report.number)
        return own_page(request, report, found, status=422, files_error=_any_said(refusal))
    notices.success(request, _("Файлы добавлены"))
    return redirect("site:case", report.spoken)


@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take one's message back."""
    report = access.report_or_404(request, number)
    try:
        cases.withdraw_case(report.number, by=_ref(request), now=timezone.now())
    except (case_rules.Refused, ObjectDoesNotExist) as refusal:
        text = (
            show.said(refusal) if isinstance(refusal, case_rules.Refused) else _("Ещё обрабатываем")
        )
        notices.error(request, text)
    else:
        notices.success(request, _("Сообщение отозвано"))
    return redirect("site:case", report.spoken)


@require_POST
@access.leveled("join")
def support(request: HttpRequest, number: str) -> HttpResponse:
    """Say «и у меня» instead of writing the same again."""
    try:
        found = case_queries.public_case(number)
    except ObjectDoesNotExist:
        raise Http404 from None
    email = request.POST.get("email", "").strip()
    key = _ref(request) if request.user.is_authenticated else access.visitor(request)
    try:
        joined_now = cases.support_case(
            found.number,
            key=key,
            person=request.user if request.user.is_authenticated else None,
            email=email,
            channel=CHANNEL,
            now=timezone.now(),
        )
    except case_rules.Refused as refusal:
        notices.error(request, show.said(refusal))
        return redirect("site:case", found.spoken)
    notices.success(request, _("Вы присоединились: сохраните эту ссылку, здесь будет ответ"))
    return redirect("site:joined", joined_now.token)


@never_cache
@require_http_methods(["GET", "POST"])
def joined(request: HttpRequest, token: str) -> HttpResponse:
    """Show a joined person the case they follow, and take their stars."""
    try:
        mine = case_queries.joined_by(token)
    except ObjectDoesNotExist:
        raise Http404 from None
    rater = f"support:{mine.pk}"
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            rate_answer(
                mine.case.number,
                rater=rater,
                person=mine.person,
                answer_score=_score(request, "answer_score"),
                result_score=_score(request, "result_score"),
                comment=request.POST.get("comment", ""),
                now=timezone.now(),
            )
        except case_rules.Refused as refusal:
            context["rate_error"] = show.said(refusal)
        else:
            notices.success(request, _("Спасибо, оценка принята"))
            return redirect("site:joined", token)
    answer = case_queries.answer_of(mine.case)
    context |= {
        "joined": mine,
        "case": show.public_case(mine.case, _language()),
        "answer": answer,
        "rating": rating_of(answer, rater) if answer else None,
        "stars": range(1, 6),
    }
    return render(
        request, "site/joined.html", context, status=422 if "rate_error" in context else 200
    )
