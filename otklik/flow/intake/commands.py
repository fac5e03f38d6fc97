"""The verbs of intake: every door calls `receive`."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection

from otklik.flow.intake import files as file_store
from otklik.flow.intake import jobs, rules
from otklik.flow.intake.events import (
    FilesAdded,
    PhotoCovered,
    ReportClaimed,
    ReportReceived,
    ReportWithdrawn,
)
from otklik.flow.intake.models import Attachment, Covering, Report
from otklik.flow.intake.queries import boxes_of, limits
from otklik.ground.kit import geo, signing
from otklik.ground.territories.queries import locate, region, territories, territory_at
from otklik.ground.topics.queries import fact
from otklik.journal.writing import append_sql, command, inside_command, record

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

FINEST = 9


@dataclass(frozen=True)
class Receipt:
    """What the person takes away: the number and the secret that together open the case."""

    report_id: int
    number: str
    secret: str
    fresh: bool

    @property
    def spoken(self) -> str:
        """The number in two groups: 4821-3097."""
        return f"{self.number[:4]}-{self.number[4:]}"


@dataclass(frozen=True)
class Located:
    """Where a message belongs."""

    lat: float | None
    lon: float | None
    territory: Territory | None


def receive(
    new: rules.NewReport,
    *,
    files: Sequence[Upload] = (),
    author: Person | None = None,
    now: datetime,
) -> Receipt:
    """Accept a message: number it, keep its files, tell the journal, all or nothing.

    The same idempotency key through the same channel gives the same receipt with `fresh` false;
    with other words it is refused: they are no repetition, and must not be lost.
    Raises rules.Refused with every problem at once; nothing is kept then.
    """
    new = rules.tidy(new)
    bound = limits()
    problems = rules.check(new, bound)
    topic = fact(new.topic) if new.topic else None
    located, misplaced = _locate(new, {problem.field for problem in problems})
    problems += misplaced
    if topic and not topic.anonymous and new.contact == "none" and author is None:
        problems.append(rules.needs_contact())
    kept, refused = _examine(files, bound)
    problems += refused
    if problems:
        raise rules.Refused(problems)
    report = _report(new, topic, located, author, now)
    stored = [(file, file_store.keep(file)) for file in kept]
    taken = _accept(report, stored) if stored or inside_command() else _accept_at_once(report)
    if not taken:
        known = Report.objects.get(
            region=region(), channel=new.channel, idempotency_key=new.idempotency_key
        )
        if known.text != new.text:
            raise rules.Refused([rules.key_used()])
        return _receipt(known, fresh=False)
    return _receipt(report, fresh=True)


def _examine(
    uploads: Sequence[Upload], bound: rules.Limits
) -> tuple[list[file_store.Examined], list[rules.Problem]]:
    if len(uploads) > bound.files:
        return [], [rules.too_many_files(len(uploads), bound)]
    total = sum(int(upload.size or 0) for upload in uploads)
    if total > bound.total_mb * 2**20:
        return [], [rules.too_much(total, bound)]
    return file_store.examine_all(uploads, bound)


def _locate(new: rules.NewReport, wrong: set[str]) -> tuple[Located, list[rules.Problem]]:
    nowhere = Located(None, None, None)
    if "place" in wrong or new.place == "unknown":
        return nowhere, []
    if new.place == "pin" and new.lat is not None and new.lon is not None:
        territory = territory_at(new.lat, new.lon)
        if territory is None:
            return nowhere, [rules.outside(region().genitive_ru or region().title_ru)]
        return Located(new.lat, new.lon, territory), []
    place = locate(new.address)
    if place is None:
        return nowhere, []
    return Located(place.lat, place.lon, territories().get(place.territory)), []


def _report(
    new: rules.NewReport,
    topic: Topic | None,
    located: Located,
    author: Person | None,
    now: datetime,
) -> Report:
    serial = _next_serial()
    return Report(
        id=serial,
        region=region(),
        number=rules.number_of(serial),
        channel=new.channel,
        idempotency_key=new.idempotency_key,
        text=new.text,
        language=new.language,
        topic_hint=topic,
        place_kind=new.place,
        lat=located.lat,
        lon=located.lon,
        address=new.address,
        territory=located.territory,
        author=author,
        contact_kind=new.contact,
        email=new.email,
        phone=new.phone,
        wants_public=new.wants_public,
        extra=new.extra,
        received_at=now,
    )


def _received(report: Report) -> ReportReceived:
    pinned = report.lat is not None and report.lon is not None
    return ReportReceived(
        region=report.region_id,
        subject=f"report:{report.number}",
        actor=report.author.ref if report.author else "anonymous",
        at=report.received_at,
        report=report.pk,
        channel=report.channel,
        place=report.place_kind,
        territory=report.territory.code if report.territory else "",
        cell=geo.cell(report.lat or 0.0, report.lon or 0.0, FINEST) if pinned else None,
        topic=report.topic_hint.code if report.topic_hint else "",
    )


def _accept_at_once(report: Report) -> bool:
    """Write a message and its fact in one statement; False if its key was used before.

    The one hot path: in a storm every way to the database and back counts.
    """
    fields = Report._meta.concrete_fields  # noqa: SLF001  (as Django documents it)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    row = [
        field.get_db_prep_save(field.pre_save(report, add=True), connection=connection)
        for field in fields
    ]
    marks = ", ".join(["%s"] * len(fields))
    fact, values = append_sql([_received(report)], only_if="report")
    statement = (
        f"WITH report AS (INSERT INTO intake_report ({columns}) VALUES ({marks})"  # noqa: S608
        f" ON CONFLICT (region_id, channel, idempotency_key) DO NOTHING RETURNING id),"
        f" fact AS ({fact}) SELECT id FROM report"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*row, *values])
        return cursor.fetchone() is not None


def _accept(report: Report, stored: Sequence[tuple[file_store.Examined, str]]) -> bool:
    """Write a message with its files and its fact; False if its key was used before."""
    try:
        _accept_with_files(report, stored)
    except IntegrityError:
        return False
    return True


@command
def _accept_with_files(report: Report, stored: Sequence[tuple[file_store.Examined, str]]) -> None:
    report.save(force_insert=True)
    _attach(report, stored, report.received_at)
    record(_received(report))


class _Serials(threading.local):
    """A few numbers taken ahead by each thread, so that most messages ask the database once."""

    def __init__(self) -> None:
        self.left: list[int] = []


_serials = _Serials()
AHEAD = 16


def _next_serial() -> int:
    if not _serials.left:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval('intake_report_id_seq') FROM generate_series(1, %s)", [AHEAD]
            )
            _serials.left = [int(row[0]) for row in reversed(cursor.fetchall())]
    return _serials.left.pop()


def _attach(
    report: Report,
    stored: Sequence[tuple[file_store.Examined, str]],
    now: datetime,
    purpose: str = Attachment.Purpose.MESSAGE,
) -> list[Attachment]:
    made = Attachment.objects.bulk_create(
        Attachment(
            region_id=report.region_id,
            report=report,
            purpose=purpose,
            token=secrets.token_urlsafe(16),
            name=file.name,
            mime=file.mime,
            size=file.size,
            sha256=file.sha256,
            original=path,
            width=file.width,
            height=file.height,
            added_at=now,
        )
        for file, path in stored
    )
    for attachment, (file, _) in zip(made, stored, strict=True):
        if file.is_image:
            jobs.make_copies.defer(attachment_id=attachment.pk)
    return made


def _receipt(report: Report, *, fresh: bool) -> Receipt:
    return Receipt(report.pk, report.number, secret_of(report.number), fresh)


def secret_of(number: str) -> str:
    """Return the secret that goes with a number: eight characters in two groups."""
    secret = signing.derive(number, "tracking")
    return f"{secret[:4]}-{secret[4:]}"


def keep_files(uploads: Sequence[Upload]) -> list[tuple[file_store.Examined, str]]:
    """Examine files within the region's limits and keep them. Raises rules.Refused."""
    kept, problems = _examine(uploads, limits())
    if problems:
        raise rules.Refused(problems)
    return [(file, file_store.keep(file)) for file in kept]


@command
def add_files(
    report: Report,
    uploads: Sequence[Upload],
    *,
    purpose: str = Attachment.Purpose.MESSAGE,
    by: str,
    now: datetime,
) -> list[Attachment]:
    """Add files to a message, the author's or a proof of work. Raises rules.Refused."""
    made = _attach(report, keep_files(uploads), now, purpose)
    if made:
        record(
            FilesAdded(
                region=report.region_id,
                subject=f"report:{report.number}",
                actor=by,
                at=now,
                report=report.pk,
                count=len(made),
            )
        )
    return made


@command
def part_off(
    report: Report, text: str, *, key: str, photos: Collection[str] = (), now: datetime
) -> Report:
    """Make a message of its own of a part of another: same author, contact, place and day.

    The chosen photos go with it, by their tokens, covered as they are.
    """
    serial = _next_serial()
    own = {"id": serial, "number": rules.number_of(serial), "idempotency_key": key, "text": text,
           "topic_hint_id": None, "withdrawn_at": None}  # fmt: skip
    fields = [field.attname for field in Report._meta.concrete_fields]  # noqa: SLF001
    made = Report(**{name: getattr(report, name) for name in fields} | own)
    made.save(force_insert=True)
    chosen = report.attachments.filter(purpose=Attachment.Purpose.MESSAGE, token__in=photos)
    for file in chosen:
        _share(file, made, now)
    record(replace(_received(made), at=now))
    return made


def _share(file: Attachment, report: Report, now: datetime) -> None:
    """Let a file belong to another message as well, with what is covered on it."""
    last = file.coverings.last()
    file.pk, file._state.adding = None, True  # noqa: SLF001  (as Django documents it)
    file.report, file.token, file.added_at = report, secrets.token_urlsafe(16), now
    file.public = file.thumbnail = ""
    file.save(force_insert=True)
    if last is not None:
        Covering.objects.create(
            region_id=report.region_id, attachment=file, boxes=last.boxes, by=last.by, at=now
        )
    if file.mime in file_store.IMAGES:
        jobs.make_copies.defer(attachment_id=file.pk)


@command
def withdraw(report: Report, *, by: str, now: datetime) -> None:
    """Take a message back on its author's word."""
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if report.withdrawn_at is not None:
        return
    report.withdrawn_at = now
    report.save(update_fields=["withdrawn_at"])
    record(
        ReportWithdrawn(
            region=report.region_id,
            subject=f"report:{report.number}",
            actor=by,
            at=now,
            report=report.pk,
        )
    )


@command
def claim(report: Report, person: Person, *, now: datetime) -> bool:
    """Make a message sent without signing in a person's own; False if it is another's already.

    That they know its secret is for the caller to ask.
    """
    report = Report.objects.select_for_update(no_key=True, of=("self",)).get(pk=report.pk)
    if report.author_id is not None:
        return report.author_id == person.pk
    report.author = person
    report.save(update_fields=["author"])
    record(
        ReportClaimed(
            region=report.region_id,
            subject=f"report:{report.number}",
            actor=person.ref,
            at=now,
            report=report.pk,
        )
    )
    return True


@command
def copy(attachment_id: int) -> None:
    """Make the copies of a picture that others see, with what is covered now."""
    attachment = Attachment.objects.select_for_update(no_key=True).get(pk=attachment_id)
    _copy(attachment, boxes_of(attachment))


def _copy(attachment: Attachment, boxes: Sequence[rules.Box]) -> None:
    last = attachment.coverings.last()
    mark = str(last.pk) if last and boxes else ""
    made = file_store.copies(attachment.original, attachment.token, boxes, mark)
    attachment.public, attachment.thumbnail = made
    attachment.save(update_fields=["public", "thumbnail"])


@command
def cover(
    attachment: Attachment,
    boxes: Sequence[rules.Box],
    *,
    may_open: bool,
    by: Official,
    now: datetime,
) -> None:
    """Cover parts of a photo in the copies that others see: made anew at once, the old ones gone.

    The original is not touched. Only one who `may_open` it shows again what was covered.
    """
    if attachment.mime not in file_store.IMAGES:
        raise rules.Refused([rules.not_a_picture()])
    attachment = Attachment.objects.select_for_update(no_key=True).get(pk=attachment.pk)
    rules.check_covering(boxes_of(attachment), boxes, may_open=may_open)
    shown = [path for path in (attachment.public, attachment.thumbnail) if path]
    Covering.objects.create(
        region_id=attachment.region_id, attachment=attachment, by=by, at=now,
        boxes=[list(box) for box in boxes],
    )  # fmt: skip
    _copy(attachment, boxes)
    jobs.drop_copies.defer(paths=shown)
    record(
        PhotoCovered(
            region=attachment.region_id,
            subject=f"report:{attachment.report.number}",
            actor=by.ref,
            at=now,
            report=attachment.report_id,
            attachment=attachment.pk,
            parts=len(boxes),
            share=rules.share_of(boxes),
        )
    )
