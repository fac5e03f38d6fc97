"""What came of votes, for those who decide and those who promised: lists, decision, obligations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access, show
from otklik.faces.forms import uploads
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.queries import topics
from otklik.participation.outcomes import commands, queries, rules

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.outcomes.models import Obligation

PAGE = 50
SECTION = (queries.ORGANISE, queries.FULFIL, queries.READ)
DAY = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
VERDICTS = (
    ("accepted", _l("Принято: сделаем, как решили жители")), ("partly", _l("Принято частично")),
    ("rejected", _l("Отклонено")), ("postponed", _l("Отложено")),
)  # fmt: skip
TABS = {
    "overdue": _l("Просрочено"), "undecided": _l("Без решения"), "running": _l("Выполняется"),
    "done": _l("Всё сделано или обязательств нет"),
}  # fmt: skip
PHOTOS = "image/jpeg,image/png,image/webp,image/heic"


MOST = 200
"""So many messages are tied at once."""


class RulingForm(forms.Form):
    """What was decided, why and by whom."""

    verdict = forms.ChoiceField(label=_l("Решение"), choices=VERDICTS)
    reason = forms.CharField(
        label=_l("Почему так"), max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
        help_text=_l("Простыми словами: это прочтут все, кто голосовал"),
    )  # fmt: skip
    signer = forms.CharField(
        label=_l("Кто решил"), max_length=200, help_text=_l("Должность и имя того, кто подписал")
    )
    decided_on = forms.DateField(label=_l("Когда решили"), widget=DAY)
    document = forms.CharField(
        label=_l("Документ"), max_length=300, required=False,
        help_text=_l("Например: постановление № 45 от 12.11.2026"),
    )  # fmt: skip
    document_url = forms.URLField(
        label=_l("Ссылка на документ"), max_length=500, required=False, assume_scheme="https"
    )
    topic = forms.ChoiceField(label=_l("Тема"), required=False)
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = {each.code: each for each in topics().categories}
        self.fields["topic"].choices = [  # type: ignore[attr-defined]
            ("", _("Не выбрана")), *((code, each.title_ru) for code, each in self.topics.items()),
        ]  # fmt: skip
        for each in self.fields.values():
            each.widget.attrs.setdefault("class", "input")

    def said(self) -> commands.Said:
        """Return what was said."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "replaces"}
        return commands.Said(**{**given, "topic": self.topics.get(given["topic"])})


class PromiseForm(forms.Form):
    """What a body is to do, and by which day."""

    what = forms.CharField(label=_l("Что будет сделано"), max_length=300)
    organisation = forms.ChoiceField(label=_l("Кто делает"))
    due = forms.DateField(label=_l("К какому дню"), widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = sorted((code, str(each)) for code, each in organisations().items())
        self.fields["organisation"].choices = sorted(  # type: ignore[attr-defined]
            bodies, key=lambda pair: pair[1]
        )
        for each in self.fields.values():
            each.widget.attrs.setdefault("class", "input")


def _official(request: HttpRequest) -> Official:
    """Return the official who asks, if any of the section's permissions is theirs."""
    found = access.official_or_404(request)
    if not any(map(powers_of(found).anywhere, SECTION)):
        raise PermissionDenied
    return found


def _outcome_or_404(official: Official, phase_id: int, now: datetime) -> queries.Outcome:
    try:
        return queries.outcome_for(official, phase_id, now)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def outcomes(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, what is broken, what goes on, what is done."""
    official, now = _official(request), timezone.now()
    lists = queries.lists(official, now)
    first = next((name for name in queries.TABS if lists[name]), queries.TABS[0])
    asked = request.GET.get("tab", "")
    tab = asked if asked in queries.TABS else first
    page = Paginator(lists[tab], PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": [(code, title, len(lists[code])) for code, title in TABS.items()], "tab": tab,
        "page": page, "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "desk/outcomes.html", context)


@never_cache
@login_required
@require_GET
def outcome(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Show what came of a phase, and what may be said now."""
    official = _official(request)
    return _page(request, official, _outcome_or_404(official, phase_id, timezone.now()))


def _page(
    request: HttpRequest, official: Official, one: queries.Outcome, *, status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    decides, now = queries.may_decide(official, one.phase), one.ruling
    first = {"decided_on": one.today, "replaces": now.pk if now else None}
    lines = [
        {"one": each, "late": rules.late(each.state, each.due, one.today),
         "steps": rules.steps_for(each.state, queries.sides_of(official, one.phase, each))}
        for each in one.obligations
    ]  # fmt: skip
    context = {
        "one": one, "lines": lines, "decides": decides, "today": one.today, "photos": PHOTOS,
        "ruling_form": RulingForm(initial=first, prefix="ruling") if decides else None,
        "promise_form": PromiseForm(prefix="promise") if decides and now else None, **more,
    }  # fmt: skip
    return render(request, "desk/outcome.html", context, status=status)


@login_required
@require_POST
def decide(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Say what was decided; what was typed comes back with a mistake."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    one = _outcome_or_404(official, phase_id, now)
    if not queries.may_decide(official, one.phase):
        raise PermissionDenied
    form = RulingForm(request.POST, prefix="ruling")
    if form.is_valid():
        try:
            commands.decide(
                phase_id, form.said(), replaces=form.cleaned_data["replaces"], by=official, now=now
            )
        except Refused as refusal:
            field = refusal.code if refusal.code in form.fields else None
            form.add_error(field, show.said(refusal))
        else:
            notices.success(request, _("Решение опубликовано; участникам ушли письма"))
            return redirect("desk:outcome", phase_id)
    return _page(request, official, one, status=422, ruling_form=form)


@login_required
@require_POST
def promise(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Add an obligation to the decision that holds."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    one = _outcome_or_404(official, phase_id, now)
    if not queries.may_decide(official, one.phase) or one.ruling is None:
        raise PermissionDenied
    form = PromiseForm(request.POST, prefix="promise")
    if form.is_valid():
        said = form.cleaned_data
        try:
            commands.promise(
                one.ruling.pk, what=said["what"], due=said["due"], by=official, now=now,
                organisation=organisations()[said["organisation"]],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("due" if refusal.code == "due" else "what", show.said(refusal))
        else:
            notices.success(request, _("Обязательство опубликовано"))
            return redirect("desk:outcome", phase_id)
    return _page(request, official, one, status=422, promise_form=form)


@login_required
@require_POST
def act(request: HttpRequest, obligation_id: int, verb: str) -> HttpResponse:
    """Tell how an obligation goes, that it is done, that its day moves, that it is dropped."""
    official, now = _official(request), timezone.now()
    if verb not in rules.BY_VERB:
        raise Http404
    try:
        one, obligation = queries.obligation_for(official, obligation_id, now)
    except ObjectDoesNotExist:
        raise Http404 from None
    if not rules.BY_VERB[verb].sides & queries.sides_of(official, one.phase, obligation):
        raise PermissionDenied
    try:
        _do(request, obligation, verb, official, now)
    except Refused as refusal:
        more = {"error": show.said(refusal), "error_at": f"{obligation_id}-{verb}",
                "typed": request.POST}  # fmt: skip
        return _page(request, official, one, status=422, **more)
    notices.success(request, _("Готово: это видно всем"))
    return redirect("desk:outcome", one.phase.pk)


def _do(
    request: HttpRequest, obligation: Obligation, verb: str, official: Official, now: datetime
) -> None:
    given = request.POST
    said: dict[str, Any] = {"text": given.get("text", "")[:4000], "by": official, "now": now}
    if verb == "link":
        numbers = said.pop("text").replace("-", "").replace(",", " ").split()[:MOST]
        said["cases"] = queries.cases_named(official, numbers)
    if verb in {"progress", "keep"}:
        said["files"] = uploads(request, "photos")
    if verb == "progress":
        percent = given.get("percent", "")
        said["percent"] = int(percent) if percent.isdecimal() else None
    if verb == "keep":
        said["on"] = _day(given.get("on", ""))
    if verb == "move":
        said["due"] = _day(given.get("due", ""))
    getattr(commands, verb)(obligation.pk, **said)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
