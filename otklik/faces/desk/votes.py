"""Votes for their organiser: write, see what is missing, announce. No result before the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from otklik.faces.desk.phases import WindowForm, ready
from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import commands, queries, threats
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import projects_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.ballots.models import Vote

PAGE = 50
METHODS = (
    ("single", _l("Один вариант")), ("approval", _l("Несколько вариантов")),
    ("score", _l("Оценка каждого варианта")), ("ranked:irv", _l("По порядку, один победитель")),
    ("ranked:stv", _l("По порядку, несколько победителей")),
    ("budget:greedy", _l("Бюджет: по числу голосов")),
    ("budget:shares", _l("Бюджет: метод равных долей")),
)  # fmt: skip
SECRECIES = (
    ("open", _l("Открытое: вы увидите, кто как проголосовал")),
    ("detached", _l("Тайное: бюллетень отделён от имени, доверие оператору")),
    ("blind", _l("Тайное: слепая подпись, нужен JavaScript")),
)


class VoteForm(WindowForm):
    """All that an organiser decides; nothing of it changes after the announcement."""

    field_order = (
        "project", "question", "about", "options", "method", "max_choices", "seats", "budget",
        "secrecy",
    )  # fmt: skip

    project = forms.ChoiceField(label=_l("Проект"), required=False)
    question = forms.CharField(label=_l("Вопрос"), max_length=300)
    about = forms.CharField(
        label=_l("Пояснение"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip
    options = forms.CharField(
        label=_l("Варианты, каждый с новой строки"), max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "input"}),
        help_text=_l("Для бюджета цена в рублях после черты: «Каток у школы | 1500000»"),
    )  # fmt: skip
    method = forms.ChoiceField(label=_l("Способ"), choices=METHODS)
    max_choices = forms.IntegerField(
        label=_l("Отметок не больше"), min_value=1, max_value=100, initial=1,
        help_text=_l("Для порядка не больше пяти: длинный порядок выдаёт голосующего"),
    )  # fmt: skip
    seats = forms.IntegerField(label=_l("Сколько побеждает"), min_value=1, initial=1)
    budget = forms.IntegerField(label=_l("Бюджет, руб."), min_value=0, initial=0)
    secrecy = forms.ChoiceField(label=_l("Тайна"), choices=SECRECIES, initial="detached")
    paper = forms.BooleanField(
        label=_l("Принимать и бюллетени на бумаге"), required=False,
        help_text=_l("Каждый лист до конца голосования вносят двое, не видя друг друга"),
    )  # fmt: skip
    quorum = forms.IntegerField(label=_l("Кворум, человек"), min_value=0, initial=0)
    threshold = forms.IntegerField(label=_l("Порог, больше чем %"), min_value=0, max_value=99,
                                   initial=0)  # fmt: skip

    def __init__(self, official: Official, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = {str(each.pk): each for each in projects_of(official)}
        self.fields["project"].choices = [  # type: ignore[attr-defined]
            ("", _("Новый, с названием вопроса")),
            *((pk, each.title) for pk, each in self.projects.items()),
        ]

    def clean_options(self) -> tuple[commands.Option, ...]:
        """Read the lines: a label, and after a bar its price."""
        found = []
        for line in self.cleaned_data["options"].splitlines():
            label, _bar, price = (part.strip() for part in line.partition("|"))
            digits = price.replace(" ", "").replace("\xa0", "")
            if digits and not digits.isdecimal():
                raise forms.ValidationError(_("Цена — целое число рублей: «%s»") % line.strip())
            if label:
                found.append(commands.Option(label[:200], cost=int(digits or 0)))
        return tuple(found)

    def draft(self) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        method, _colon, counting = said["method"].partition(":")
        single = method in {"single", "score"}
        return commands.Draft(
            question=said["question"], about=said["about"], method=method, counting=counting,
            secrecy=said["secrecy"], opens_at=said["opens_at"], closes_at=said["closes_at"],
            options=said["options"], project=self.projects.get(said["project"]),
            max_choices=1 if single else said["max_choices"],
            seats=said["seats"] if counting == "stv" else 1,
            budget=said["budget"] if method == "budget" else 0, quorum=said["quorum"],
            threshold=said["threshold"] if method in {"single", "approval"} else 0,
            paper=said["paper"], circle=self.circle(),
        )  # fmt: skip


def vote_or_404(official: Official, vote_id: int) -> Vote:
    """Return a vote that an official organises."""
    try:
        return queries.vote_for(official, vote_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def votes(request: HttpRequest) -> HttpResponse:
    """List the votes that an official organises."""
    official = access.official_or_404(request, queries.ORGANISE)
    page = Paginator(queries.votes_of(official), PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/votes.html", {"page": page})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a vote; what was typed comes back with a mistake."""
    official = access.official_or_404(request, queries.ORGANISE)
    form = VoteForm(official, request.POST or None, initial=ready(request, 14))
    if request.method == "POST" and form.is_valid():
        try:
            found = commands.draft_vote(form.draft(), by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:vote", found.pk)
    return render(
        request, "desk/vote_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@never_cache
@login_required
@require_GET
def vote(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Show a vote to its organiser: the check list before, how many took a ballot during."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = vote_or_404(official, vote_id)
    checks = queries.check_list(found, timezone.now()) if found.status == "draft" else []
    context = {
        "vote": found, "phase": found.phase, "options": found.options.all(), "checks": checks,
        "ready": all(holds for _title, holds in checks), "issued": queries.issued(found),
        "threats": threats.of(found.secrecy), "cell": phases.CELL, "held": queries.set_aside(found),
    }  # fmt: skip
    return render(request, "desk/vote.html", context)


@login_required
@require_POST
def announce(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Publish the terms; nothing changes after."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = vote_or_404(official, vote_id)
    try:
        commands.announce_vote(found.pk, by=official, now=timezone.now())
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    else:
        notices.success(request, _("Объявлено: условия опубликованы и больше не изменятся"))
    return redirect("desk:vote", found.pk)


@login_required
@require_POST
def drop(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Throw a draft away."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = vote_or_404(official, vote_id)
    try:
        commands.drop_draft(found.pk, by=official, now=timezone.now())
    except Refused as refusal:
        notices.error(request, show.said(refusal))
        return redirect("desk:vote", found.pk)
    notices.success(request, _("Черновик удалён"))
    return redirect("desk:votes")
