"""Roadmaps: complaints that repeat, their cause, measures, and the fall of messages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access, show
from otklik.faces.desk import figures
from otklik.flow.cases.rules import Refused
from otklik.flow.problems.queries import problems_for
from otklik.flow.roadmaps import commands, queries, rules
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.readers.statistics import queries as statistics
from otklik.readers.statistics.rules import BY_CODE, value

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from otklik.flow.roadmaps.models import Roadmap
    from otklik.ground.accounts.models import Official

WEEKS = 8
DAY = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class RoadmapForm(forms.Form):
    """What keeps coming, why, and against what the effect is measured."""

    title = forms.CharField(label=_l("Название"), max_length=200)
    topic = forms.ChoiceField(label=_l("Тема"))
    territory = forms.ChoiceField(label=_l("Где"), required=False)
    cause = forms.CharField(
        label=_l("Причина: почему жалобы повторяются"), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    baseline_since = forms.DateField(label=_l("Сравнить с периодом: с"), widget=DAY)
    baseline_until = forms.DateField(label=_l("Сравнить с периодом: по"), widget=DAY)
    target = forms.IntegerField(
        label=_l("Цель: на сколько процентов меньше сообщений"), min_value=1, max_value=100
    )
    problem = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = topics()
        whole = [(each.code, f"{each.title_ru}: вся тема") for each in tree.categories]
        places = sorted(((code, t.short_ru) for code, t in territories().items()),
                        key=lambda pair: pair[1])  # fmt: skip
        self.fields["topic"].choices = [  # type: ignore[attr-defined]
            ("", "…"), (_("Целиком"), whole), *show.topic_groups(tree, "ru"),
        ]  # fmt: skip
        self.fields["territory"].choices = [("", _("Вся область")), *places]  # type: ignore[attr-defined]
        for each in self.fields.values():
            each.widget.attrs.setdefault("class", "input")

    def draft(self, official: Official) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        problem = None
        if said.pop("problem"):
            problem = problems_for(official, status="").filter(pk=self["problem"].value()).first()
        return commands.Draft(**{
            **said, "topic": topics().by_code[said["topic"]], "problem": problem,
            "territory": territories().get(said["territory"]),
        })  # fmt: skip


@never_cache
@login_required
@require_GET
def roadmaps(request: HttpRequest) -> HttpResponse:
    """List roadmaps, and where complaints repeat so that one is worth beginning."""
    official = access.official_or_404(request, statistics.SEE)
    now = timezone.now()
    context = {
        "roadmaps": queries.roadmaps(),
        "plans": queries.plans(official),
        "weeks": WEEKS,
        "repeated": [
            {"found": each, "topic": figures.title_of("topic", each.topic),
             "territory": figures.title_of("territory", each.territory),
             "figure": figures.figure(
                 BY_CODE["received"],
                 value(BY_CODE["received"], each.messages, None, None),
                 statistics.Filters(since=each.since, topic=each.topic, territory=each.territory),
                 now,
             )}
            for each in statistics.repeated(official, now)
        ],
    }  # fmt: skip
    return render(request, "desk/roadmaps.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a roadmap, from a suggestion or from nothing."""
    official = access.official_or_404(request, queries.PLAN)
    now = timezone.now()
    form = RoadmapForm(request.POST) if request.method == "POST" else RoadmapForm(
        initial=_first(request.GET, now)
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        draft = form.draft(official)
        if not queries.may_plan(official, draft.topic, draft.territory):
            form.add_error("topic", _("Ваши полномочия не достают до этой темы и места"))
        else:
            try:
                made = commands.open_roadmap(draft, by=official, now=now)
            except Refused as refusal:
                form.add_error(None, refusal.ru)
            else:
                notices.success(request, _("Дорожная карта начата: внесите меры"))
                return redirect("desk:roadmap", made.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/roadmap_form.html", {"form": form}, status=status)


def _first(given: QueryDict, now: datetime) -> dict[str, Any]:
    topic = topics().by_code.get(given.get("topic", ""))
    place = territories().get(given.get("territory", ""))
    monday = rules.monday(timezone.localtime(now).date())
    return {
        "topic": topic.code if topic else "", "territory": place.code if place else "",
        "title": ", ".join(filter(None, [topic.title_ru if topic else "",
                                         place.short_ru if place else ""])),
        "baseline_since": monday - timedelta(weeks=WEEKS),
        "baseline_until": monday - timedelta(days=1), "target": 50,
        "problem": given.get("problem") or None,
    }  # fmt: skip


def _or_404(roadmap_id: int) -> Roadmap:
    try:
        return queries.roadmap(roadmap_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def roadmap(request: HttpRequest, roadmap_id: int) -> HttpResponse:
    """Show a roadmap with its effect."""
    official = access.official_or_404(request, statistics.SEE)
    return _page(request, official, _or_404(roadmap_id))


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


def _page(
    request: HttpRequest, official: Official, one: Roadmap, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    first = rules.monday(one.baseline_since)
    filters = statistics.Filters(
        since=_start(first),
        topic=one.topic.code,
        territory=one.territory.code if one.territory else "",
    )
    counts = statistics.weekly(official, filters, now)
    today = timezone.localtime(now).date()
    effect = rules.effect(
        [(date.fromisoformat(week), count) for week, count in counts.items()],
        one.baseline_since, one.baseline_until, today, one.target,
    )  # fmt: skip
    measures = list(one.measures.select_related("organisation"))
    marks = [((each.done_at - first).days / 7, each.what) for each in measures if each.done_at]
    before = {n: "before" for n, (day, _n) in enumerate(effect.weeks) if day <= one.baseline_until}
    received = BY_CODE["received"]
    context = {
        "one": one,
        "effect": effect,
        "measures": measures,
        "chart": figures.bars(
            [(f"{day:%d.%m}", count) for day, count in effect.weeks], marks, before
        ),
        "marks": [each for each in measures if each.done_at],
        "weeks": [
            (day, figures.figure(
                received, value(received, count, None, None),
                figures.narrowed(filters, "week", day.isoformat()), now,
            ), day <= one.baseline_until)
            for day, count in effect.weeks
        ],
        "leads": queries.may_plan(official, one.topic, one.territory) and not one.closed_at,
        "organisations": sorted(organisations().values(), key=lambda each: each.short_ru),
        "today": today,
        **more,
    }  # fmt: skip
    return render(request, "desk/roadmap.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, roadmap_id: int, verb: str) -> HttpResponse:
    """Plan a measure, settle one, or finish the roadmap."""
    official = access.official_or_404(request, statistics.SEE)
    one = _or_404(roadmap_id)
    if verb not in VERBS:
        raise Http404
    if not queries.may_plan(official, one.topic, one.territory):
        raise PermissionDenied
    try:
        VERBS[verb](one, request.POST, official, timezone.now())
    except Refused as refusal:
        more = {"error": refusal.ru, "error_verb": verb, "typed": request.POST}
        return _page(request, official, one, status=422, **more)
    notices.success(request, _("Готово"))
    return redirect("desk:roadmap", one.pk)


def _plan(one: Roadmap, given: QueryDict, official: Official, now: datetime) -> None:
    organisation = organisations().get(given.get("organisation", ""))
    if organisation is None:
        raise Refused("no_body", "Выберите, кто делает", "Choose who does it")
    commands.plan_measure(
        one.pk, what=given.get("what", ""), organisation=organisation,
        due=_day(given.get("due", "")), budget=_money(given.get("budget", "")), by=official,
        now=now,
    )  # fmt: skip


def _settle(one: Roadmap, given: QueryDict, official: Official, now: datetime) -> None:
    number = given.get("measure", "")
    if not number.isdigit() or not one.measures.filter(pk=int(number)).exists():
        raise Http404
    commands.settle_measure(
        one.pk, int(number), done=given.get("done") == "1",
        on=_day(given.get("on", "")) or timezone.localtime(now).date(),
        note=given.get("note", ""), by=official, now=now,
    )  # fmt: skip


def _close(one: Roadmap, given: QueryDict, official: Official, now: datetime) -> None:
    commands.close_roadmap(one.pk, conclusion=given.get("conclusion", ""), by=official, now=now)


VERBS = {"plan": _plan, "settle": _settle, "close": _close}


def _day(text: str) -> date | None:
    found = figures.midnight(text)
    return timezone.localtime(found).date() if found else None


def _money(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return forms.DecimalField(max_digits=14, decimal_places=2, min_value=0).clean(
            text.replace(" ", "").replace(",", ".")
        )
    except forms.ValidationError:
        raise Refused("money", "Деньги напишите числом", "Write the money as a number") from None
