"""Asking to be received in person: who receives, when; a request, its answer by a private link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.flow.reception import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FIELDS = ("receiver", "name", "phone", "theme", "text", "days")


@never_cache
@require_http_methods(["GET", "POST"])
def reception(request: HttpRequest) -> HttpResponse:
    """Show who receives and when; take a request, giving back all that was typed with a mistake."""
    found = list(queries.receivers())
    values = {name: request.POST.get(name, "")[:4000] for name in FIELDS}
    error = None
    if request.method == "POST":
        receiver = next((each for each in found if str(each.pk) == values["receiver"]), None)
        try:
            if receiver is None:
                raise rules.Refused(
                    "receiver", "Выберите, к кому вы хотите", "Choose whom to see", "receiver"
                )
            said = {name: values[name] for name in FIELDS[1:]}
            booking = commands.ask_reception(receiver, **said, now=timezone.now())
        except rules.Refused as refusal:
            error = refusal
        else:
            return redirect("site:booking", booking.token)
    slots: dict[int, list[object]] = {}
    for slot in queries.free_slots(timezone.now())[:200]:
        slots.setdefault(slot.receiver_id, []).append(slot.starts_at)
    context = {
        "receivers": [(each, slots.get(each.pk, [])[:4]) for each in found], "form": values,
        "bad": error.field if error else "",
        "error": (error.en if get_language() == "en" else error.ru) if error else "",
    }  # fmt: skip
    return render(request, "site/reception.html", context, status=422 if error else 200)


@never_cache
@require_GET
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """Show one's own request and its answer."""
    try:
        found = queries.booking_by_token(token)
    except ObjectDoesNotExist:
        raise Http404 from None
    return render(request, "site/booking.html", {"booking": found})
