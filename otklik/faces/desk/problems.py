"""One cause behind many messages: group them, tell those who wait, answer all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

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
from otklik.faces.desk.phases import MOMENT
from otklik.flow.cases.queries import cases_of
from otklik.flow.cases.rules import Refused
from otklik.flow.instructions.queries import INSTRUCT
from otklik.flow.problems import commands, queries
from otklik.flow.roadmaps.queries import PLAN
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import locate, territories
from otklik.ground.topics.queries import directory, fact, topics
from otklik.participation.projects.queries import may_start

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.problems.models import Problem
    from otklik.ground.accounts.models import Official

KINDS = (
    ("cluster", _l("Общая причина")),
    ("outage", _l("Отключение, авария")),
    ("planned", _l("Плановые работы")),
)
RADII = (
    ("", _l("Весь муниципалитет")),
    ("300", _l("300 м вокруг")),
    ("1500", _l("1,5 км вокруг")),
    ("5000", _l("5 км вокруг")),
)
VERBS = (
    ("take", _l("Передать всё тому, кто устраняет")),
    ("start", _l("Взять всё в работу")),
    ("answer", _l("Ответить всем")),
    ("approve", _l("Согласовать ответ")),
    ("send_back", _l("Вернуть ответ")),
)
TILES = (
    ("cases", _l("Обращений")),
    ("unanswered", _l("Ждут ответа")),
    ("confirmed", _l("Подтвердили: решено")),
    ("disputed", _l("Не согласны")),
    ("joined", _l("И у меня")),
)
LISTS = dict(TILES) | {
    "cases": _l("Обращения"), "answered": _l("Дан ответ"), "solved": _l("И у меня: решено"),
    "unsolved": _l("И у меня: не решено"),
}  # fmt: skip
SHOWN, PAGE = 500, 100


class ProblemForm(forms.Form):
    """What an official says of a problem."""

    kind = forms.ChoiceField(label=_l("Вид"), choices=KINDS)
    title = forms.CharField(
        label=_l("Название для людей"), max_length=200,
        help_text=_l("Например: «Нет отопления на улицах Мира и Ленина»"),
    )  # fmt: skip
    about = forms.CharField(
        label=_l("Что известно"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    topic = forms.ChoiceField(label=_l("Тема"))
    territory = forms.ChoiceField(label=_l("Муниципалитет"), required=False)
    address = forms.CharField(
        label=_l("Середина: адрес"), required=False, max_length=300,
        help_text=_l("Нужна, если проблема не во всём муниципалитете"),
    )  # fmt: skip
    radius_m = forms.ChoiceField(label=_l("Где"), required=False, choices=RADII)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label=_l("Кто устраняет"), required=False)
    starts_at = forms.DateTimeField(label=_l("Началось"), required=False, widget=MOMENT)
    expected_at = forms.DateTimeField(label=_l("Обещают устранить"), required=False, widget=MOMENT)
    public = forms.BooleanField(
        label=_l("Показать всем и предлагать тем, кто пишет о том же"), required=False
    )
    collects = forms.BooleanField(
        label=_l("Новые похожие обращения присоединять без вопроса"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[Any]] = {
            "topic": [("", "…"), *show.topic_groups(topics(), "ru")],
            "territory": [("", "…"), *_sorted(territories())],
            "organisation": [("", _("Пока неизвестно")), *_sorted(organisations())],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
        radius = str(self["radius_m"].value() or "")
        if radius and radius not in dict(RADII):
            self.fields["radius_m"].choices = [*RADII, (radius, f"{radius} м")]  # type: ignore[attr-defined]
        for name, each in self.fields.items():
            if name not in {"public", "collects"}:
                each.widget.attrs.setdefault("class", "input")

    def draft(self) -> commands.Draft:
        """Return what was said; an address becomes a point."""
        said = self.cleaned_data
        radius = int(said["radius_m"]) if said["radius_m"] else None
        lat, lon = said["lat"], said["lon"]
        if said["address"]:
            place = locate(said["address"])
            if place is None:
                raise Refused(
                    "unknown_address", "Не нашли такой адрес: уточните", "The address is unknown"
                )
            lat, lon = place.lat, place.lon
        topic = fact(said["topic"])
        if topic is None:
            raise Refused("no_topic", "Выберите тему", "Choose a topic")
        return commands.Draft(
            title=said["title"], topic=topic, kind=said["kind"], about=said["about"],
            territory=territories().get(said["territory"]),
            organisation=organisations().get(said["organisation"]),
            lat=lat, lon=lon, radius_m=radius, starts_at=said["starts_at"],
            expected_at=said["expected_at"], public=said["public"], collects=said["collects"],
        )  # fmt: skip


def _sorted(found: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(((code, each.short_ru) for code, each in found.items()), key=lambda pair: pair[1])


def _problem_or_404(official: Official, problem_id: int) -> Problem:
    try:
        return queries.problem_for(official, problem_id)
    except ObjectDoesNotExist:
        raise Http404 from None


def _grouper(request: HttpRequest) -> Official:
    official = access.official_or_404(request)
    if not queries.may_group(official):
        raise PermissionDenied
    return official


@never_cache
@login_required
@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    """List the open problems and the groups of messages that may share a cause."""
    official = access.official_or_404(request)
    status = request.GET.get("status", "open")
    may_group = queries.may_group(official)
    found = queries.clusters_for(official, timezone.now()) if may_group else []
    context = {
        "problems": queries.problems_for(official, status=status)[:SHOWN],
        "status": status,
        "clusters": found,
        "may_group": may_group,
        "now": timezone.now(),
    }
    return render(request, "desk/problems.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a problem from chosen messages or from a suggestion, or declare an outage."""
    official = _grouper(request)
    numbers = request.POST.getlist("number") or request.GET.getlist("number")
    opening = request.method == "POST" and "title" in request.POST
    form = ProblemForm(request.POST) if opening else ProblemForm(initial=_first(request, numbers))
    if opening and form.is_valid():
        seen = cases_of(official).filter(number__in=numbers).values_list("number", flat=True)
        try:
            problem = commands.open_problem(
                form.draft(), numbers=list(seen), by=official, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, refusal.ru)
        else:
            notices.success(request, _("Проблема заведена"))
            return redirect("desk:problem", problem.pk)
    context = {"form": form, "numbers": numbers, "problem": None}
    return render(request, "desk/problem_form.html", context, status=422 if form.errors else 200)


def _first(request: HttpRequest, numbers: list[str]) -> dict[str, Any]:
    """Return what a group of messages already tells of its problem."""
    given = request.POST if request.method == "POST" else request.GET
    topic = fact(given.get("topic", ""))
    first: dict[str, Any] = {
        "kind": "cluster" if numbers else "outage", "topic": given.get("topic", ""),
        "title": topic.title_ru if topic else "", "lat": given.get("lat"), "lon": given.get("lon"),
        "radius_m": given.get("radius_m", ""), "public": True, "collects": bool(numbers),
        "territory": given.get("territory", ""), "starts_at": given.get("starts_at") or None,
    }  # fmt: skip
    common = queries.common_of(access.official_or_404(request), numbers) if numbers else None
    if common is not None:
        return {**first, **common} if not first["topic"] else {**common, **_said(first)}
    return first


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Change what is said of a problem."""
    official = _grouper(request)
    problem = _problem_or_404(official, problem_id)
    names = ("kind", "title", "about", "radius_m", "lat", "lon", "starts_at", "expected_at",
             "public", "collects")  # fmt: skip
    initial = {name: getattr(problem, name) for name in names} | {
        "topic": problem.topic.code,
        "territory": problem.territory.code if problem.territory else "",
        "organisation": problem.organisation.code if problem.organisation else "",
    }
    form = ProblemForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            commands.edit_problem(problem.pk, form.draft(), by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.ru)
        else:
            notices.success(request, _("Сохранено"))
            return redirect("desk:problem", problem.pk)
    context = {"form": form, "numbers": [], "problem": problem}
    return render(request, "desk/problem_form.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_GET
def problem(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Show a problem whole: its cases, those alike, news, and what may be done with all."""
    official = access.official_or_404(request)
    found = _problem_or_404(official, problem_id)
    return _page(request, official, found, part=request.GET.get("part", "cases"))


def _page(
    request: HttpRequest, official: Official, found: Problem, *, part: str = "cases",
    status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    if part not in queries.PARTS and part not in queries.SAID:
        raise Http404
    may_group = queries.may_group(official)
    doable = queries.doable(official, found)
    actions = list(queries.actions_of(found)[:20])
    context = {
        "problem": found,
        **_listed(request, official, found, part),
        "alike": queries.like_problem(official, found) if may_group else [],
        "outcome": (outcome := queries.outcome(found, official)),
        "elsewhere": found.links.count() - outcome["cases"],
        "verbs": [(verb, title, len(doable[verb])) for verb, title in VERBS if doable[verb]],
        "actions": actions,
        "running": any(each.finished_at is None for each in actions),
        "action_titles": dict(VERBS),
        "news": found.news.select_related("by__organisation"),
        "may_group": may_group,
        "may_instruct": powers_of(official).anywhere(INSTRUCT),
        "may_organise": may_start(official),
        "may_plan": powers_of(official).anywhere(PLAN),
        "about": _about(found),
        "results": directory("results").values(),
        "template": found.topic.template,
        "now": timezone.now(),
        **more,
    }
    return render(request, "desk/problem.html", context, status=status)


def _listed(request: HttpRequest, official: Official, found: Problem, part: str) -> dict[str, Any]:
    """Return the page of the list that a number of the problem opens."""
    joinings = part in queries.SAID
    rows: Any = queries.joinings_of(found, part) if joinings else queries.part_of(
        official, found, part
    )  # fmt: skip
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return {"part": part, "page": page, "cases": () if joinings else page,
            "joinings": page if joinings else (), "query": urlencode({"part": part}),
            "tiles": TILES, "part_title": LISTS[part], "said": queries.SAID}  # fmt: skip


def _about(found: Problem) -> str:
    """Return what an instruction or a roadmap begun from a problem already knows of it."""
    told = {
        "problem": str(found.pk), "topic": found.topic.code,
        "territory": found.territory.code if found.territory else "",
        "organisation": found.organisation.code if found.organisation else "",
    }  # fmt: skip
    return urlencode(_said(told))


@login_required
@require_POST
def act(request: HttpRequest, problem_id: int, verb: str) -> HttpResponse:
    """Do a verb with the problem itself, or ask for one to be done with all its cases."""
    official = access.official_or_404(request)
    found = _problem_or_404(official, problem_id)
    try:
        _do(request, official, found, verb)
    except Refused as refusal:
        more: dict[str, Any] = {
            "error": refusal.ru, "error_verb": verb, "typed": request.POST,
        }  # fmt: skip
        return _page(request, official, found, status=422, **more)
    return redirect("desk:problem", found.pk)


def _do(request: HttpRequest, official: Official, found: Problem, verb: str) -> None:
    if verb in commands.VERBS:
        values = {name: request.POST.get(name, "") for name in ("text", "result", "comment")}
        numbers = queries.doable(official, found)[verb]
        commands.act_on_all(
            found.pk, verb, numbers=numbers, values=values, by=official, now=timezone.now()
        )
        notices.success(request, _("Начато: ход виден ниже"))
        return
    if not queries.may_group(official):
        raise PermissionDenied
    if verb not in OWN_VERBS:
        raise Http404
    OWN_VERBS[verb](request, official, found)


def _attach(request: HttpRequest, official: Official, found: Problem) -> None:
    asked = cases_of(official).filter(number__in=request.POST.getlist("number"))
    numbers = list(asked.values_list("number", flat=True))
    done = commands.attach_cases(found.pk, numbers, by=official, now=timezone.now())
    notices.success(request, _("Присоединено: %(done)s") % {"done": done})


def _detach(request: HttpRequest, official: Official, found: Problem) -> None:
    for number in request.POST.getlist("number"):
        commands.detach_case(found.pk, number, by=official, now=timezone.now())


def _tell(request: HttpRequest, official: Official, found: Problem) -> None:
    try:
        expected_at = forms.DateTimeField(required=False).clean(request.POST.get("expected_at", ""))
    except forms.ValidationError:
        raise Refused("when", "Проверьте новый срок", "Check the new time") from None
    text = request.POST.get("text", "")
    commands.tell_waiting(
        found.pk, text=text, expected_at=expected_at, by=official, now=timezone.now()
    )
    notices.success(request, _("Расскажем всем, кто ждёт"))


def _close(request: HttpRequest, official: Official, found: Problem) -> None:
    text = request.POST.get("text", "")
    commands.close_problem(found.pk, text=text, by=official, now=timezone.now())


OWN_VERBS = {"attach": _attach, "detach": _detach, "tell": _tell, "close": _close}
