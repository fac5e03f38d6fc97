"""What the forms of all that has a beginning, an end and a circle of people share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from otklik.faces.templatetags.otklik import named, titled
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics
from otklik.participation.projects.queries import prints_in, projects_of, ready_forms
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.projects.models import Project

MOMENT = forms.DateTimeInput(
    attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"
)
DAY = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
LEVELS = (
    ("none", _l("любая учётная запись")), ("phone", _l("подтверждён телефон")),
    ("standard", _l("стандартная")), ("confirmed", _l("подтверждённая")),
)  # fmt: skip


class WindowForm(forms.Form):
    """When, and who may take part."""

    opens_at = forms.DateTimeField(label=_l("Начало"), widget=MOMENT)
    closes_at = forms.DateTimeField(label=_l("Конец"), widget=MOMENT)
    min_age = forms.IntegerField(
        label=_l("С какого возраста"), min_value=0, max_value=99, initial=14
    )
    age_day = forms.DateField(
        label=_l("Возраст на день"), required=False, widget=DAY,
        help_text=_l("Не указан — на день начала"),
    )  # fmt: skip
    min_level = forms.ChoiceField(label=_l("Учётная запись"), choices=LEVELS)
    proven = forms.BooleanField(
        label=_l("Место и возраст — из подтверждённой учётной записи, не со слов"), required=False,
        help_text=_l("Там, где итог обязывает: муниципалитет берут по адресу регистрации"),
    )  # fmt: skip
    registered_before = forms.DateField(
        label=_l("Кабинет заведён раньше дня"), required=False, widget=DAY,
        help_text=_l("Защита от кабинетов, заведённых ради этого вопроса"),
    )  # fmt: skip
    places = forms.MultipleChoiceField(
        label=_l("Где живут участники"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6, "class": "input"}),
        help_text=_l("Ничего не выбрано — весь регион"),
    )  # fmt: skip
    people = forms.CharField(
        label=_l("Только по списку: почта или телефон, каждый с новой строки"), required=False,
        max_length=200_000, widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
        help_text=_l("Хранятся только отпечатки. Пусто — списка нет"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = sorted(((c, t.short_ru) for c, t in territories().items()), key=lambda p: p[1])
        self.fields["places"].choices = found  # type: ignore[attr-defined]
        for each in self.fields.values():
            if not isinstance(each.widget, forms.CheckboxInput):
                each.widget.attrs.setdefault("class", "input")

    def clean_people(self) -> frozenset[str]:
        """Read the list; a line that is no contact is named."""
        prints, wrong = prints_in(self.cleaned_data["people"])
        if wrong:
            raise forms.ValidationError(_("Это не почта и не телефон: «%s»") % wrong[0][:60])
        return prints

    def circle(self) -> Circle:
        """Return who may take part."""
        said = self.cleaned_data
        return Circle(
            said["min_age"], frozenset(said["places"]), said["min_level"], said["proven"],
            said["age_day"], said["registered_before"], said["people"],
        )  # fmt: skip


class PhaseForm(WindowForm):
    """Besides, its name, what for, and in which project."""

    field_order = ("project", "title", "about")

    project = forms.ChoiceField(label=_l("Проект"), required=False)
    title = forms.CharField(label=_l("Название"), max_length=300)
    about = forms.CharField(
        label=_l("О чём и зачем"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip

    def __init__(self, official: Official, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = {str(each.pk): each for each in projects_of(official)}
        self.fields["project"].choices = [  # type: ignore[attr-defined]
            ("", _("Новый, с этим названием")),
            *((pk, each.title) for pk, each in self.projects.items()),
        ]

    @property
    def chosen(self) -> Project | None:
        """Return the project that was chosen; None to begin one."""
        return self.projects.get(self.cleaned_data["project"])


def ready(request: HttpRequest, days: int, lead: int = 3) -> dict[str, Any]:
    """Return what a form begins with: the usual days, or those of a ready form in the address."""
    line = ready_forms().get(request.GET.get("form", ""))
    told = line.extra if line else {}
    start = timezone.localtime().replace(hour=9, minute=0) + timedelta(days=told.get("lead", lead))
    return {
        "opens_at": start, "closes_at": start + timedelta(days=told.get("days", days)),
        "project": request.GET.get("project", ""), **told.get("set", {}),
    }  # fmt: skip


def places_and_themes() -> dict[str, Any]:
    """Return what a project may be about, for a form that chooses."""
    return {
        "territories": sorted(territories().values(), key=named),
        "topics": sorted(topics().categories, key=titled),
    }
