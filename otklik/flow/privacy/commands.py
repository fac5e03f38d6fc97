"""Verbs about mass exports and about forgetting: a person on their word, old data by their term."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Q

from otklik.flow.amends.models import Duty
from otklik.flow.appeals.models import Notice, Paper, Question
from otklik.flow.calls.models import Call, Callback
from otklik.flow.cases.models import Answer, Case, Dispute, Note, Support
from otklik.flow.channels.chats.models import ChatReport, Talk
from otklik.flow.channels.mailbox.models import Incoming
from otklik.flow.channels.push.models import Device
from otklik.flow.channels.sms.models import PhoneCode, SmsMessage
from otklik.flow.channels.social.models import Mention
from otklik.flow.correspondence.models import Remark
from otklik.flow.division.queries import KEPT
from otklik.flow.intake import files
from otklik.flow.intake.models import Attachment, Report
from otklik.flow.privacy import events, jobs, queries, rules, sheets
from otklik.flow.privacy.models import Depersonalised, Erasure, Export, KeptFile, KeptPiece
from otklik.flow.problems.models import Joining
from otklik.flow.rating.models import Rating
from otklik.flow.reception.models import Booking
from otklik.flow.refusals.models import Contest
from otklik.flow.regimes.models import Applicant
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.accounts.models import (
    Attested,
    FailedLogin,
    Look,
    Official,
    Person,
    ProvenPhone,
)
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import Refused
from otklik.ground.kit.sealing import (
    email_print,
    phone_print,
    seal_bytes,
    unseal_bytes,
    word_prints,
)
from otklik.ground.kit.text import mask, mask_address, stems, without
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from otklik.flow.cases.queue import QueueFilters
    from otklik.journal.facts import Fact

SEALED_FOR = "privacy_export.file"
COARSE = 3
"""Digits of a degree that stay of a point: about 100 metres."""
AT_ONCE = 200


def _tell(kind: type[Fact], about: Export | Erasure, by: str, now: datetime, **more: Any) -> None:
    record(kind(region=about.region_id, subject=about.ref, actor=by, at=now, **more))


@command
def ask_export(
    *,
    filters: QueueFilters,
    columns: Collection[str],
    reason: str,
    kind: str,
    by: Official,
    now: datetime,
) -> Export:
    """Ask for a mass export; nothing is made until another official allows it. Raises Refused."""
    count = queries.exported(by, filters, now).count()
    kept = rules.check_export(reason, columns, count)
    export = Export.objects.create(
        region=region(), asked_by=by, asked_at=now, reason=reason.strip()[:300],
        query=queries.written(filters), columns=kept, format="csv" if kind == "csv" else "xlsx",
    )  # fmt: skip
    _tell(events.ExportAsked, export, by.ref, now, rows=count)
    return export


@command
def decide_export(
    export: Export, *, allow: bool, note: str = "", by: Official, now: datetime
) -> None:
    """Allow or refuse another's export. Raises Refused for one's own and for one decided."""
    export = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    rules.second_person(export.asked_by_id, by.pk)
    if export.state != Export.State.ASKED:
        raise Refused("decided", "Уже решено", "It was decided already")
    export.state = Export.State.APPROVED if allow else Export.State.REFUSED
    export.decided_by, export.decided_at, export.note = by, now, note.strip()[:300]
    export.save(update_fields=["state", "decided_by", "decided_at", "note"])
    if allow:
        jobs.make_export.defer(export_id=export.pk)
    _tell(events.ExportDecided, export, by.ref, now, state=export.state)


@command
def make_export(export_id: int, *, now: datetime) -> None:
    """Make the file of an allowed export, sealed on disk; the same again if called again."""
    found = Export.objects.select_for_update(of=("self",)).select_related("asked_by__person")
    export = found.select_related("asked_by__organisation").get(pk=export_id)
    if export.state != Export.State.APPROVED:
        return
    asker = export.asked_by
    cases = list(queries.exported(asker, queries.read(export.query), now)[: rules.MOST_ROWS])
    content = sheets.write(
        export.format, sheets.watermark(export.pk, asker, now), export.columns,
        (sheets.row(case, export.columns, asker) for case in cases),
    )  # fmt: skip
    path = Path("exports") / secrets.token_urlsafe(16)
    files.write(path, seal_bytes(content, SEALED_FOR))
    export.file, export.state = str(path), Export.State.READY
    export.numbers = [case.number for case in cases]
    export.until = now + timedelta(days=queries.retention_terms().export_files)
    export.save(update_fields=["file", "state", "numbers", "until"])
    _tell(events.ExportMade, export, "system", now, rows=len(cases))


@command
def take_export(export: Export, *, by: Official, now: datetime) -> bytes:
    """Give the file to its asker while it may be taken; each case of it was looked at then."""
    export = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    ready = export.state == Export.State.READY and export.until is not None and now < export.until
    if export.asked_by_id != by.pk or not ready or not powers_of(by).anywhere(queries.ASK):
        raise Export.DoesNotExist
    role = next((each.role for each in powers_of(by).granting(queries.ASK)), "")
    Look.objects.bulk_create(
        Look(
            region_id=export.region_id, official=by, organisation_id=by.organisation_id, role=role,
            subject=f"case:{number}", what=Look.What.EXPORT, reason=f"Выгрузка № {export.pk}",
            at=now,
        )
        for number in export.numbers
    )  # fmt: skip
    _tell(events.ExportTaken, export, by.ref, now, rows=len(export.numbers))
    return unseal_bytes(files.stored(export.file).read_bytes(), SEALED_FOR)


@command
def ask_erasure(person: Person, *, now: datetime) -> Erasure:
    """Ask to be forgotten; asked twice is asked once. Raises Refused while messages wait."""
    rules.may_erase(at_work=_at_work(person), open_cases=queries.open_cases_of(person))
    waiting = Erasure.objects.filter(person=person, state__in=["asked", "checked"]).first()
    if waiting is not None:
        return waiting
    erasure = Erasure.objects.create(region=region(), person=person, asked_at=now)
    _tell(events.ErasureAsked, erasure, person.ref, now)
    return erasure


def _at_work(person: Person) -> bool:
    return Official.objects.filter(person=person, active=True).exists()


@command
def decide_erasure(
    erasure_id: int, *, yes: bool, note: str = "", by: Official, now: datetime
) -> Erasure:
    """Check a request, or confirm it as the second: then the person is forgotten."""
    erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id, region=region())
    if erasure.state not in {"asked", "checked"}:
        raise Refused("decided", "Уже решено", "It was decided already")
    person = Person.objects.select_for_update().get(pk=erasure.person_id)
    if not yes:
        erasure.state = Erasure.State.REFUSED
    else:
        rules.may_erase(at_work=_at_work(person), open_cases=queries.open_cases_of(person))
        if erasure.state == "asked":
            erasure.state, erasure.checked_by, erasure.checked_at = "checked", by, now
        else:
            rules.second_person(erasure.checked_by_id or 0, by.pk)
            erasure.state = Erasure.State.DONE
    if erasure.state != "checked":
        erasure.decided_by, erasure.decided_at, erasure.note = by, now, note.strip()[:300]
    erasure.save()
    _tell(events.ErasureDecided, erasure, by.ref, now, state=str(erasure.state))
    if erasure.state == Erasure.State.DONE:
        forget_person(person, by=by.ref, now=now)
    return erasure


@command
def forget_person(person: Person, *, by: str, now: datetime) -> None:
    """Erase who a person is, everywhere but in the journal, which never knew."""
    own = Report.objects.filter(author=person).select_related("author")
    reports = list(own.select_for_update(of=("self",)))
    _seal_by_law(reports, now)
    depersonalise(reports, now=now)
    for table in (Support, Joining):
        for joined in table.objects.filter(person=person):
            joined.person, joined.email, joined.phone, joined.key = (
                None,
                "",
                "",
                f"gone:{joined.pk}",
            )
            joined.save()
    for rating in Rating.objects.filter(person=person):
        rating.person, rating.comment = None, mask(rating.comment)
        rating.save(update_fields=["person", "comment"])
    for owned in (EmailAddress, Authenticator, SocialAccount, UserSession):
        owned.objects.filter(user=person).delete()
    for known in (Attested, ProvenPhone, Device):
        known.objects.filter(person=person).delete()
    FailedLogin.objects.filter(person=person).delete()
    SmsMessage.objects.filter(subject=f"phone:{phone_print(person.phone)}").delete()
    Incoming.objects.filter(sender=email_print(person.email)).exclude(sender="").delete()
    for callback in Callback.objects.filter(phone_print=person.phone_print).exclude(phone_print=""):
        _forget_call(callback)
    _forget_bookings(Q(phone_print=person.phone_print) & ~Q(phone_print=""))
    _end_sessions(person)
    person.email = f"erased-{person.pk}@erased.invalid"
    person.first_name = person.last_name = person.patronymic = person.phone = ""
    person.is_active = False
    person.set_unusable_password()
    person.save()
    record(
        events.PersonForgotten(
            region=region().pk, subject=person.ref, actor=by, at=now, reports=len(reports)
        )
    )


def _seal_by_law(reports: Collection[Report], now: datetime) -> None:
    """Seal the files of appeals whose term of keeping has not run out; nobody reads them here."""
    term = timedelta(days=queries.retention_terms().closed_cases)
    found = Case.objects.filter(report__in=[report.pk for report in reports], regime__in=LAWFUL)
    for case in found.select_related("region", "report__author", "topic", "organisation"):
        until = (case.closed_at or now) + term
        if until <= now or KeptFile.objects.filter(case=case).exists():
            continue
        kept = KeptFile.objects.create(region_id=case.region_id, case=case, at=now, until=until)
        pieces = KeptPiece.objects.bulk_create(
            KeptPiece(
                region_id=case.region_id, file=kept, name=name[:200],
                sha256=hashlib.sha256(content).hexdigest(),
                content=base64.b64encode(content).decode(),
            )
            for name, content in queries.lawful_file(case)
        )  # fmt: skip
        record(
            events.FileSealed(
                region=case.region_id, subject=case.ref, actor="system", at=now,
                pieces=len(pieces),
            )
        )  # fmt: skip


@command
def open_kept(number: str, *, reason: str, now: datetime) -> list[tuple[str, bytes]]:
    """Return the papers of a sealed file, for a court or a prosecutor; that it was done stays."""
    rules.check_reason(reason)
    kept = KeptFile.objects.select_for_update(of=("self",)).get(
        region=region(), case__number=number, until__gt=now
    )
    kept.opened_at, kept.reason = now, reason.strip()[:300]
    kept.save(update_fields=["opened_at", "reason"])
    pieces = [(each.name, base64.b64decode(each.content)) for each in kept.pieces.all()]
    record(
        events.FileOpened(
            region=kept.region_id, subject=f"case:{number}", actor="system", at=now,
            pieces=len(pieces),
        )
    )  # fmt: skip
    return pieces


def _end_sessions(person: Person) -> None:
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()


@command
def depersonalise(reports: Collection[Report], *, now: datetime) -> None:
    """Take from messages, and from all said along the way, whose they were."""
    ids = [report.pk for report in reports]
    names = {report.pk: _names(report.author) for report in reports}
    for applicant in Applicant.objects.filter(report__in=ids):
        names[applicant.report_id] |= _names(applicant)
    for report in reports:
        report.text = without(report.text, names[report.pk])
        report.address = mask_address(report.address)
        report.address_prints = word_prints(report.address)
        report.email = report.phone = report.email_print = report.phone_print = ""
        report.contact_kind, report.extra, report.author = Report.Contact.NONE, {}, None
        report.lat, report.lon = _coarse(report.lat), _coarse(report.lon)
    Report.objects.bulk_update(
        reports,
        ["text", "address", "address_prints", "email", "email_print", "phone", "phone_print",
         "contact_kind", "extra", "author", "lat", "lon"],
        batch_size=AT_ONCE,
    )  # fmt: skip
    cases = list(Case.objects.filter(report__in=ids))
    for case in cases:
        case.lat, case.lon = _coarse(case.lat), _coarse(case.lon)
    Case.objects.bulk_update(cases, ["lat", "lon"], batch_size=AT_ONCE)
    numbers = [case.number for case in cases]
    said = Q(case__report__in=ids)
    of_officials = Q(by__startswith="official:") & ~Q(kind=KEPT)
    _mask_all(Note.objects.filter(said).exclude(of_officials), "text", names)
    _mask_all(Answer.objects.filter(said), "text", names)
    _mask_all(Dispute.objects.filter(said), "text", names)
    _mask_all(Remark.objects.filter(said), "text", names)
    for column in ("asked", "outcome"):
        _mask_all(Duty.objects.filter(said), column, names)
    _mask_all(Contest.objects.filter(said), "text", names)
    _mask_all(Rating.objects.filter(said), "comment", names)
    Support.objects.filter(key__in=[f"report:{number}" for number in numbers]).update(
        person=None, email="", email_print="", phone="", phone_print=""
    )
    SmsMessage.objects.filter(subject__in=[f"report:{number}" for number in numbers]).delete()
    _forget_talks(ids)
    Mention.objects.filter(report__in=ids).update(text="", author="", link="", thread={}, reply="")
    _depersonalise_appeals(ids, names)
    for table in (Call, Callback):
        for called in table.objects.filter(report__in=ids):
            _forget_call(called)
    _forget_bookings(Q(report__in=ids))
    _drop_files(ids)
    Depersonalised.objects.bulk_create(
        [Depersonalised(region_id=each.region_id, report=each, at=now) for each in reports],
        ignore_conflicts=True,
    )


def _depersonalise_appeals(ids: Collection[int], names: dict[int, frozenset[str]]) -> None:
    """Take applicants from appeals, and the papers that are made out to them."""
    for applicant in Applicant.objects.filter(report__in=ids):
        applicant.last_name = applicant.first_name = applicant.patronymic = ""
        applicant.postal_address = ""
        applicant.save()
    said = Q(case__report__in=ids)
    for column in ("text", "answer"):
        _mask_all(Question.objects.filter(said), column, names)
    _mask_all(Notice.objects.filter(said), "text", names)
    papers = Paper.objects.filter(said)
    paths = list(papers.values_list("path", flat=True))
    papers.delete()
    if paths:
        jobs.drop_files.defer(paths=paths)


def _forget_talks(ids: Collection[int]) -> None:
    """Part messages from the talks they were sent in; a talk that led to nothing else goes too."""
    talks = list(Talk.objects.filter(reports__report__in=ids).values_list("pk", flat=True))
    ChatReport.objects.filter(report__in=ids).delete()
    Talk.objects.filter(pk__in=talks, reports=None).delete()


def _forget_call(called: Call | Callback) -> None:
    called.phone = ""
    if isinstance(called, Callback):
        called.name = ""
    called.save()


def _forget_bookings(whose: Q) -> None:
    """Leave of a request to be received that it was asked, answered and when."""
    found = list(Booking.objects.filter(whose))
    SmsMessage.objects.filter(subject__in=[booking.ref for booking in found]).delete()
    for booking in found:
        booking.name = booking.phone = booking.days = ""
        booking.text, booking.outcome = mask(booking.text), mask(booking.outcome)
        booking.save()


def _coarse(value: float | None) -> float | None:
    return None if value is None else round(value, COARSE)


def _names(author: Person | Applicant | None) -> frozenset[str]:
    if author is None:
        return frozenset()
    return frozenset(stems(f"{author.first_name} {author.patronymic} {author.last_name}"))


def _mask_all(found: Any, column: str, names: dict[int, frozenset[str]]) -> None:
    rows = list(found.select_related("case"))
    for row in rows:
        setattr(row, column, without(getattr(row, column), names[row.case.report_id]))
    found.model.objects.bulk_update(rows, [column], batch_size=AT_ONCE)


def _drop_files(report_ids: Iterable[int]) -> None:
    """Delete the authors' files; on disk after the commit, by a job, unless others have them."""
    found = Attachment.objects.filter(report__in=report_ids, purpose__in=["message", "talk"])
    paths = sorted(
        {
            path
            for row in found.values_list("original", "public", "thumbnail")
            for path in row
            if path
        }
    )
    found.delete()
    if paths:
        jobs.drop_files.defer(paths=paths)


@command
def depersonalise_old(*, now: datetime) -> int:
    """Depersonalise one batch of cases closed longer ago than the term; return how many."""
    since = rules.before(now, queries.retention_terms().closed_cases)
    done = Depersonalised.objects.values("report_id")
    found = Report.objects.filter(region=region(), case__closed_at__lt=since)
    left = found.exclude(pk__in=done).select_related("author")
    batch = list(left.order_by("pk")[:AT_ONCE])
    if batch:
        depersonalise(batch, now=now)
        _ran_out("closed_cases", len(batch), now)
    return len(batch)


@command
def delete_old(*, now: datetime) -> dict[str, int]:
    """Delete looks, failed sign-ins, messages, letters, exports and sessions past their term."""
    terms = queries.retention_terms()
    own = {"region": region()}
    gone = {
        "looks": Look.objects.filter(**own, at__lt=rules.before(now, terms.looks)).delete()[0],
        "failed_logins": FailedLogin.objects.filter(
            **own, at__lt=rules.before(now, terms.failed_logins)
        ).delete()[0],
        "text_messages": SmsMessage.objects.filter(
            **own, created_at__lt=rules.before(now, terms.text_messages)
        ).exclude(state="queued").delete()[0],
        "incoming_letters": Incoming.objects.filter(
            **own, at__lt=rules.before(now, terms.incoming_letters)
        ).delete()[0],
        "kept_files": KeptFile.objects.filter(**own, until__lte=now).delete()[0],
        "phone_codes": PhoneCode.objects.filter(**own, expires_at__lt=now).delete()[0],
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
    }  # fmt: skip
    expired = list(Export.objects.filter(**own, state="ready", until__lt=now))
    for export in expired:
        jobs.drop_files.defer(paths=[export.file])
        export.state, export.file = Export.State.EXPIRED, ""
        export.save(update_fields=["state", "file"])
    gone["export_files"] = len(expired)
    for what, count in gone.items():
        if count:
            _ran_out(what, count, now)
    return gone


def _ran_out(what: str, count: int, now: datetime) -> None:
    record(
        events.TermRanOut(
            region=region().pk, subject="retention", actor="system", at=now, what=what, count=count
        )
    )
