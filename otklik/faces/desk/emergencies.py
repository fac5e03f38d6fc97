"""Declaring an emergency: ordinary terms there stand until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otklik.faces import access
from otklik.faces.desk.phases import MOMENT
from otklik.flow.cases.rules import Refused
from otklik.flow.emergencies import commands, queries
from otklik.flow.emergencies.rules import DECLARE
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class EmergencyForm(forms.Form):
    """What an official says of an emergency."""

    kind = forms.ChoiceField(label=_l("Режим"))
    document = forms.CharField(
        label=_l("Документ"), max_length=300,
        help_text=_l("Вид, дата и номер: «Постановление Правительства области от … № …»"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_l("Что случилось"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_l("Это прочтут жители на странице отправки"),
    )  # fmt: skip
    territory = forms.ChoiceField(label=_l("Где"), required=False)
    starts_at = forms.DateTimeField(label=_l("С"), widget=MOMENT)
    ends_at = forms.DateTimeField(label=_l("До"), widget=MOMENT)
    topics = forms.MultipleChoiceField(
        label=_l("Темы (ничего не отмечено — все)"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = sorted(
            ((code, each.short_ru) for code, each in territories().items()),
            key=lambda pair: pair[1],
        )
        choices: dict[str, list[tuple[str, str]]] = {
            "kind": [(each.code, each.title_ru) for each in queries.regimes().values()],
            "territory": [("", _("Вся область")), *places],
            "topics": [(each.code, each.title_ru) for each in topics().categories],
        }
        for name, known in choices.items():
            self.fields[name].choices = known  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if name != "topics":
                field.widget.attrs.setdefault("class", "input")

    def draft(self) -> commands.Draft:
        """Return what was said."""
        said = self.cleaned_data
        chosen = [topics().by_code[code] for code in said["topics"]]
        return commands.Draft(**{
            **said, "topics": chosen, "territory": territories().get(said["territory"]),
        })  # fmt: skip


@never_cache
@login_required
@require_GET
def emergencies(request: HttpRequest) -> HttpResponse:
    """List the emergencies: what is on, what was, how many cases each moved."""
    return _list(request)


def _list(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    official = access.official_or_404(request)
    now, kinds = timezone.now(), queries.regimes()
    rows = [
        {
            "each": each,
            "title": kinds[each.kind].title_ru if each.kind in kinds else each.kind,
            "state": _state(each, now),
            "may_end": each.ended_at is None
            and queries.may_declare(official, each.territory, list(each.topics.all())),
        }
        for each in queries.emergencies()[:100]
    ]
    may = powers_of(official).anywhere(DECLARE)
    context = {"rows": rows, "may_declare": may, **more}
    return render(request, "desk/emergencies.html", context, status=status)


def _state(each: Any, now: Any) -> str:
    if each.ended_at is not None or each.ends_at <= now:
        return "ended"
    return "on" if each.starts_at <= now else "ahead"


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Declare an emergency."""
    official = access.official_or_404(request, DECLARE)
    now = timezone.now()
    if request.method == "GET":
        form = EmergencyForm(initial={"starts_at": timezone.localtime(now)})
        return render(request, "desk/emergency_form.html", {"form": form})
    form = EmergencyForm(request.POST)
    if form.is_valid():
        try:
            commands.declare(form.draft(), by=official, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.ru)
        else:
            notices.success(request, _("Режим объявлен: сроки пересчитываются"))
            return redirect("desk:emergencies")
    return render(request, "desk/emergency_form.html", {"form": form}, status=422)


@login_required
@require_POST
def end(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """End an emergency before its day."""
    official = access.official_or_404(request, DECLARE)
    reason = request.POST.get("reason", "")
    try:
        commands.end_emergency(emergency_id, reason=reason, by=official, now=timezone.now())
    except ObjectDoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        return _list(request, 422, error=refusal.ru, failed=emergency_id, typed=reason)
    notices.success(request, _("Режим окончен: часы идут снова"))
    return redirect("desk:emergencies")
