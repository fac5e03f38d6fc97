"""The verbs of a call: hear it ring, write down what came of it, promise to call back and do it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from otklik.flow.calls import rules
from otklik.flow.calls.events import (
    CallbackDropped,
    CallbackFact,
    CallbackPlanned,
    CallbackTried,
    CallFact,
    CallRecorded,
    CallTold,
)
from otklik.flow.calls.models import Call, Callback, CallbackTry, Line
from otklik.flow.calls.queries import operator_at
from otklik.flow.cases.commands import support_case
from otklik.flow.channels.sms.commands import send_code, send_sms
from otklik.flow.channels.sms.queries import text_of
from otklik.flow.channels.sms.rules import filled
from otklik.flow.intake.commands import Receipt, receive
from otklik.flow.intake.models import Report
from otklik.flow.intake.rules import phone_of
from otklik.flow.problems.commands import join_problem
from otklik.ground.kit import signing
from otklik.ground.kit.sealing import phone_print
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Support
    from otklik.flow.intake.rules import NewReport
    from otklik.flow.problems.models import Joining
    from otklik.ground.accounts.models import Official

CHANNEL = "hotline"
MISSED = "Не дождался ответа оператора"
SYSTEM = "system"


@dataclass(frozen=True)
class Promise:
    """A callback that an operator promises while they talk."""

    due_at: datetime | None
    reason: str
    official: Official | None = None


@command
def hear(line: Line, event: rules.Event, *, now: datetime) -> Call:
    """Take what a telephone system tells; the same told twice, or late, changes nothing."""
    call, fresh = Call.objects.select_for_update(no_key=True).get_or_create(
        line=line, external=event.call,
        defaults={
            "region_id": line.region_id, "state": Call.State.RINGING, "started_at": now,
            "phone": (phone_of(event.phone) or event.phone)[:20],
            "extension": event.extension[:20], "official": operator_at(event.extension),
        },
    )  # fmt: skip
    before = "" if fresh else call.state
    state = rules.next_state(call.state, event.kind, answered=call.answered_at is not None)
    moved = _answered_elsewhere(call, event)
    if state == before and not moved:
        return call
    call.state = state
    if state == Call.State.TALKING and call.answered_at is None:
        call.answered_at = now
    if state in {Call.State.ENDED, Call.State.MISSED} and call.ended_at is None:
        call.ended_at = now
    call.save()
    _tell(call, CallTold, SYSTEM, now, state=call.state)
    if state == Call.State.MISSED and before != state:
        _call_the_missed(call, now)
    return call


def _answered_elsewhere(call: Call, event: rules.Event) -> bool:
    """Follow a call that rang at many places to the one who took it."""
    if event.kind != "talking" or not event.extension or event.extension == call.extension:
        return False
    if call.state not in {Call.State.RINGING, Call.State.TALKING}:
        return False
    call.extension, call.official = event.extension[:20], operator_at(event.extension)
    return True


def _call_the_missed(call: Call, now: datetime) -> None:
    """Promise to call back one who hung up unheard, unless that is promised already."""
    phone = phone_of(call.phone)
    promised = Callback.objects.filter(region=call.region_id, state="open")
    if phone and not promised.filter(phone_print=phone_print(phone)).exists():
        _plan(phone, "", MISSED, now + rules.MISSED_WAIT, call=call, now=now)


def _tell(call: Call, fact: type[CallFact], by: str, at: datetime, **more: Any) -> None:
    record(fact(region=call.region_id, subject=call.ref, actor=by, at=at, call=call.pk, **more))


def _tell_of(
    callback: Callback, fact: type[CallbackFact], by: str, at: datetime, **more: Any
) -> None:
    record(
        fact(
            region=callback.region_id, subject=callback.ref, actor=by, at=at,
            callback=callback.pk, **more,
        )
    )  # fmt: skip


@command
def record_call(
    new: NewReport, *, name: str = "", sms: bool = False, call_id: int | None = None,
    promise: Promise | None = None, by: Official, now: datetime,
) -> Receipt:  # fmt: skip
    """Make a caller's words a message, with its text message and its callback: all or nothing.

    The operator heard the phone from the caller: that is what `phone_verified` says.
    """
    told = {**new.extra, "phone_verified": by.ref} if new.contact == "phone" else new.extra
    if name.strip():
        told = {**told, "caller": name.strip()[:120]}
    receipt = receive(replace(new, extra=told), now=now)
    if not receipt.fresh:
        return receipt
    report = Report.objects.get(pk=receipt.report_id)
    call = _close(call_id, report.phone, by, now, report=report)
    _tell(call, CallRecorded, by.ref, now, report=report.pk)
    if promise is not None:
        _promise(report.phone, name, promise, call=call, report=report, by=by, now=now)
    if sms and report.phone:
        send_code(report, report.phone, by=by.ref, now=now)
    return receipt


def _close(
    call_id: int | None, phone: str, by: Official, now: datetime,
    report: Report | None = None, joining: Joining | None = None,
) -> Call:  # fmt: skip
    """Put what came of a call into its row; a call without a telephone system gets one now."""
    found = Call.objects.select_for_update(no_key=True).filter(
        region=by.region, pk=call_id or 0, official=by, recorded=False
    )
    call = found.first() or Call(
        region=by.region, phone=phone, official=by, state=Call.State.ENDED, started_at=now,
        ended_at=now,
    )  # fmt: skip
    call.recorded = True
    if report is not None or joining is not None:
        call.report, call.joining = report, joining
    call.save()
    return call


@command
def join_caller(
    problem_id: int, phone: str, *, sms: bool = False, call_id: int | None = None, by: Official,
    now: datetime,
) -> Joining:  # fmt: skip
    """Count a caller among those who wait for a known problem; one phone counts once."""
    given = phone_of(phone)
    if given is None:
        raise rules.Refused("no_phone", "Нужен телефон звонящего", "A phone is needed", "phone")
    joining = join_problem(
        problem_id, key=f"phone:{signing.derive(given, 'joining', 16)}", phone=given,
        channel=CHANNEL, now=now,
    )  # fmt: skip
    call = _close(call_id, given, by, now, joining=joining)
    _tell(call, CallRecorded, by.ref, now, problem=problem_id)
    template = text_of("joined")
    if sms and template:
        text = filled(template, title=joining.problem.title)
        send_sms(text, given, purpose="joined", subject=f"problem:{problem_id}", by=by.ref, now=now)
    return joining


@command
def support_caller(
    number: str, phone: str, *, sms: bool = False, call_id: int | None = None, by: Official,
    now: datetime,
) -> Support:  # fmt: skip
    """Count a caller among those with the same trouble as somebody's message; a phone once."""
    given = phone_of(phone)
    if given is None:
        raise rules.Refused("no_phone", "Нужен телефон звонящего", "A phone is needed", "phone")
    support = support_case(
        number, key=f"phone:{signing.derive(given, 'joining', 16)}", phone=given, channel=CHANNEL,
        now=now,
    )  # fmt: skip
    call = _close(call_id, given, by, now)
    _tell(call, CallRecorded, by.ref, now, joined=number)
    template = text_of("supported")
    if sms and template:
        text = filled(template, number=support.case.spoken)
        send_sms(text, given, purpose="joined", subject=f"case:{number}", by=by.ref, now=now)
    return support


@command
def close_call(call_id: int, *, by: Official, now: datetime) -> None:
    """Say that a call needed no message: a question answered at once, a wrong number."""
    call = _close(call_id, "", by, now)
    _tell(call, CallRecorded, by.ref, now)


@command
def plan_callback(
    phone: str, promise: Promise, *, name: str = "", call_id: int | None = None, by: Official,
    now: datetime,
) -> Callback:  # fmt: skip
    """Promise to call somebody back, without a message."""
    given = phone_of(phone)
    rules.check_callback(given, promise.reason, promise.due_at, now)
    call = _close(call_id, given or "", by, now) if call_id else None
    return _promise(given or "", name, promise, call=call, by=by, now=now)


def _promise(
    phone: str, name: str, promise: Promise, *, call: Call | None = None,
    report: Report | None = None, by: Official, now: datetime,
) -> Callback:  # fmt: skip
    rules.check_callback(phone_of(phone), promise.reason, promise.due_at, now)
    due = promise.due_at or now
    return _plan(
        phone, name, promise.reason, due, call=call, report=report, official=promise.official,
        by=by, now=now,
    )  # fmt: skip


def _plan(
    phone: str, name: str, reason: str, due: datetime, *, call: Call | None = None,
    report: Report | None = None, official: Official | None = None, by: Official | None = None,
    now: datetime,
) -> Callback:  # fmt: skip
    callback = Callback.objects.create(
        region=region(), call=call, report=report, phone=phone, name=name.strip()[:120],
        reason=reason.strip()[:300], due_at=due, official=official, asked_by=by, asked_at=now,
    )  # fmt: skip
    _tell_of(callback, CallbackPlanned, by.ref if by else SYSTEM, now, due=due)
    return callback


def _open(callback_id: int) -> Callback:
    held = Callback.objects.select_for_update(no_key=True)
    callback = held.get(region=region(), pk=callback_id)
    if callback.state != Callback.State.OPEN:
        raise rules.Refused("closed", "Этот звонок уже закрыт", "It is closed already")
    return callback


@command
def try_callback(
    callback_id: int, *, reached: bool, note: str = "", by: Official, now: datetime
) -> Callback:
    """Write down a try: reached, or again in an hour; after five in vain it is closed."""
    callback = _open(callback_id)
    CallbackTry.objects.create(
        region=callback.region, callback=callback, reached=reached, note=note.strip()[:300], by=by,
        at=now,
    )  # fmt: skip
    callback.tries += 1
    again = None if reached else rules.next_try(callback.tries, now)
    if again is not None:
        callback.due_at = again
    else:
        callback.state = Callback.State.DONE if reached else Callback.State.DROPPED
        callback.closed_at = now
    callback.save()
    _tell_of(callback, CallbackTried, by.ref, now, tries=callback.tries, reached=reached)
    return callback


@command
def drop_callback(callback_id: int, *, by: Official, now: datetime) -> Callback:
    """Say that nobody needs to call any more."""
    callback = _open(callback_id)
    callback.state, callback.closed_at = Callback.State.DROPPED, now
    callback.save(update_fields=["state", "closed_at"])
    _tell_of(callback, CallbackDropped, by.ref, now)
    return callback
