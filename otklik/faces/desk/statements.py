"""Opinions on the desk: their organiser writes the first statements, moderators look at others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk.discussions import at_section
from otklik.faces.desk.phases import PhaseForm, ready
from otklik.faces.templatetags.otklik import titled
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.participation.projects import rules as phases
from otklik.participation.statements import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.statements.models import Conversation

PAGE = 50
MODERATION = (
    ("pre", _l("Показывать после проверки")), ("post", _l("Показывать сразу, проверять потом")),
)  # fmt: skip


class ConversationForm(PhaseForm):
    """A collection of opinions: besides, when new statements are shown."""

    moderation = forms.ChoiceField(label=_l("Новые высказывания"), choices=MODERATION)

    def draft(self) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        return commands.Draft(
            said["title"], said["opens_at"], said["closes_at"], said["about"], said["moderation"],
            self.circle(), self.chosen,
        )  # fmt: skip


def _conversation_or_404(official: Official, conversation_id: int) -> Conversation:
    try:
        return queries.conversation_for(official, conversation_id)
    except ObjectDoesNotExist:
        raise Http404 from None


def _organised(request: HttpRequest, conversation_id: int) -> tuple[Official, Conversation]:
    """Return a conversation that the official organises; 403 for one who only moderates."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = _conversation_or_404(official, conversation_id)
    if not queries.allowed(official, found, queries.ORGANISE):
        raise PermissionDenied
    return official, found


@never_cache
@login_required
@require_GET
def conversations(request: HttpRequest) -> HttpResponse:
    """List the collections of opinions that an official organises or moderates."""
    official, now = at_section(request), timezone.now()
    page = Paginator(queries.conversations_of(official), PAGE).get_page(request.GET.get("page"))
    lines = [(each, queries.state(each, now)) for each in page]
    organises = powers_of(official).anywhere(queries.ORGANISE)
    context = {"page": page, "lines": lines, "organises": organises}
    return render(request, "desk/conversations.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a collection of opinions; what was typed comes back with a mistake."""
    official = access.official_or_404(request, queries.ORGANISE)
    form = ConversationForm(official, request.POST or None, initial=ready(request, 21))
    if request.method == "POST" and form.is_valid():
        try:
            found = commands.draft_conversation(form.draft(), by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:conversation", found.pk)
    return render(
        request, "desk/conversation_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@never_cache
@login_required
@require_GET
def conversation(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Show a draft with its check list, or what was said with what moderators may do."""
    official = at_section(request)
    return _page(request, official, _conversation_or_404(official, conversation_id))


def _page(
    request: HttpRequest, official: Official, found: Conversation, error: str = "", about: int = 0
) -> HttpResponse:
    state, now = queries.state(found, timezone.now()), timezone.now()
    checks = queries.check_list(found, now) if state == phases.DRAFT else []
    page = Paginator(queries.for_moderators(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "conversation": found, "phase": found.phase, "state": state, "checks": checks,
        "ready": all(held for _title, held in checks), "page": page, "error": error,
        "about": about, "adrift": error and about not in {each.pk for each in page},
        "source": request.POST.get("seeds")
        or "\n".join(each.text for each in found.statements.all() if state == phases.DRAFT),
        "organises": queries.allowed(official, found, queries.ORGANISE),
        "moderates": queries.allowed(official, found, queries.MODERATE),
        "came": queries.came(found), "limits": queries.limits(),
        "reasons": [
            (code, titled(line)) for code, line in queries.reasons().items() if line.active
        ],
    }  # fmt: skip
    return render(request, "desk/conversation.html", context, status=422 if error else 200)


@never_cache
@login_required
@require_POST
def seeds(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Keep the first statements of a draft."""
    official, found = _organised(request, conversation_id)
    try:
        commands.write_seeds(
            found.pk, request.POST.get("seeds", ""), by=official, now=timezone.now()
        )
    except Refused as refusal:
        return _page(request, official, found, show.said(refusal))
    return redirect("desk:conversation", found.pk)


@never_cache
@login_required
@require_POST
def act(request: HttpRequest, conversation_id: int, verb: str) -> HttpResponse:
    """Announce, throw a draft away, or show or hide what was said."""
    if verb in {rules.SHOW, rules.HIDE}:
        return _moderated(request, conversation_id, verb)
    official, found = _organised(request, conversation_id)
    try:
        if verb == "announce":
            commands.announce_conversation(found.pk, by=official, now=timezone.now())
            notices.success(request, _("Объявлено: первые высказывания больше не изменятся"))
        elif verb == "drop":
            commands.drop_draft(found.pk, by=official, now=timezone.now())
            notices.success(request, _("Черновик удалён"))
            return redirect("desk:conversations")
        else:
            raise Http404
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    return redirect("desk:conversation", found.pk)


def _moderated(request: HttpRequest, conversation_id: int, verb: str) -> HttpResponse:
    official = access.official_or_404(request, queries.MODERATE)
    found = _conversation_or_404(official, conversation_id)
    if not queries.allowed(official, found, queries.MODERATE):
        raise PermissionDenied
    given = request.POST.get("statement", "")
    try:
        one = found.statements.get(pk=int(given) if given.isdecimal() else 0)
    except ObjectDoesNotExist:
        raise Http404 from None
    reason = request.POST.get("reason", "")
    try:
        commands.moderate(one.pk, verb, reason=reason, by=official, now=timezone.now())
    except Refused as refusal:
        return _page(request, official, found, show.said(refusal), one.pk)
    notices.success(request, _("Сделано и записано в открытый журнал: № %s") % one.pk)
    return redirect("desk:conversation", found.pk)
