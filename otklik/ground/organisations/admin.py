"""Bodies and their hours, edited by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from otklik.ground.kit.administration import Edited
from otklik.ground.organisations import commands, rules
from otklik.ground.organisations.models import Calendar, CalendarDay, Organisation, Schedule
from otklik.ground.territories.admin import SpanForm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class OrganisationForm(SpanForm):
    """A body in its tree."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a tree that bites its own tail."""
        said = super().clean() or {}
        above = said.get("parent")
        seen = set()
        while above is not None and above.pk not in seen:
            if above.pk == self.instance.pk:
                self.add_error("parent", _("Организация не может подчиняться сама себе"))
                break
            seen.add(above.pk)
            above = above.parent
        return said


@admin.register(Organisation)
class OrganisationAdmin(Edited):
    """Who answers; a closed body keeps its past and points to its successor."""

    form = OrganisationForm
    list_display = ("short_ru", "kind", "parent", "territory", "external", "valid_to", "successor")
    list_filter = ("kind", "external", "territory", ("valid_to", admin.EmptyFieldListFilter))
    list_select_related = ("parent", "territory", "successor")
    search_fields = ("title_ru", "short_ru", "code")
    autocomplete_fields = ("parent", "territory", "successor")


class DayInline(admin.TabularInline):
    """The days that differ."""

    model = CalendarDay
    fields = ("date", "kind", "note")
    extra = 0


@admin.register(Calendar)
class CalendarAdmin(Edited):
    """Days off, short days and moved working days."""

    list_display = ("title_ru", "code", "years")
    inlines = (DayInline,)
    actions = ("fill_next_year",)

    @admin.display(description=_("годы"))
    def years(self, calendar: Calendar) -> str:
        """Show the years that are known."""
        return ", ".join(map(str, commands.years_known(calendar))) or "—"

    @admin.action(description=_("Заполнить следующий год праздниками (проверьте переносы)"))
    def fill_next_year(self, request: HttpRequest, chosen: QuerySet[Calendar]) -> None:
        """Add the first year that is not known yet."""
        for calendar in chosen:
            known = commands.years_known(calendar)
            year = max(known) + 1 if known else timezone.localdate().year
            added = commands.fill_year(calendar, year)
            said = gettext("%(calendar)s: %(year)s год, дней: %(added)s. Сверьте переносы")
            values = {"calendar": calendar, "year": year, "added": added}
            self.message_user(request, said % values, messages.SUCCESS)


class ScheduleForm(forms.ModelForm):
    """A week of working hours."""

    def clean_week(self) -> dict[str, list[list[str]]]:
        """Refuse what is no week: weekdays 1–7, spans of two times that grow."""
        week: Any = self.cleaned_data["week"]
        problem = rules.week_problem(week) if isinstance(week, dict) else gettext("нужны дни")
        if problem:
            said = gettext('Пример: {"1": [["09:00", "13:00"], ["14:00", "18:00"]]}')
            raise forms.ValidationError(f"{problem}. {said}")
        return week  # type: ignore[no-any-return]

    def clean_zone(self) -> str:
        """Refuse a zone that nobody knows."""
        zone = str(self.cleaned_data["zone"])
        if problem := rules.zone_problem(zone):
            raise forms.ValidationError(problem)
        return zone


@admin.register(Schedule)
class ScheduleAdmin(Edited):
    """Working hours on top of a calendar."""

    form = ScheduleForm
    list_display = ("title_ru", "code", "calendar", "zone")
