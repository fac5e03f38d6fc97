"""The verbs of personal reception and of the reception's control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from otklik.flow.cases.commands import locked, tell
from otklik.flow.cases.models import Case
from otklik.flow.channels.sms.commands import send_sms
from otklik.flow.channels.sms.queries import text_of
from otklik.flow.channels.sms.rules import filled
from otklik.flow.intake.commands import receive
from otklik.flow.intake.models import Report
from otklik.flow.intake.rules import NewReport, phone_of
from otklik.flow.reception import events, rules
from otklik.flow.reception.models import Booking, ControlPoint, Receiver, Slot
from otklik.flow.reception.queries import control_day
from otklik.ground.kit.sealing import phone_print
from otklik.ground.organisations.queries import working_time
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official

SYSTEM = "system"
CHANNEL = "governor"


def _tell(
    booking: Booking, fact: type[events.BookingFact], by: str, at: datetime, **more: Any
) -> None:
    record(
        fact(
            region=booking.region_id, subject=booking.ref, actor=by, at=at, booking=booking.pk,
            receiver=booking.receiver_id, **more,
        )
    )  # fmt: skip


def _say(booking: Booking, code: str, now: datetime, **values: str) -> None:
    """Tell the one who asked by a text message."""
    template = text_of(code)
    if template:
        send_sms(
            filled(template, **values), booking.phone, purpose=code.replace("_", "-"),
            subject=booking.ref, now=now,
        )  # fmt: skip


@command
def ask_reception(
    receiver: Receiver, *, name: str, theme: str, text: str, phone: str, days: str = "",
    now: datetime,
) -> Booking:  # fmt: skip
    """Take a request to be received. It is no appeal: the answer comes in three working days."""
    known = phone_of(phone)
    rules.check_request(name, theme, text, known)
    asked = Booking.objects.filter(region=region(), receiver=receiver, state=Booking.State.ASKED)
    if asked.filter(phone_print=phone_print(known or "")).exists():
        raise rules.Refused(
            "waiting",
            "С этого телефона уже попросили о приёме у этого человека: дождитесь ответа",
            "This phone has asked this person already: wait for the answer",
            "phone",
        )
    booking = Booking.objects.create(
        region=region(), receiver=receiver, name=name.strip()[:200], theme=theme.strip()[:200],
        text=text.strip()[:4000], phone=known or "", days=days.strip()[:200], asked_at=now,
        due=rules.answer_due(now, working_time(None)),
    )  # fmt: skip
    _tell(booking, events.ReceptionAsked, "anonymous", now, due=booking.due)
    return booking


def _held(booking_id: int, *states: str) -> Booking:
    held = Booking.objects.select_for_update(no_key=True, of=("self",))
    booking = held.select_related("receiver", "slot").get(region=region(), pk=booking_id)
    if booking.state not in states:
        raise rules.Refused("state", "По этой просьбе уже решено", "It is decided already")
    return booking


@command
def confirm_reception(booking_id: int, slot_id: int, *, by: Official, now: datetime) -> Booking:
    """Set a time that nobody has; another time may be set while the reception lies ahead."""
    booking = _held(booking_id, Booking.State.ASKED, Booking.State.CONFIRMED)
    slot = Slot.objects.select_for_update(of=("self",)).filter(
        region=region(), pk=slot_id, cancelled=False, starts_at__gt=now
    ).first()  # fmt: skip
    if slot is None or Booking.objects.filter(slot=slot).exclude(pk=booking.pk).exists():
        raise rules.Refused(
            "slot", "Это время занято или прошло: выберите другое",
            "This time is taken or past: choose another", "slot",
        )  # fmt: skip
    booking.slot, booking.receiver_id, booking.state = slot, slot.receiver_id, "confirmed"
    booking.answered_at, booking.answered_by, booking.reminded_at = now, by, None
    booking.save()
    _tell(booking, events.ReceptionConfirmed, by.ref, now, starts=slot.starts_at)
    _say(booking, "reception_set", now, when=_when(slot), place=slot.receiver.place)
    return booking


def _when(slot: Slot) -> str:
    return date_format(localtime(slot.starts_at), "j E H:i")


@command
def refuse_reception(booking_id: int, *, reason: str, by: Official, now: datetime) -> Booking:
    """Refuse, with a reason that the one who asked reads."""
    booking = _held(booking_id, Booking.State.ASKED, Booking.State.CONFIRMED)
    if not reason.strip():
        raise rules.Refused("reason", "Напишите, почему отказано", "Say why", "reason")
    booking.state, booking.reason, booking.slot = Booking.State.REFUSED, reason.strip(), None
    booking.answered_at, booking.answered_by = now, by
    booking.save()
    _tell(booking, events.ReceptionRefused, by.ref, now)
    _say(booking, "reception_no", now)
    return booking


@command
def note_reception(
    booking_id: int, *, came: bool, outcome: str = "", message: str = "", by: Official,
    now: datetime,
) -> Booking:  # fmt: skip
    """Note how a reception ended; what was said there may become a message, kept beside."""
    booking = _held(booking_id, Booking.State.CONFIRMED)
    if came and not outcome.strip():
        raise rules.Refused(
            "outcome", "Напишите, чем кончился приём", "Say how it ended", "outcome"
        )
    booking.state = Booking.State.HELD if came else Booking.State.ABSENT
    booking.outcome = outcome.strip()
    if came and message.strip():
        booking.report = _message(booking, message, now)
    booking.save()
    report = booking.report_id
    _tell(booking, events.ReceptionHeld, by.ref, now, came=came, report=report)
    return booking


def _message(booking: Booking, text: str, now: datetime) -> Report:
    receipt = receive(
        NewReport(
            text=text, channel=CHANNEL, idempotency_key=f"booking:{booking.pk}", contact="phone",
            phone=booking.phone, extra={"caller": booking.name, "booking": booking.pk},
        ),
        now=now,
    )  # fmt: skip
    return Report.objects.get(pk=receipt.report_id)


@command
def remind_of_reception(booking_id: int, *, now: datetime) -> None:
    """Remind once, a day before."""
    booking = _held(booking_id, Booking.State.CONFIRMED)
    if booking.reminded_at is not None or booking.slot is None:
        return
    booking.reminded_at = now
    booking.save(update_fields=["reminded_at"])
    _tell(booking, events.ReceptionReminded, SYSTEM, now)
    _say(booking, "reception_soon", now, when=_when(booking.slot), place=booking.receiver.place)


@command
def mark_unanswered(booking_id: int, *, now: datetime) -> None:
    """Say once that three working days passed without an answer."""
    booking = _held(booking_id, Booking.State.ASKED)
    if booking.late_at is None:
        booking.late_at = now
        booking.save(update_fields=["late_at"])
        _tell(booking, events.ReceptionOverdue, SYSTEM, now)


@command
def plan_control(number: str, *, now: datetime) -> ControlPoint | None:
    """Put an appeal under the reception's control, if its channel asks for it; once."""
    case: Case = locked(number)
    day = control_day(case.report.channel)
    if case.policy is not None and day:
        day = rules.control_day(day, case.policy.amount)
    if not day or ControlPoint.objects.filter(case=case).exists():
        return None
    start = case.registered_at or case.received_at
    due = rules.control_due(start, day, working_time(None))
    point = ControlPoint.objects.create(region=case.region, case=case, due=due)
    tell(case, events.ControlPlanned, SYSTEM, now, control=due)
    return point


@command
def tell_control(number: str, *, now: datetime) -> None:
    """Say once that the day of control came and the appeal is not answered."""
    case = locked(number)
    point = ControlPoint.objects.get(case=case)
    if point.told_at is None:
        point.told_at = now
        point.save(update_fields=["told_at"])
        tell(case, events.ControlDue, SYSTEM, now)


@command
def settle_control(number: str, *, note: str, by: Official, now: datetime) -> ControlPoint:
    """Write what the reception saw."""
    case = locked(number)
    point = ControlPoint.objects.get(case=case)
    if point.done_at is not None:
        raise rules.Refused("done", "Контроль уже пройден", "It is done already")
    if not note.strip():
        raise rules.Refused("note", "Напишите, что увидели", "Write what you saw", "note")
    point.done_at, point.done_by, point.note = now, by, note.strip()
    point.save()
    tell(case, events.ControlDone, by.ref, now)
    return point
