"""Surveys for their organiser: write questions, look, check, announce; take the table after."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
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

from otklik.faces import access, papers, show
from otklik.faces.desk import branching
from otklik.faces.desk.phases import PhaseForm, ready
from otklik.faces.questions import all_fields, fields, given, group_title, reading
from otklik.faces.templatetags.otklik import label, named
from otklik.flow.intake.files import ACCEPT
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import age_bands
from otklik.participation.surveys import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from otklik.ground.accounts.models import Official
    from otklik.participation.surveys.models import Survey, SurveyQuestion

PAGE = 50
ON_A_QUESTION = ("unask", "up", "down")
KINDS = (
    ("single", _l("Один вариант")), ("multiple", _l("Несколько вариантов")),
    ("scale", _l("Шкала")), ("ranking", _l("Расставить по местам")),
    ("matrix", _l("Таблица: по варианту в строке")), ("number", _l("Целое число")),
    ("date", _l("Дата")), ("short", _l("Короткий ответ словами")),
    ("long", _l("Развёрнутый ответ словами")), ("point", _l("Место на карте")),
    ("file", _l("Файл")), ("statement", _l("Пояснение без вопроса")),
)  # fmt: skip
LINES = forms.Textarea(attrs={"rows": 4, "class": "input"})


class SurveyForm(PhaseForm):
    """When, whom and what about."""

    guests = forms.BooleanField(
        label=_l("Без входа: один ответ с одного браузера"), required=False,
        help_text=_l("Итог — не число людей, страница это скажет. Квоты и круг тогда невозможны"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].label = _("Зачем спрашиваем")
        self.fields["min_level"].help_text = _(
            "Ниже стандартной — на странице будет «опрос без проверки личности»"
        )

    def draft(self) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        return commands.Draft(
            said["title"], said["opens_at"], said["closes_at"], said["about"],
            self.circle(), said["guests"], self.chosen,
        )  # fmt: skip


class QuotaForm(forms.Form):
    """Of whom no more than so many answers are counted."""

    place = forms.ChoiceField(label=_l("Территория"), required=False)
    band = forms.ChoiceField(label=_l("Возраст"), required=False)
    sex = forms.ChoiceField(
        label=_l("Пол"), required=False,
        choices=[("", _l("любой")), ("f", _l("женский")), ("m", _l("мужской"))],
    )  # fmt: skip
    most = forms.IntegerField(label=_l("Ответов не больше"), min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = sorted(territories().values(), key=named)
        bands = [(each.code, label(each.code, "age_bands")) for each in age_bands()]
        self.fields["place"].choices = [("", _("любая")), *((p.code, named(p)) for p in places)]  # type: ignore[attr-defined]
        self.fields["band"].choices = [("", _("любой")), *bands]  # type: ignore[attr-defined]
        for each in self.fields.values():
            each.widget.attrs["class"] = "input"

    @property
    def group(self) -> rules.Group:
        """Return of whom."""
        said = self.cleaned_data
        return rules.Group(said["place"], said["band"], said["sex"])


class QuestionForm(forms.Form):
    """One question: what, how it is answered, on which page, when it is asked."""

    kind = forms.ChoiceField(label=_l("Вид"), choices=KINDS)
    text = forms.CharField(label=_l("Вопрос"), max_length=300)
    hint = forms.CharField(label=_l("Пояснение"), max_length=300, required=False)
    required = forms.BooleanField(label=_l("Ответ обязателен"), required=False)
    page = forms.IntegerField(label=_l("Страница"), min_value=1, max_value=50, initial=1)
    options = forms.CharField(
        label=_l("Варианты, каждый с новой строки"), required=False, max_length=8000, widget=LINES
    )
    rows = forms.CharField(
        label=_l("Строки таблицы, каждая с новой строки"), required=False, max_length=8000,
        widget=LINES,
    )  # fmt: skip
    low = forms.IntegerField(label=_l("От (шкала, число, отметок)"), required=False)
    high = forms.IntegerField(label=_l("До"), required=False)
    low_label = forms.CharField(label=_l("Подпись начала шкалы"), max_length=60, required=False)
    high_label = forms.CharField(label=_l("Подпись конца шкалы"), max_length=60, required=False)
    when = forms.ChoiceField(
        label=_l("Спрашивать"), required=False,
        help_text=_l("Условие — только от ответов прежних страниц"),
    )  # fmt: skip
    join = forms.ChoiceField(
        label=_l("Со вторым условием"), required=False,
        choices=[("all", _l("и: нужны оба")), ("any", _l("или: хватит одного"))],
    )  # fmt: skip
    also = forms.ChoiceField(label=_l("Второе условие"), required=False)

    def __init__(self, survey: Survey, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = branching.conditions(survey)
        self.fields["when"].choices = [("", _("всегда")), *lines]  # type: ignore[attr-defined]
        self.fields["also"].choices = [("", _("нет")), *lines]  # type: ignore[attr-defined]
        for each in self.fields.values():
            if not isinstance(each.widget, forms.CheckboxInput):
                each.widget.attrs.setdefault("class", "input")

    @staticmethod
    def said_of(question: SurveyQuestion) -> dict[str, Any]:
        """Return a question as the form shows it."""
        one = question.asked
        chosen, every = branching.codes(one.show_if)
        when, also = (*chosen, "", "")[:2]
        return {
            "kind": one.kind, "text": one.text, "hint": question.hint, "required": one.required,
            "page": one.page, "options": "\n".join(one.options), "rows": "\n".join(one.rows),
            "low": one.low, "high": one.high, "low_label": question.low_label,
            "high_label": question.high_label, "when": when, "also": also,
            "join": "all" if every else "any",
        }  # fmt: skip

    @property
    def more(self) -> dict[str, str]:
        """Return the words beside a question."""
        return {name: self.cleaned_data[name] for name in ("hint", "low_label", "high_label")}

    def asked(self) -> rules.Asked:
        """Return what was said."""
        said = self.cleaned_data
        return rules.Asked(
            "", said["kind"], said["page"], said["text"],
            said["required"] and said["kind"] != "statement",
            _lines(said["options"]), _lines(said["rows"]),
            said["low"] or 0, said["high"] or 0,
            branching.tree((said["when"], said["also"]), every=said["join"] != "any"),
        )  # fmt: skip


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


def _survey_or_404(official: Official, survey_id: int) -> Survey:
    try:
        return queries.survey_for(official, survey_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@never_cache
@login_required
@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """List the surveys that an official organises."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    page = Paginator(queries.surveys_of(official), PAGE).get_page(request.GET.get("page"))
    lines = [(each, queries.state(each, now)) for each in page]
    return render(request, "desk/surveys.html", {"page": page, "lines": lines})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a survey; what was typed comes back with a mistake."""
    official = access.official_or_404(request, queries.ORGANISE)
    form = SurveyForm(official, request.POST or None, initial=ready(request, 14))
    if request.method == "POST" and form.is_valid():
        try:
            found = commands.draft_survey(form.draft(), by=official, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:survey", found.pk)
    return render(
        request, "desk/survey_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Show a survey with its check list, and take a new question of a draft."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _survey_or_404(official, survey_id)
    form = QuestionForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.ask(found.pk, form.asked(), by=official, now=now, **form.more)
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:survey", found.pk)
    state = queries.state(found, now)
    checks = queries.check_list(found, now) if state == phases.DRAFT else []
    context = {
        "survey": found, "phase": found.phase, "state": state, "checks": checks, "form": form,
        "questions": [
            (each, each.asked.labels.values(), each.asked.lines.values(),
             branching.in_words(found, each.show_if))
            for each in found.questions.all()
        ],
        "ready": all(held for _title, held in checks), "came": queries.came(found),
        "quotas": [
            {**each, "title": group_title(each["quota"])} for each in queries.quotas(found)
        ],
        "quota_form": QuotaForm(), "files": queries.files_of(found)[:PAGE],
    }  # fmt: skip
    return render(request, "desk/survey.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def act(request: HttpRequest, survey_id: int, verb: str) -> HttpResponse:
    """Announce a survey, throw a draft away, or take a question of it away."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _survey_or_404(official, survey_id)
    try:
        if verb == "announce":
            commands.announce_survey(found.pk, by=official, now=now)
            notices.success(request, _("Объявлено: вопросы больше не изменятся"))
        elif verb == "drop":
            commands.drop_draft(found.pk, by=official, now=now)
            notices.success(request, _("Черновик удалён"))
            return redirect("desk:surveys")
        elif verb == "count":
            number = commands.count_held(found.pk, by=official, now=now)
            notices.success(request, _("Учтено отложенных ответов: %d") % number)
        elif verb in ON_A_QUESTION:
            _on_question(request, found, verb, official)
        elif verb in {"limit", "unlimit"}:
            _on_quota(request, found, verb, official)
        else:
            raise Http404
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    return redirect("desk:survey", found.pk)


def _on_quota(request: HttpRequest, found: Survey, verb: str, official: Official) -> None:
    said, now = request.POST.get("quota", ""), timezone.now()
    if verb == "unlimit":
        commands.unlimit_group(found.pk, int(said) if said.isdecimal() else 0, by=official, now=now)
        return
    form = QuotaForm(request.POST)
    if not form.is_valid():
        raise Refused("quota", "Квота не читается: сколько ответов нужно?",
                      "The quota cannot be read: how many answers are needed?")  # fmt: skip
    commands.limit_group(found.pk, form.group, form.cleaned_data["most"], by=official, now=now)


def _on_question(request: HttpRequest, found: Survey, verb: str, official: Official) -> None:
    said, now = request.POST.get("question", ""), timezone.now()
    question = found.questions.filter(pk=int(said) if said.isdecimal() else 0).first()
    if question is None:
        raise Http404
    if verb == "unask":
        commands.unask(found.pk, question.pk, by=official, now=now)
    else:
        commands.move(found.pk, question.pk, up=verb == "up", by=official, now=now)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, survey_id: int, question_id: int) -> HttpResponse:
    """Ask a question of a draft otherwise; what was typed comes back with a mistake."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = _survey_or_404(official, survey_id)
    one = found.questions.filter(pk=question_id).first()
    if one is None or queries.state(found, timezone.now()) != phases.DRAFT:
        raise Http404
    form = QuestionForm(found, request.POST or None, initial=QuestionForm.said_of(one))
    if request.method == "POST" and form.is_valid():
        try:
            commands.reword(
                found.pk, one.pk, form.asked(), by=official, now=timezone.now(), **form.more
            )
        except Refused as refusal:
            form.add_error(None, show.said(refusal))
        else:
            return redirect("desk:survey", found.pk)
    context = {"survey": found, "form": form}
    return render(
        request, "desk/survey_question.html", context, status=422 if form.is_bound else 200
    )


@never_cache
@login_required
@require_GET
def preview(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Walk through a survey as a citizen would; nothing is kept but in the page's address."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = _survey_or_404(official, survey_id)
    questions = [
        replace(one, required=one.required and one.kind != "file") for one in queries.asked(found)
    ]
    typed = {one.key: given(one, request.GET) for one in questions}
    answers, refused = rules.read(questions, typed, queries.checked)
    page = request.GET.get("page", "")
    at = int(page) if page.isdecimal() else 0
    wrong = {one.key for one in questions if one.page == at} & set(refused)
    if not wrong:
        at = rules.next_page(questions, answers, at)
    shown = fields(found, at, answers, typed, {key: refused[key] for key in wrong})
    here = {each["row"].key for each in shown}
    carried = [
        (name, value) for name, values in request.GET.lists() for value in values
        if name != "page" and name.partition("_")[0] not in here
    ]  # fmt: skip
    context = {
        "survey": found, "fields": shown, "page": at, "carried": carried,
        "lines": [] if at else reading(found, answers),
    }  # fmt: skip
    return render(request, "desk/survey_preview.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Enter an answer from paper or by phone; what was typed comes back with a mistake."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _survey_or_404(official, survey_id)
    if queries.state(found, now) != phases.OPEN:
        raise Http404
    typed: dict[str, Any] = {}
    refused: dict[str, Refused] = {}
    error = ""
    if request.method == "POST":
        typed = {one.key: given(one, request.POST) for one in queries.asked(found)}
        source, scan = request.POST.get("source", ""), request.FILES.getlist("scan")
        try:
            refused = commands.enter_sheet(
                found.pk, typed, source=source, scan=scan, by=official, now=now
            )
        except Refused as refusal:
            error = show.said(refusal)
        if not refused and not error:
            notices.success(request, _("Ответ внесён. Можно вносить следующий"))
            return redirect("desk:enter_sheet", found.pk)
    context = {
        "survey": found, "fields": all_fields(found, typed, refused), "error": error,
        "refused": refused, "source": request.POST.get("source", "paper"), "accept": ACCEPT,
        "sheets": queries.sheets_of(found)[:PAGE],
    }  # fmt: skip
    bad = bool(error or refused)
    return render(request, "desk/survey_enter.html", context, status=422 if bad else 200)


@never_cache
@login_required
@require_GET
def scan(request: HttpRequest, survey_id: int, sheet_id: int) -> HttpResponseBase:
    """Give the scan of an entered sheet to who organises the survey."""
    official = access.official_or_404(request, queries.ORGANISE)
    sheet = queries.sheets_of(_survey_or_404(official, survey_id)).filter(pk=sheet_id).first()
    if sheet is None or not sheet.scan:
        raise Http404
    return papers.stored(sheet.scan, sheet.scan_mime, sheet.scan_name)


@never_cache
@login_required
@require_GET
def file(request: HttpRequest, survey_id: int, file_id: int) -> HttpResponseBase:
    """Give a file that somebody answered with to who organises the survey."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = queries.answer_file(_survey_or_404(official, survey_id), file_id)
    if found is None:
        raise Http404
    return papers.stored(found.path, found.mime, found.name)


@never_cache
@login_required
@require_GET
def table(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Give all answers as CSV after the end: a column a question, no person, no time."""
    official = access.official_or_404(request, queries.ORGANISE)
    found = _survey_or_404(official, survey_id)
    if queries.state(found, timezone.now()) != phases.CLOSED:
        raise Http404
    stream = io.StringIO()
    csv.writer(stream).writerows(queries.table(found))
    answer = HttpResponse(f"\ufeff{stream.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return answer
