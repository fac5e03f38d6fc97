"""Projects on the desk: begin one from messages, a problem or a place; what it grew from."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk.phases import MOMENT, places_and_themes
from otklik.faces.templatetags.otklik import titled
from otklik.flow.cases import queries as cases
from otklik.flow.problems import queries as problems
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.participation.projects import commands, queries, rules
from otklik.readers.heatmap import queries as heat

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.participation.projects.models import Project

PAGE = 50
MOST = 500
"""So many messages are tied at once."""
NEW = {
    "vote": "desk:new_vote", "survey": "desk:new_survey", "discussion": "desk:new_discussion",
    "statements": "desk:new_conversation", "petition": "desk:new_petition",
    "project": "desk:new_project",
}  # fmt: skip
"""Where a question of each kind is written."""
STAGE = {"announce_stage": commands.announce_stage, "drop_stage": commands.drop_stage}


class StageForm(forms.Form):
    """A step in which nobody is asked."""

    kind = forms.ChoiceField(
        label=_l("Что это"),
        choices=[("info", _l("Рассказ: что уже есть и что будет")),
                 ("review", _l("Рассмотрение: экспертиза, смета, проверка"))],
    )  # fmt: skip
    title = forms.CharField(label=_l("Название"), max_length=200)
    text = forms.CharField(
        label=_l("Что происходит"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip
    opens_at = forms.DateTimeField(label=_l("С"), widget=MOMENT)
    closes_at = forms.DateTimeField(label=_l("По"), widget=MOMENT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "stage_%s"
        for each in self.fields.values():
            each.widget.attrs.setdefault("class", "input")


def _project_or_404(official: Official, project_id: int) -> Project:
    try:
        return queries.project_for(official, project_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """List the projects that an official leads."""
    official = access.official_or_404(request, *queries.START)
    page = Paginator(queries.led_by(official), PAGE).get_page(request.GET.get("page"))
    organises = powers_of(official).anywhere(queries.ORGANISE)
    return render(
        request, "desk/projects.html", {"page": page, "forms": ways() if organises else []}
    )


def ways(project: Project | None = None) -> list[dict[str, str]]:
    """Return the ready forms with where each begins, within a project if one is given."""
    found = []
    for code, line in queries.ready_forms().items():
        of = line.extra.get("of", "")
        if of not in NEW or (project and of == "project"):
            continue
        query = urlencode({"form": code, **({"project": project.pk} if project else {})})
        about = titled(line.extra.get("about", {}))
        found.append({"title": titled(line), "about": about, "link": f"{reverse(NEW[of])}?{query}"})
    return found


def _numbers(text: str) -> list[str]:
    return re.findall(r"[0-9A-Za-zА-Яа-я-]{4,}", text)[:MOST]


def _visible(official: Official, text: str) -> QuerySet[Case]:
    """Return those of the named messages that an official may see."""
    said = [each.replace("-", "") for each in _numbers(text)]
    return cases.cases_of(official).filter(number__in=[*said, *_numbers(text)])


def _begun(request: HttpRequest, official: Official) -> dict[str, str]:
    """Return what a project begun from a problem, a place or messages already knows."""
    given = request.GET
    if given.get("problem", "").isdecimal():
        try:
            found = problems.problem_for(official, int(given["problem"]))
        except ObjectDoesNotExist:
            raise Http404 from None
        numbers = problems.cases_in(official, found).values_list("number", flat=True)[:MOST]
        place = found.territory.code if found.territory else ""
        return {"title": found.title, "summary": found.about, "territory": place,
                "numbers": " ".join(numbers)}  # fmt: skip
    if "cell" in given:
        return _of_place(official, given["cell"])
    return {"numbers": given.get("numbers", ""), "territory": given.get("territory", "")}


def _of_place(official: Official, cell: str) -> dict[str, str]:
    shown = partial(cases.visible_numbers, official)
    try:
        why = heat.why(cell, heat.HeatFilters(), now=timezone.now(), public=False, shown=shown)
    except heat.UnknownPlaceError:
        raise Http404 from None
    return {"title": str(why["title"]["ru"]), "territory": cell if cell in territories() else "",
            "numbers": " ".join(each["number"] for each in why["cases"][:MOST])}  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a project, with the messages that it grows from; what was typed comes back."""
    official = access.official_or_404(request, *queries.START)
    error, typed = "", request.POST.dict() if request.method == "POST" else {}
    if request.method == "POST":
        try:
            made = commands.start_project(
                title=typed.get("title", ""), summary=typed.get("summary", ""),
                territory=territories().get(typed.get("territory", "")),
                topic=topics().by_code.get(typed.get("topic", "")), by=official, now=timezone.now(),
            )  # fmt: skip
            _planned(made, request.GET.get("form", ""), official)
            found = list(_visible(official, typed.get("numbers", "")))
            commands.link_cases(made, found, by=official, now=timezone.now())
        except Refused as refusal:
            error = show.said(refusal)
        else:
            return redirect("desk:project", made.pk)
    context = {
        "typed": typed or _begun(request, official), "error": error, **places_and_themes(),
        "steps": queries.steps_in(request.GET.get("form", "")),
    }  # fmt: skip
    return render(request, "desk/project_form.html", context, status=422 if error else 200)


def _planned(made: Project, form: str, official: Official) -> None:
    """Write down the steps of a ready form, one after another; what is asked is written apart."""
    at = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    for step in queries.steps_in(form):
        end = at + timedelta(days=int(step.get("days", 14)))
        if step["of"] in rules.TOLD:
            commands.plan_stage(
                made, kind=step["of"], title=step["title"]["ru"],
                text=step.get("text", {}).get("ru", ""), opens_at=at, closes_at=end, by=official,
                now=timezone.now(),
            )  # fmt: skip
        at = end


@never_cache
@login_required
@require_GET
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show a project, its steps and the messages it grew from, as far as one may see them."""
    official = access.official_or_404(request, *queries.START)
    return _page(request, official, _project_or_404(official, project_id))


def _page(
    request: HttpRequest, official: Official, found: Project, form: StageForm | None = None
) -> HttpResponse:
    mine = cases.cases_of(official).filter(pk__in=queries.cases_of(found))
    context = {
        "project": found, "cases": mine.select_related("topic")[:MOST],
        "linked": queries.cases_of(found).count(),
        "phases": queries.all_steps_of(found),
        "form": form or StageForm(), "told": rules.TOLD,
        "ways": ways(found) if powers_of(official).anywhere(queries.ORGANISE) else [],
    }  # fmt: skip
    return render(request, "desk/project.html", context, status=422 if form else 200)


@login_required
@require_POST
def act(request: HttpRequest, project_id: int, verb: str) -> HttpResponse:
    """Tie messages to a project, untie one, show it to everybody; plan and announce its steps."""
    official, now = access.official_or_404(request, *queries.START), timezone.now()
    found, said = _project_or_404(official, project_id), request.POST.get("numbers", "")
    if verb == "link":
        new_ones = commands.link_cases(found, list(_visible(official, said)), by=official, now=now)
        notices.success(request, _("Связано сообщений: %d") % new_ones)
    elif verb == "unlink":
        commands.unlink_case(found, said, by=official, now=now)
    elif verb == "stage":
        return _stage(request, official, found)
    elif verb in STAGE:
        return _on_stage(request, official, found, verb)
    elif verb == "publish":
        commands.publish_project(found, by=official, now=now)
        notices.success(request, _("Проект видят все"))
    else:
        raise Http404
    return redirect("desk:project", found.pk)


def _stage(request: HttpRequest, official: Official, found: Project) -> HttpResponse:
    """Plan a step without a question; what was typed comes back with a mistake."""
    form = StageForm(request.POST)
    if form.is_valid():
        try:
            commands.plan_stage(found, **form.cleaned_data, by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:project", found.pk)
    return _page(request, official, found, form)


def _on_stage(request: HttpRequest, official: Official, found: Project, verb: str) -> HttpResponse:
    said = request.POST.get("phase", "")
    phase = int(said) if said.isdecimal() else 0
    try:
        STAGE[verb](found, phase, by=official, now=timezone.now())
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    return redirect("desk:project", found.pk)
