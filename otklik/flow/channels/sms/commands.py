"""The verbs of text messages: queue one, try one, send a code, take a code."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.utils.crypto import salted_hmac

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.sms import jobs, rules
from otklik.flow.channels.sms.events import (
    CodeRefused,
    CodeUsed,
    SmsDelivered,
    SmsFact,
    SmsQueued,
    SmsRefused,
)
from otklik.flow.channels.sms.models import PhoneCode, SmsCode, SmsMessage
from otklik.flow.channels.sms.outbound import sender
from otklik.flow.channels.sms.queries import sms_rules, text_of
from otklik.flow.channels.ways import clockwork
from otklik.flow.intake.models import Report
from otklik.flow.intake.rules import phone_of, spoken_number
from otklik.ground.kit.sealing import phone_print
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.channels.base import Sent

SYSTEM = "system"
TRACKING, ENTRY = "tracking", "entry"


@command
def send_sms(
    text: str, phone: str, *, purpose: str, subject: str, secret: bool = False, by: str = SYSTEM,
    now: datetime,
) -> SmsMessage:  # fmt: skip
    """Queue a text message with its job: both or neither."""
    message = SmsMessage.objects.create(
        region=region(), phone=phone, text=text, secret=secret, purpose=purpose, subject=subject,
        next_at=now, created_at=now, changed_at=now,
    )  # fmt: skip
    jobs.deliver.defer(message_id=message.pk)
    _tell(message, SmsQueued, by, now)
    return message


def _tell(message: SmsMessage, fact: type[SmsFact], by: str, at: datetime, **more: int) -> None:
    record(
        fact(
            region=message.region_id, subject=message.subject, actor=by, at=at,
            message=message.pk, purpose=message.purpose, **more,
        )
    )  # fmt: skip


def deliver(message_id: int, *, now: datetime) -> SmsMessage | None:
    """Try a waiting message once; None if it is not its time or another is trying."""
    message = _claim(message_id, now=now)
    if message is None:
        return None
    until = clockwork.shut_until("sms", now)
    if until is not None:
        _postpone(message.pk, until)
        return None
    sent = sender().send(message.text, message.phone)
    clockwork.note("sms", sent, now)
    return _note(message.pk, sent, now=now)


@command
def _claim(message_id: int, *, now: datetime) -> SmsMessage | None:
    waiting = SmsMessage.objects.select_for_update(skip_locked=True, no_key=True)
    message = waiting.filter(pk=message_id, state="queued", next_at__lte=now).first()
    if message is not None:
        message.tries += 1
        message.next_at = now + rules.CLAIM
        message.save(update_fields=["tries", "next_at"])
    return message


@command
def _postpone(message_id: int, until: datetime) -> None:
    """Wait for a gateway that is shut without trying it."""
    SmsMessage.objects.filter(pk=message_id).update(tries=F("tries") - 1, next_at=until)


@command
def _note(message_id: int, sent: Sent, *, now: datetime) -> SmsMessage:
    message = SmsMessage.objects.select_for_update(no_key=True).get(pk=message_id)
    message.reference, message.note, message.changed_at = sent.reference, sent.note[:300], now
    outcome = sent.outcome
    if outcome == Outcome.RETRY and now - message.created_at > rules.GIVEN_UP:
        outcome = Outcome.REFUSED
    if outcome == Outcome.RETRY:
        pause = rules.wait(message.tries)
        message.next_at = now + pause
        jobs.deliver.configure(schedule_at=message.next_at).defer(message_id=message.pk)
    elif outcome == Outcome.DELIVERED:
        message.state = SmsMessage.State.DELIVERED
        if message.secret and not settings.DEMO:
            message.text = ""
        _tell(message, SmsDelivered, SYSTEM, now, tries=message.tries)
    else:
        message.state = SmsMessage.State.REFUSED
        _tell(message, SmsRefused, SYSTEM, now, tries=message.tries)
    message.save()
    return message


@command
def send_code(report: Report, phone: str, *, by: str = SYSTEM, now: datetime) -> SmsMessage:
    """Send a message's number with a fresh short code; the code before is no more."""
    set_ = sms_rules()
    code = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}}"
    SmsCode.objects.update_or_create(
        report=report,
        defaults={
            "region_id": report.region_id, "digest": _digest(report.number, code),
            "tries_left": set_.code_tries, "expires_at": now + timedelta(days=set_.code_days),
            "made_at": now,
        },
    )  # fmt: skip
    text = rules.filled(text_of(TRACKING), number=report.spoken, code=rules.grouped(code))
    return send_sms(
        text, phone, purpose=TRACKING, subject=f"report:{report.number}", secret=True, by=by,
        now=now,
    )  # fmt: skip


def _digest(number: str, code: str) -> str:
    return salted_hmac("otklik.sms", f"{number}:{code}", algorithm="sha256").hexdigest()


@command
def send_code_again(number: str, phone: str, *, now: datetime) -> bool:
    """Send a fresh code to the phone that a message already knows; tell only whether it went.

    Who asks must not be told whether the number or the phone was wrong.
    """
    report = Report.objects.select_related("region").filter(
        region=region(), number=spoken_number(number) or "", withdrawn_at=None
    ).first()  # fmt: skip
    given = phone_of(phone)
    if report is None or given is None or report.phone != given:
        return False
    sent = SmsMessage.objects.filter(
        subject=f"report:{report.number}", purpose=TRACKING, created_at__gt=now - timedelta(days=1)
    ).count()
    if sent >= sms_rules().codes_a_day:
        return False
    send_code(report, given, now=now)
    return True


@command
def open_by_code(number: str, code: str, *, now: datetime) -> Report | None:
    """Return the message that a number and a code open; None, and one try less, if they do not."""
    given = rules.looks_like_code(code)
    known = SmsCode.objects.select_for_update(no_key=True, of=("self",)).select_related("report")
    found = known.filter(region=region(), report__number=spoken_number(number) or "").first()
    if found is None or given is None or found.tries_left == 0 or found.expires_at <= now:
        return None
    report, subject = found.report, f"report:{found.report.number}"
    if not hmac.compare_digest(found.digest, _digest(report.number, given)):
        found.tries_left -= 1
        found.save(update_fields=["tries_left"])
        record(
            CodeRefused(
                region=found.region_id, subject=subject, actor="anonymous", at=now,
                report=report.pk, left=found.tries_left,
            )
        )  # fmt: skip
        return None
    found.tries_left = sms_rules().code_tries
    found.save(update_fields=["tries_left"])
    record(
        CodeUsed(
            region=found.region_id, subject=subject, actor="anonymous", at=now, report=report.pk
        )
    )
    return report


@command
def send_phone_code(phone: str, *, now: datetime) -> bool:
    """Send a code that proves a phone; the code before is no more. False for too many a day."""
    set_, holder = sms_rules(), phone_print(phone)
    subject, since = f"phone:{holder}", now - timedelta(days=1)
    sent = SmsMessage.objects.filter(subject=subject, purpose=ENTRY, created_at__gt=since).count()
    if sent >= set_.entry_codes_a_day:
        return False
    code = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}}"
    PhoneCode.objects.update_or_create(
        region=region(), holder=holder,
        defaults={
            "digest": _digest(holder, code), "tries_left": set_.code_tries,
            "expires_at": now + timedelta(minutes=set_.entry_minutes),
        },
    )  # fmt: skip
    text = rules.filled(text_of(ENTRY) or "{code}", code=rules.grouped(code))
    send_sms(text, phone, purpose=ENTRY, subject=subject, secret=True, now=now)
    return True


@command
def take_phone_code(phone: str, code: str, *, now: datetime) -> bool:
    """Tell whether a code proves a phone, and use it up; a wrong one is one try less."""
    given, holder = rules.looks_like_code(code), phone_print(phone)
    known = PhoneCode.objects.select_for_update(no_key=True)
    found = known.filter(region=region(), holder=holder).first()
    if found is None or given is None or found.tries_left == 0 or found.expires_at <= now:
        return False
    if hmac.compare_digest(found.digest, _digest(holder, given)):
        found.delete()
        return True
    found.tries_left -= 1
    found.save(update_fields=["tries_left"])
    return False
