"""Petitions on the desk: write one down, check, announce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk.phases import PhaseForm, ready
from otklik.ground.accounts.rules import Refused
from otklik.participation.petitions import commands, queries, rules
from otklik.participation.projects import rules as phases
from otklik.participation.proposals.queries import answer_by

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.petitions.models import Petition

PAGE = 50


class PetitionForm(PhaseForm):
    """A petition: besides, who gathers signatures and how many oblige to answer."""

    initiator = forms.CharField(
        label=_l("Кто собирает подписи"), max_length=200,
        help_text=_l("Инициативная группа, организация; это увидят все"),
    )  # fmt: skip
    threshold = forms.IntegerField(
        label=_l("Порог, подписей"), min_value=1, max_value=rules.MOST, initial=500,
        help_text=_l("Столько подписей обязывают ответить"),
    )  # fmt: skip

    def draft(self) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        return commands.Draft(
            said["title"], said["about"], said["initiator"], said["threshold"], said["opens_at"],
            said["closes_at"], self.circle(), project=self.chosen,
        )  # fmt: skip


def _petition_or_404(official: Official, petition_id: int) -> Petition:
    try:
        return queries.petition_for(official, petition_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def petitions(request: HttpRequest) -> HttpResponse:
    """List the petitions that an official organises."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    page = Paginator(queries.petitions_of(official), PAGE).get_page(request.GET.get("page"))
    lines = [(each, queries.state(each, now)) for each in page]
    return render(request, "desk/petitions.html", {"page": page, "lines": lines})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a petition down; what was typed comes back with a mistake."""
    official = access.official_or_404(request, queries.ORGANISE)
    form = PetitionForm(official, request.POST or None, initial=ready(request, 60, lead=1))
    if request.method == "POST" and form.is_valid():
        try:
            found = commands.draft_petition(form.draft(), by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:petition", found.pk)
    return render(
        request, "desk/petition_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@never_cache
@login_required
@require_GET
def petition(request: HttpRequest, petition_id: int) -> HttpResponse:
    """Show a petition with its check list."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _petition_or_404(official, petition_id)
    state = queries.state(found, now)
    checks = queries.check_list(found, now) if state == phases.DRAFT else []
    context = {
        "answer_by": answer_by(found.reached_at),
        "petition": found, "phase": found.phase, "state": state, "checks": checks,
        "came": queries.came(found), "ready": all(held for _title, held in checks),
    }  # fmt: skip
    return render(request, "desk/petition.html", context)


@login_required
@require_POST
def act(request: HttpRequest, petition_id: int, verb: str) -> HttpResponse:
    """Announce a petition, or throw a draft away."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _petition_or_404(official, petition_id)
    try:
        if verb == "announce":
            commands.announce_petition(found.pk, by=official, now=now)
            notices.success(request, _("Объявлено: слова и порог больше не изменятся"))
        elif verb == "drop":
            commands.drop_draft(found.pk, by=official, now=now)
            notices.success(request, _("Черновик удалён"))
            return redirect("desk:petitions")
        else:
            raise Http404
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    return redirect("desk:petition", found.pk)
