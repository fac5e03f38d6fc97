"""Instructions: give one from a red place, take it on, report, check; the result returns there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import h3
from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk import figures
from otklik.faces.desk.phases import MOMENT
from otklik.faces.forms import uploads
from otklik.faces.papers import stored
from otklik.flow.cases.queries import cases_of, visible_numbers
from otklik.flow.cases.rules import Refused
from otklik.flow.instructions import commands, queries, rules
from otklik.flow.intake.files import ACCEPT
from otklik.flow.problems.queries import cases_in, problems_for
from otklik.ground.accounts.queries import powers_of
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories, territory_at
from otklik.ground.topics.queries import topics
from otklik.readers.heatmap import queries as heat
from otklik.readers.statistics.queries import SEE

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from otklik.flow.instructions.models import Instruction
    from otklik.flow.problems.models import Problem
    from otklik.ground.accounts.models import Official
    from otklik.ground.territories.models import Territory

PAGE, NUMBER = 50, 18
TERM = timedelta(days=3)
TABS = (
    ("mine", _l("Мне исполнить")), ("check", _l("Мне проверить")), ("given", _l("Дал я")),
    ("overdue", _l("Просрочено")), ("open", _l("Все в работе")), ("closed", _l("Закрытые")),
)  # fmt: skip
STEPS = {
    "give": _l("Поручение дано"), "accept": _l("Принято к исполнению"), "report": _l("Отчёт"),
    "confirm": _l("Исполнение подтверждено"), "send_back": _l("Возвращено на доработку"),
    "extend": _l("Срок перенесён"), "withdraw": _l("Поручение снято"),
    "overdue": _l("Срок прошёл"),
}  # fmt: skip


class InstructionForm(forms.Form):
    """To whom, what, until when, under whose control."""

    text = forms.CharField(
        label=_l("Что сделать"), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
        help_text=_l("Например: «Восстановить отопление в домах по улице Мира, доложить»"),
    )  # fmt: skip
    organisation = forms.ChoiceField(label=_l("Кому: организация"))
    official = forms.ChoiceField(label=_l("Кому лично"), required=False)
    due = forms.DateTimeField(label=_l("К какому сроку"), widget=MOMENT)
    control_by = forms.ChoiceField(label=_l("Кто проверит"), required=False)
    topic = forms.ChoiceField(label=_l("Тема"), required=False)
    territory = forms.ChoiceField(label=_l("Где"), required=False)
    place = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    problem = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = sorted(
            ((code, each.short_ru) for code, each in organisations().items() if not each.external),
            key=lambda pair: pair[1],
        )
        tree = topics()
        whole = [(each.code, f"{each.title_ru}: вся тема") for each in tree.categories]
        places = sorted(((code, t.short_ru) for code, t in territories().items()),
                        key=lambda pair: pair[1])  # fmt: skip
        choices: dict[str, list[Any]] = {
            "organisation": [("", "…"), *bodies],
            "official": [("", _("Руководитель решит сам")), *_people(queries.executors())],
            "control_by": [("", _("Я")), *_people(queries.controllers())],
            "topic": [("", "…"), (_("Целиком"), whole), *show.topic_groups(tree, "ru")],
            "territory": [("", _("Вся область")), *places],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
            self.fields[name].widget.attrs.setdefault("class", "input")

    def draft(self, official: Official) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        problem = _problem(official, str(said["problem"] or ""))
        return commands.Draft(
            text=said["text"], organisation=organisations()[said["organisation"]],
            official=queries.person(said["official"]), due=said["due"],
            control_by=queries.person(said["control_by"]), place=said["place"],
            territory=territories().get(said["territory"]),
            topic=topics().by_code.get(said["topic"]), problem=problem,
        )  # fmt: skip


def _people(found: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in found:
        groups.setdefault(each.organisation.short_ru, []).append((str(each.pk), str(each)))
    return sorted(groups.items())


def _reader(request: HttpRequest) -> Official:
    official = access.official_or_404(request)
    if not (queries.may_work(official) or powers_of(official).anywhere(SEE)):
        raise PermissionDenied
    return official


@never_cache
@login_required
@require_GET
def instructions(request: HttpRequest) -> HttpResponse:
    """List instructions: to fulfil, to check, given, overdue; or those that a number counts."""
    official = _reader(request)
    now = figures.moment_of(request.GET, timezone.now())
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else ""
    count = request.GET.get("count", "")
    if count in queries.COUNTS:
        filters = figures.filters_of(request.GET, now - timedelta(days=7), now)
        found = queries.counted_list(
            official, count, filters.since or now, filters.until or now, now
        )
    else:
        count = ""
        tab = tab or ("mine" if queries.tab(official, "mine", now).exists() else "open")
        found = queries.tab(official, tab, now)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page, "query": query.urlencode(), "tab": tab, "count": count, "now": now,
        "tabs": [(code, title, queries.tab(official, code, now).count()) for code, title in TABS],
        "may_give": powers_of(official).anywhere(queries.INSTRUCT),
    }  # fmt: skip
    return render(request, "desk/instructions.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Give an instruction, from a place of the map or from nowhere."""
    official = access.official_or_404(request, queries.INSTRUCT)
    now = timezone.localtime()
    given = request.POST if request.method == "POST" else request.GET
    place = given.get("place", "") or given.get("cell", "")
    why = _why(official, place, given.get("topic", ""), now)
    numbers = request.POST.getlist("number") or request.GET.getlist("number")
    problem = _problem(official, given.get("problem", ""))
    if problem is not None and not numbers:
        numbers = list(cases_in(official, problem).values_list("number", flat=True))
    if request.method == "POST":
        form = InstructionForm(request.POST)
        made = _given(form, official, numbers, now)
        if made is not None:
            notices.success(request, _("Поручение № %(number)s дано") % {"number": made.pk})
            return redirect("desk:instruction", made.pk)
    else:
        form = InstructionForm(initial=_first(official, request, place, why, now))
    context = {
        "form": form, "why": why, "problem": problem, "numbers": numbers,
        "chosen": set(numbers), "place": place, "title": heat.title(place)["ru"] if place else "",
    }  # fmt: skip
    return render(
        request, "desk/instruction_form.html", context, status=422 if form.errors else 200
    )


def _problem(official: Official, number: str) -> Problem | None:
    if not number.isdecimal() or len(number) > NUMBER:
        return None
    return problems_for(official, status="").filter(pk=int(number)).first()


def _why(official: Official, place: str, topic: str, now: datetime) -> dict[str, Any]:
    """Return why a place has its colour, with the cases that the giver may see."""
    if not place:
        return {}
    try:
        return heat.why(
            place, heat.HeatFilters(topics=(topic,) if topic else ()), now=now, public=False,
            shown=lambda numbers: visible_numbers(official, numbers),
        )  # fmt: skip
    except heat.UnknownPlaceError:
        raise Http404 from None


def _territory(place: str) -> Territory | None:
    if not place:
        return None
    return territories().get(place) or territory_at(*h3.cell_to_latlng(place))


def _first(
    official: Official, request: HttpRequest, place: str, why: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Return what the place already tells: where, what about, who holds most of its cases."""
    topic = request.GET.get("topic", "")
    if not topic and why.get("topics"):
        topic = why["topics"][0]["code"]
    numbers = [case["number"] for case in why.get("cases", []) if case["open"]]
    holders = [
        each.organisation.code
        for each in cases_of(official).filter(number__in=numbers)
        if each.organisation
    ]
    territory = territories().get(request.GET.get("territory", "")) or _territory(place)
    due = (now + TERM).replace(hour=18, minute=0, second=0, microsecond=0)
    return {
        "place": place, "topic": topic, "territory": territory.code if territory else "",
        "organisation": request.GET.get("organisation", "")
        or max(sorted(set(holders)), key=holders.count, default=""),
        "due": due, "problem": request.GET.get("problem") or None,
    }  # fmt: skip


def _given(
    form: InstructionForm, official: Official, numbers: list[str], now: datetime
) -> Instruction | None:
    if not form.is_valid():
        return None
    draft = form.draft(official)
    if draft.place:
        try:
            heat.level_of(draft.place)
        except heat.UnknownPlaceError:
            raise Http404 from None
    if not queries.may_give(official, draft.organisation, draft.territory, draft.topic):
        form.add_error(
            "organisation", _("Ваши полномочия не достают до этой организации, места и темы")
        )
        return None
    try:
        return commands.give(draft, numbers=numbers, by=official, now=now)
    except Refused as refusal:
        form.add_error({"due": "due", "empty": "text"}.get(refusal.code), refusal.ru)
        return None


def _one_or_404(official: Official, instruction_id: int) -> Instruction:
    try:
        return queries.instruction_for(official, instruction_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def instruction(request: HttpRequest, instruction_id: int) -> HttpResponse:
    """Show an instruction: what, to whom, until when, its steps, what may be done now."""
    official = access.official_or_404(request)
    return _page(request, official, _one_or_404(official, instruction_id))


def _page(
    request: HttpRequest, official: Official, one: Instruction, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    context = {
        "one": one,
        "steps": queries.steps_of(official, one),
        "history": [
            (each, STEPS.get(each.verb, each.verb))
            for each in queries.history_of(one)
        ],
        "cases": cases_of(official).filter(instruction_links__instruction=one),
        "hidden": one.links.count(),
        "late": rules.overdue(one.status, one.due, now),
        "place": heat.title(one.place)["ru"] if one.place else "",
        "accept": ACCEPT,
        "now": now,
        **more,
    }  # fmt: skip
    return render(request, "desk/instruction.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, instruction_id: int, verb: str) -> HttpResponse:
    """Take the step that a button says, if state, side and separate duties allow."""
    official = access.official_or_404(request)
    one = _one_or_404(official, instruction_id)
    if verb not in rules.BY_VERB:
        raise Http404
    if rules.BY_VERB[verb].side not in queries.sides_of(official, one):
        raise PermissionDenied
    try:
        _do(one, verb, request, official, timezone.now())
    except Refused as refusal:
        more = {"error": refusal.ru, "error_verb": verb, "typed": request.POST}
        return _page(request, official, one, status=422, **more)
    notices.success(request, _("Готово"))
    return redirect("desk:instruction", one.pk)


@never_cache
@login_required
@require_GET
def file(request: HttpRequest, instruction_id: int, token: str, variant: str) -> HttpResponseBase:
    """Give a file of a report to those who see the instruction."""
    official = access.official_or_404(request)
    try:
        found = queries.file_of(_one_or_404(official, instruction_id), token)
    except ObjectDoesNotExist:
        raise Http404 from None
    copies = {"public": found.public, "thumbnail": found.thumbnail}
    if variant == "original":
        return stored(found.original, found.mime, found.name, download=True)
    if variant not in copies:
        raise Http404
    return stored(copies[variant], "image/jpeg", f"{token}.jpg")


def _do(
    one: Instruction, verb: str, request: HttpRequest, official: Official, now: datetime
) -> None:
    said: dict[str, Any] = {"by": official, "now": now}
    if verb != "accept":
        said["text"] = request.POST.get("text", "")[:4000]
    if verb == "report":
        said["files"] = uploads(request, "files")
    if verb == "extend":
        said["due"] = _moment(request.POST.get("due", ""))
    getattr(commands, verb)(one.pk, **said)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found and found.tzinfo is None else found
