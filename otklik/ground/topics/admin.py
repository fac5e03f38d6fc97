"""Topics, terms and routes, edited by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from otklik.ground.kit.administration import Edited
from otklik.ground.kit.clock import Unit
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.models import Territory
from otklik.ground.topics.models import DeadlinePolicy, Directory, Question, RoutingRule, Topic
from otklik.ground.topics.queries import routing_rules, topics
from otklik.ground.topics.rules import (
    STAGES,
    Rule,
    escalation_problem,
    fallback_problem,
    question_problem,
    route,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse


LINE_CHECKS: dict[str, Callable[[str, Mapping[str, Any]], str]] = {}
"""By kind of directory: what is wrong with a line's code and `extra`, in Russian, or nothing."""

TEXT_CHECKS: dict[str, Callable[[str, str, Mapping[str, str]], str]] = {}
"""By kind of directory: what is wrong with the words of a line (kind, code, words), or nothing."""
TEXT_FIELDS = ("title_ru", "hint_ru", "title_en", "hint_en")


class PolicyForm(forms.ModelForm):
    """Terms by stage."""

    def clean_stages(self) -> dict[str, Any]:
        """Refuse an unknown stage or unit, and an amount that is no whole number."""
        stages: Any = self.cleaned_data["stages"]
        units = {each.value for each in Unit}
        for stage, term in stages.items() if isinstance(stages, dict) else [("", None)]:
            amount = term.get("amount") if isinstance(term, dict) else None
            unit = term.get("unit") if isinstance(term, dict) else None
            whole = amount == "rest" or (isinstance(amount, int) and amount >= 0)
            if stage not in STAGES or not whole:
                raise forms.ValidationError(
                    _('Этап «%(stage)s»: нужно {"amount": число или "rest", "unit": единица}'),
                    params={"stage": stage},
                )
            if amount != "rest" and unit not in units:
                raise forms.ValidationError(
                    _("Этап «%(stage)s»: единица — одна из: %(units)s"),
                    params={"stage": stage, "units": ", ".join(sorted(units))},
                )
        return stages  # type: ignore[no-any-return]

    def clean_escalation(self) -> list[Any]:
        """Refuse steps that nobody could follow."""
        steps: Any = self.cleaned_data["escalation"] or []
        if problem := escalation_problem(steps):
            raise forms.ValidationError(problem)
        return steps  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any] | None:
        """Refuse to fall back to what is not there, or in a circle."""
        said = super().clean() or {}
        told = {
            each.code: {"fallback": each.fallback, "fast_track": each.fast_track}
            for each in DeadlinePolicy.objects.all()
        }
        own = {"fallback": said.get("fallback", ""), "fast_track": said.get("fast_track", False)}
        code = str(said.get("code", ""))
        if problem := fallback_problem(code, told | {code: own}):
            self.add_error("fallback", problem)
        return said

    def clean_unit(self) -> str:
        """Refuse an unknown unit."""
        unit = str(self.cleaned_data["unit"])
        if unit not in {each.value for each in Unit}:
            known = ", ".join(sorted(each.value for each in Unit))
            raise forms.ValidationError(_("Одна из: %(units)s"), params={"units": known})
        return unit


@admin.register(DeadlinePolicy)
class DeadlinePolicyAdmin(Edited):
    """How much time each stage has. A change holds for cases opened after it."""

    form = PolicyForm
    list_display = ("code", "title_ru", "regime", "amount", "unit", "fast_track", "urgent")
    list_filter = ("regime", "fast_track", "urgent")
    search_fields = ("code", "title_ru")


class TopicForm(forms.ModelForm):
    """A category, a subcategory or a fact."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a tree of the wrong shape and a fact without a term."""
        said = super().clean() or {}
        level, parent = said.get("level"), said.get("parent")
        above = {"subcategory": "category", "fact": "subcategory"}.get(str(level))
        if above and (parent is None or parent.level not in {above, "category"}):
            self.add_error("parent", _("Выберите, куда входит"))
        if level == Topic.Level.CATEGORY and parent is not None:
            self.add_error("parent", _("Категория ни во что не входит"))
        if level == Topic.Level.FACT and not said.get("policy"):
            self.add_error("policy", _("У факта должен быть порядок сроков"))
        return said


@admin.register(Topic)
class TopicAdmin(Edited):
    """What messages are about, with the phrases that triage compares with."""

    form = TopicForm
    list_display = ("title", "code", "level", "policy", "severity", "public", "closed", "active")
    list_filter = ("level", "category", "active", "closed", "life_support", "policy")
    list_select_related = ("parent__parent", "policy")
    search_fields = ("title_ru", "code", "synonyms", "sstu")
    autocomplete_fields = ("parent", "category", "policy")

    @admin.display(description=_("название"), ordering="number")
    def title(self, topic: Topic) -> str:
        """Show the tree by its depth."""
        depth = {"category": 0, "subcategory": 1, "fact": 2}[topic.level]
        return format_html("{}{}", "— " * depth, topic.title_ru)


class QuestionForm(forms.ModelForm):
    """A question about a fact."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a list without answers, and answers of what is no list."""
        said = super().clean() or {}
        choices = said.get("choices") or []
        if problem := question_problem(str(said.get("datatype", "")), choices):
            self.add_error("choices", problem)
        said["choices"] = choices
        return said


@admin.register(Question)
class QuestionAdmin(Edited):
    """What other systems' forms ask about a fact besides the words."""

    form = QuestionForm
    list_display = ("title_ru", "topic", "code", "datatype", "required", "active")
    list_filter = ("datatype", "required", "active")
    list_select_related = ("topic",)
    search_fields = ("title_ru", "code", "topic__title_ru", "topic__code")
    autocomplete_fields = ("topic",)


class WhereForm(forms.Form):
    """A message to be, as far as routing needs it."""

    topic = forms.ModelChoiceField(
        Topic.objects.filter(level=Topic.Level.FACT), label=_("Тема"), required=False
    )
    territory = forms.ModelChoiceField(Territory.objects.all(), label=_("Где"), required=False)
    owner = forms.CharField(label=_("Чьё (можно пусто)"), required=False)


class RuleForm(forms.ModelForm):
    """A route."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a rule that leads nowhere or to a closed body."""
        said = super().clean() or {}
        organisation = said.get("organisation")
        if organisation is None and not said.get("pattern"):
            self.add_error("organisation", _("Выберите организацию или напишите образец кода"))
        if organisation is not None and organisation.valid_to:
            self.add_error("organisation", _("Эта организация уже закрыта: выберите преемника"))
        return said


@admin.register(RoutingRule)
class RoutingRuleAdmin(Edited):
    """Topic × territory × owner → body."""

    form = RuleForm
    list_display = ("topic", "territory", "owner", "organisation", "pattern", "active")
    list_filter = ("active", "territory", "owner")
    list_select_related = ("topic", "territory", "organisation")
    search_fields = ("topic__title_ru", "topic__code", "organisation__short_ru")
    autocomplete_fields = ("topic", "territory", "organisation")
    change_list_template = "admin/topics/routingrule/change_list.html"

    def get_urls(self) -> Any:
        """Add the trial."""
        own = path(
            "where/", self.admin_site.admin_view(self.where), name="topics_routingrule_where"
        )
        return [own, *super().get_urls()]

    def where(self, request: HttpRequest) -> HttpResponse:
        """Show where a message would go, and by which rule."""
        form = WhereForm(request.GET or None)
        found = None
        if form.is_valid():
            found = self._way(form.cleaned_data)
        context = {
            **self.admin_site.each_context(request), "title": _("Куда уйдёт?"), "form": form,
            "asked": form.is_bound and form.is_valid(), "found": found,
            "opts": self.model._meta,  # noqa: SLF001
        }  # fmt: skip
        return TemplateResponse(request, "admin/topics/routingrule/where.html", context)

    def _way(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        topic, territory = asked["topic"], asked["territory"]
        steps = [step.code for step in topics().path(topic)] if topic else []
        rows = {rule.pk: rule for rule in routing_rules()}
        plain = [
            Rule(
                rule.pk, rule.topic.code if rule.topic else "",
                rule.territory.code if rule.territory else "", rule.owner,
                rule.organisation.code if rule.organisation else rule.pattern,
            )
            for rule in rows.values()
        ]  # fmt: skip
        owners = [asked["owner"]] if asked["owner"] else [*(topic.owners if topic else []), ""]
        for owner in owners:
            way = route(plain, steps, territory.code if territory else "", owner)
            if way is not None and way.organisation in organisations():
                return {"organisation": organisations()[way.organisation], "rule": rows[way.rule],
                        "owner": owner, "specificity": way.specificity}  # fmt: skip
        return None


class DirectoryForm(forms.ModelForm):
    """A line of a directory; whoever reads `extra` of a kind says what may stand there."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse what its reader would not understand."""
        said = super().clean() or {}
        check = LINE_CHECKS.get(str(said.get("kind")))
        extra = said.get("extra") or {}
        problem = check(str(said.get("code")), extra) if check and isinstance(extra, dict) else ""
        if problem:
            self.add_error("extra", problem)
        words = TEXT_CHECKS.get(kind := str(said.get("kind")))
        texts = {name: str(said.get(name) or "") for name in TEXT_FIELDS}
        if wrong := words(kind, str(said.get("code")), texts) if words else "":
            self.add_error("hint_ru", wrong)
        return said


@admin.register(Directory)
class DirectoryAdmin(Edited):
    """Labels of statuses, reasons, results, channels."""

    form = DirectoryForm

    list_display = ("kind", "position", "code", "title_ru", "citizen_ru", "active")
    list_display_links = ("code",)
    list_filter = ("kind", "active")
    search_fields = ("code", "title_ru")
