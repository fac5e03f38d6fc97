"""What the forms of all that has a beginning, an end and a circle of people share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from otklik.ground.territories.queries import territories
from otklik.participation.projects.rules import Circle

MOMENT = forms.DateTimeInput(
    attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"
)
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
    min_level = forms.ChoiceField(label=_l("Учётная запись"), choices=LEVELS)
    places = forms.MultipleChoiceField(
        label=_l("Где живут участники"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6, "class": "input"}),
        help_text=_l("Ничего не выбрано — весь регион"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = sorted(((c, t.short_ru) for c, t in territories().items()), key=lambda p: p[1])
        self.fields["places"].choices = found  # type: ignore[attr-defined]
        for each in self.fields.values():
            each.widget.attrs.setdefault("class", "input")

    def circle(self) -> Circle:
        """Return who may take part."""
        said = self.cleaned_data
        return Circle(said["min_age"], frozenset(said["places"]), said["min_level"])


class PhaseForm(WindowForm):
    """Besides, its name and what for."""

    field_order = ("title", "about")

    title = forms.CharField(label=_l("Название"), max_length=300)
    about = forms.CharField(
        label=_l("О чём и зачем"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip
