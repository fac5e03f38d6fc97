"""Discussions on the desk: their organiser writes and announces, moderators look at comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk.phases import PhaseForm, ready
from otklik.faces.templatetags.otklik import titled
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.participation.discussions import commands, queries, rules
from otklik.participation.projects import rules as phases

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.discussions.models import Discussion

PAGE = 50
SECTION = (queries.ORGANISE, queries.MODERATE)
TABS = {
    "pending": _l("Ждут проверки"), "appeals": _l("Жалобы"), "shown": _l("Показаны"),
    "hidden": _l("Скрыты"),
}  # fmt: skip
MODERATION = (
    (rules.POST, _l("Показывать сразу, проверять потом")),
    (rules.PRE, _l("Показывать после проверки")),
)


FORMS = (
    ("", _l("Обсуждение")), ("hearing", _l("Публичные слушания")),
    ("town", _l("Общественные обсуждения градостроительного проекта")),
)  # fmt: skip


class DiscussionForm(PhaseForm):
    """A discussion: besides, when comments are shown."""

    moderation = forms.ChoiceField(label=_l("Комментарии"), choices=MODERATION)
    form = forms.ChoiceField(
        label=_l("Вид"), choices=FORMS, required=False,
        help_text=_l("Для слушаний: с 18 лет, жители названных муниципалитетов, не позже чем за"
                     " 20 дней; после конца — протокол и заключение"),
    )  # fmt: skip
    basis = forms.CharField(label=_l("Слушания: чем назначены"), max_length=300, required=False)
    exposition = forms.CharField(
        label=_l("Слушания: где и когда экспозиция"), max_length=500, required=False
    )
    chair = forms.CharField(label=_l("Слушания: кто ведёт"), max_length=200, required=False)

    def draft(self) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        return commands.Draft(
            said["title"], said["opens_at"], said["closes_at"], said["about"], said["moderation"],
            self.circle(), self.chosen, rules.HearingTold(
                said["form"], said["basis"], said["exposition"], said["chair"]
            ) if said["form"] else None,
        )  # fmt: skip


def at_section(request: HttpRequest) -> Official:
    """Return an official who organises or moderates; 403 for another, 404 for a citizen."""
    official = access.official_or_404(request)
    if not any(map(powers_of(official).anywhere, SECTION)):
        access.official_or_404(request, queries.MODERATE)
    return official


def discussion_or_404(official: Official, discussion_id: int) -> Discussion:
    """Return a discussion that an official organises."""
    try:
        return queries.discussion_for(official, discussion_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def discussions(request: HttpRequest) -> HttpResponse:
    """List the discussions that an official organises or moderates."""
    official, now = at_section(request), timezone.now()
    page = Paginator(queries.discussions_of(official), PAGE).get_page(request.GET.get("page"))
    lines = [(each, queries.state(each, now)) for each in page]
    organises = powers_of(official).anywhere(queries.ORGANISE)
    context = {"page": page, "lines": lines, "organises": organises}
    return render(request, "desk/discussions.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a discussion; what was typed comes back with a mistake."""
    official = access.official_or_404(request, queries.ORGANISE)
    form = DiscussionForm(official, request.POST or None, initial=ready(request, 30))
    if request.method == "POST" and form.is_valid():
        try:
            found = commands.draft_discussion(form.draft(), by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:discussion", found.pk)
    return render(
        request, "desk/discussion_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def discussion(request: HttpRequest, discussion_id: int) -> HttpResponse:
    """Show a discussion with its check list, and take a draft's document."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found, error = discussion_or_404(official, discussion_id), ""
    if request.method == "POST":
        try:
            _write(found, request, official, now)
        except Refused as refusal:
            error = show.said(refusal)
        else:
            return redirect("desk:discussion", found.pk)
    state, parts = queries.state(found, now), queries.document(found)
    checks = queries.check_list(found, now) if state == phases.DRAFT else []
    context = {
        "discussion": found, "phase": found.phase, "state": state, "checks": checks,
        "parts": parts, "error": error, "counts": queries.counts(found),
        "source": request.POST.get("document") or rules.source(each.told for each in parts),
        "ready": all(held for _title, held in checks), "hearing": queries.hearing_of(found),
        "conclusion": queries.conclusion_of(found), "typed": request.POST,
        "hall": queries.hall_counts(found) if queries.hearing_of(found) else None,
        "signed": queries.signed_papers(found),
    }  # fmt: skip
    return render(request, "desk/discussion.html", context, status=422 if error else 200)


def _write(found: Discussion, request: HttpRequest, official: Official, now: datetime) -> None:
    """Keep a draft's document, or the conclusion of a hearing that ended."""
    given = request.POST
    if "conclusion" in given:
        commands.conclude(
            found.pk, number=given.get("number", ""), text=given["conclusion"],
            signer=given.get("signer", ""), signed_on=day_of(given.get("signed_on", "")),
            by=official, now=now,
        )  # fmt: skip
        return
    commands.write_document(found.pk, given.get("document", ""), by=official, now=now)


def day_of(text: str) -> date | None:
    """Return a day that was typed, or None."""
    try:
        return parse_date(text)
    except ValueError:
        return None


@login_required
@require_POST
def act(request: HttpRequest, discussion_id: int, verb: str) -> HttpResponse:
    """Announce a discussion, or throw a draft away."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = discussion_or_404(official, discussion_id)
    try:
        if verb == "announce":
            commands.announce_discussion(found.pk, by=official, now=now)
            notices.success(request, _("Объявлено: документ больше не изменится"))
        elif verb == "drop":
            commands.drop_draft(found.pk, by=official, now=now)
            notices.success(request, _("Черновик удалён"))
            return redirect("desk:discussions")
        else:
            raise Http404
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    return redirect("desk:discussion", found.pk)


# --- Moderation -----------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def moderation(request: HttpRequest) -> HttpResponse:
    """Show what waits for a moderator, what is shown, what is hidden, whose appeals wait."""
    official = access.official_or_404(request, queries.MODERATE)
    return _queue(request, official)


def _queue(
    request: HttpRequest,
    official: Official,
    *,
    error: str = "",
    mistaken: int = 0,
    status: int = 200,
) -> HttpResponse:
    waits = queries.waiting(official)
    first = "appeals" if waits["appeals"] and not waits["pending"] else "pending"
    tab = request.GET.get("tab", first)
    tab = tab if tab in TABS else first
    rows: Any = queries.appeals(official) if tab == "appeals" else queries.queue(official, tab)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "tab": tab, "query": f"tab={tab}", "error": error, "mistaken": mistaken,
        "adrift": error and mistaken not in {each.pk for each in page},
        "tabs": [(code, title, waits.get(code)) for code, title in TABS.items()],
        "reasons": [
            (code, titled(line)) for code, line in queries.reasons().items() if line.active
        ],
        "typed": request.POST, "official_id": official.pk,
    }  # fmt: skip
    return render(request, "desk/moderation.html", context, status=status)


@never_cache
@login_required
@require_POST
def moderate(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Show, hide or restore a comment."""
    official = access.official_or_404(request, queries.MODERATE)
    try:
        one = queries.comment_for(official, comment_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    verb, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    try:
        commands.moderate(one.pk, verb, reason=reason, by=official, now=timezone.now())
    except Refused as refusal:
        return _queue(request, official, error=show.said(refusal), mistaken=one.pk, status=422)
    notices.success(request, _("Сделано и записано в открытый журнал: № %s") % one.pk)
    return _back(request)


@never_cache
@login_required
@require_POST
def decide(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Decide an author's appeal against what another moderator hid."""
    official = access.official_or_404(request, queries.MODERATE)
    try:
        made = queries.appeal_for(official, appeal_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    verb = request.POST.get("act", "")
    if verb not in {rules.RESTORE, rules.UPHOLD}:
        raise Http404
    try:
        commands.decide_appeal(
            made.pk, restore=verb == rules.RESTORE, reply=request.POST.get("reply", ""),
            by=official, now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        return _queue(request, official, error=show.said(refusal), mistaken=made.pk, status=422)
    notices.success(request, _("Жалоба решена, автору напишем"))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    query = f"?tab={tab}" if tab in TABS else ""
    return redirect(f"{reverse('desk:moderation')}{query}")
