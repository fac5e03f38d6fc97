"""The reception's desk: requests to be received, the day's list, control of appeals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from otklik.faces import access
from otklik.flow.cases.queries import case_for
from otklik.flow.intake.rules import Refused as IntakeRefused
from otklik.flow.intake.rules import joined
from otklik.flow.reception import commands, queries, rules
from otklik.ground.accounts.commands import note_look

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from otklik.flow.reception.models import Booking
    from otklik.ground.accounts.models import Official

MAY = "hold_reception"
TABS = (("asked", _l("Ответить")), ("confirmed", _l("Назначено")), ("closed", _l("Решено")))
SHOWN = 100


@never_cache
@login_required
@require_GET
def reception(request: HttpRequest) -> HttpResponse:
    """List who asks to be received; their names are theirs to see who answer them, on record."""
    return _page(request, access.official_or_404(request, MAY))


def _page(
    request: HttpRequest, official: Official, *, error: str = "", wrong: int = 0
) -> HttpResponse:
    state = request.GET.get("state", "asked")
    state = state if state in dict(TABS) else "asked"
    now = timezone.now()
    found = list(queries.bookings(state)[:SHOWN])
    if found:
        note_look(official, subject=f"reception:{state}", what="contact", now=now)
    context = {
        "found": found, "tabs": TABS, "state": state, "now": now, "error": error, "wrong": wrong,
        "beside": any(each.pk == wrong for each in found), "counts": queries.counts(now),
        "typed": request.POST, "slots": list(queries.free_slots(now)[:SHOWN]),
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "desk/reception.html", context, status=422 if error else 200)


@login_required
@require_POST
def act_on_booking(request: HttpRequest, booking_id: int, verb: str) -> HttpResponse:
    """Set a time, refuse with a reason, or note how it ended."""
    official = access.official_or_404(request, MAY)
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](request, official, booking_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    except rules.Refused as refusal:
        return _page(request, official, error=refusal.ru, wrong=booking_id)
    except IntakeRefused as refusal:
        return _page(request, official, error=joined(refusal.problems, "ru"), wrong=booking_id)
    notices.success(request, _("Записано"))
    return redirect(f"/desk/reception/?state={request.GET.get('state', 'asked')}")


def _confirm(request: HttpRequest, official: Official, booking_id: int) -> Booking:
    slot = request.POST.get("slot", "")
    chosen = int(slot) if slot.isdecimal() else 0
    return commands.confirm_reception(booking_id, chosen, by=official, now=timezone.now())


def _refuse(request: HttpRequest, official: Official, booking_id: int) -> Booking:
    reason = request.POST.get("reason", "")
    return commands.refuse_reception(booking_id, reason=reason, by=official, now=timezone.now())


def _held(request: HttpRequest, official: Official, booking_id: int) -> Booking:
    return commands.note_reception(
        booking_id, came=True, outcome=request.POST.get("outcome", ""),
        message=request.POST.get("message", ""), by=official, now=timezone.now(),
    )  # fmt: skip


def _absent(request: HttpRequest, official: Official, booking_id: int) -> Booking:  # noqa: ARG001
    return commands.note_reception(booking_id, came=False, by=official, now=timezone.now())


VERBS = {"confirm": _confirm, "refuse": _refuse, "held": _held, "absent": _absent}


@never_cache
@login_required
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """Show a day's receptions for print."""
    official = access.official_or_404(request, MAY)
    chosen = _day(request.GET.get("day", "")) or timezone.localdate()
    note_look(official, subject=f"reception:{chosen}", what="contact", now=timezone.now())
    context = {"found": list(queries.day_list(chosen)), "day": chosen}
    return render(request, "desk/reception_day.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@never_cache
@login_required
@require_GET
def control(request: HttpRequest) -> HttpResponse:
    """List the appeals that the reception watches, those to look at first coming first."""
    return _control(request, access.official_or_404(request, MAY))


def _control(
    request: HttpRequest, official: Official, *, error: str = "", wrong: str = ""
) -> HttpResponse:
    done = request.GET.get("done") == "1"
    context = {
        "found": list(queries.controls_for(official, done=done)[:SHOWN]), "done": done,
        "now": timezone.now(), "error": error, "wrong": wrong, "typed": request.POST,
    }  # fmt: skip
    return render(request, "desk/reception_control.html", context, status=422 if error else 200)


@login_required
@require_POST
def settle(request: HttpRequest, number: str) -> HttpResponse:
    """Write what the reception saw on its day of control."""
    official = access.official_or_404(request, MAY)
    try:
        found = case_for(official, number)
        note = request.POST.get("note", "")
        commands.settle_control(found.number, note=note, by=official, now=timezone.now())
    except ObjectDoesNotExist:
        raise Http404 from None
    except rules.Refused as refusal:
        return _control(request, official, error=refusal.ru, wrong=number)
    notices.success(request, _("Записано"))
    return redirect("desk:reception_control")
