"""The verbs of answers: compose, look into, approve with open eyes, check on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.timezone import get_default_timezone, localtime

from otklik.flow.answers import archive, events, likeness, rules
from otklik.flow.answers.models import (
    AnswerDraft,
    AnswerTemplate,
    Caution,
    Composition,
    Examination,
    Inspection,
    Overruling,
    PhotoFacts,
    PhotoPrint,
    TemplateUse,
)
from otklik.flow.answers.prints import Camera, Prints, look
from otklik.flow.answers.queries import judge, limits, photo_editors, questions_of, unprinted
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Answer, Case
from otklik.flow.cases.rules import Refused
from otklik.flow.intake.commands import add_files
from otklik.flow.intake.models import Attachment
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import Topic

LONGEST = 10_000
MESSAGE = Attachment.Purpose.MESSAGE


@command
def compose_answer(
    number: str,
    *,
    parts: rules.Parts,
    result: str,
    interim: bool = False,
    control_at: datetime | None = None,
    proofs: Sequence[Upload] = (),
    template: int | None = None,
    by: Official,
    now: datetime,
) -> Answer:
    """Put an answer to the four questions before the approver."""
    rules.check_parts(parts, questions_of(result, interim=interim) if result else ())
    answer = cases.submit_answer(
        number, text=rules.compose(parts), result=result, interim=interim, control_at=control_at,
        proofs=proofs, by=by, now=now,
    )  # fmt: skip
    Composition.objects.create(region=answer.region, answer=answer, **vars(parts))
    used = AnswerTemplate.objects.filter(region=answer.region, pk=template or 0).first()
    if used is not None:
        TemplateUse.objects.create(region=answer.region, template=used, answer=answer, at=now)
        AnswerTemplate.objects.filter(pk=used.pk).update(uses=F("uses") + 1)
    AnswerDraft.objects.filter(case=answer.case, official=by).delete()
    return answer


@command
def submit_common(number: str, *, text: str, result: str, by: Official, now: datetime) -> Answer:
    """Put one answer to many before the approver: repeating it is no copying."""
    answer = cases.submit_answer(number, text=text, result=result, group=True, by=by, now=now)
    judged = judge(answer.case, answer.text, None, common=True)
    _keep(answer, judged, judged.found, now, common=True)
    return answer


@command
def save_draft(case: Case, values: Mapping[str, str], *, by: Official, now: datetime) -> None:
    """Keep what an official has typed so far."""
    kept = {name: value[:LONGEST] for name, value in values.items()}
    AnswerDraft.objects.update_or_create(
        case=case, official=by, defaults={"region": case.region, "values": kept, "saved_at": now}
    )


def print_report(report_id: int, *, now: datetime) -> int:
    """Take the prints of a message's photos that have none; return how many were looked at."""
    waiting = unprinted(report_id)
    for attachment in waiting:
        _print(attachment, now)
    return len(waiting)


def _print(attachment: Attachment, now: datetime) -> None:
    try:
        prints, camera = look(attachment.original, get_default_timezone())
    except (OSError, ValueError, SyntaxError):
        prints, camera = None, None
    keep_print(attachment, prints, camera, now=now)


@command
def keep_print(
    attachment: Attachment, prints: Prints | None, camera: Camera | None, *, now: datetime
) -> None:
    """Keep what was found in a photo, once; no camera means that the photo does not open."""
    told = camera or Camera()
    facts, fresh = PhotoFacts.objects.get_or_create(
        attachment=attachment,
        defaults={
            "region": attachment.region, "taken_at": told.taken_at, "lat": told.lat,
            "lon": told.lon, "camera": told.name, "program": told.program,
            "readable": camera is not None, "at": now,
        },
    )  # fmt: skip
    if not fresh or prints is None:
        return
    PhotoPrint.objects.bulk_create(
        PhotoPrint(
            region_id=facts.region_id, attachment=attachment, inner=inner, bits=bits,
            segments=likeness.segments(bits),
        )
        for bits, inner in ((prints.whole, False), (prints.inner, True))
    )  # fmt: skip


def examine_version(number: str, version: int, *, now: datetime) -> None:
    """Look into a version of an answer and its photos, unless that was done."""
    answer = Answer.objects.select_related("case").filter(
        case__number=number, version=version, examination=None
    ).first()  # fmt: skip
    if answer is None:
        return
    print_report(answer.case.report_id, now=now)
    _examine(number, answer.pk, now=now)


@command
def _examine(number: str, answer_id: int, *, now: datetime) -> None:
    case = cases.locked(number)
    answer = Answer.objects.select_related("composition", "region").get(pk=answer_id)
    if Examination.objects.filter(answer=answer).exists():
        return
    told = getattr(answer, "composition", None)
    parts = rules.Parts(told.done, told.when, told.who, told.next) if told else None
    judged = judge(case, answer.text, parts)
    proofs = Attachment.objects.filter(proof__answer=answer, photo_facts__isnull=False)
    found = [*judged.found]
    for proof in proofs.select_related("photo_facts").prefetch_related("prints"):
        found += _of_proof(case, proof)
    _keep(answer, judged, found, now)
    codes = tuple(sorted({each.code for each in found}))
    cases.tell(
        case, events.AnswerExamined, cases.SYSTEM, now,
        answer=answer.pk, codes=codes, count=len(codes),
    )  # fmt: skip


def _keep(
    answer: Answer,
    judged: Any,
    found: Sequence[rules.Found],
    now: datetime,
    *,
    common: bool = False,
) -> None:
    Examination.objects.create(
        region=answer.region, answer=answer, ease=judged.reading.ease,
        template_share=judged.template_share, bands=judged.bands, common=common, at=now,
    )  # fmt: skip
    Caution.objects.bulk_create(
        Caution(region=answer.region, answer=answer, code=each.code, detail=each.detail, at=now)
        for each in found
    )


def _of_proof(case: Case, proof: Attachment) -> list[rules.Found]:
    facts, bound = proof.photo_facts, limits()
    place = (case.lat, case.lon) if case.lat is not None and case.lon is not None else None
    both = facts.lat is not None and facts.lon is not None
    point = (facts.lat or 0.0, facts.lon or 0.0) if both else None
    found = rules.of_photo(
        taken_at=facts.taken_at, point=point, place=place, received_at=case.received_at,
        limits=bound, program=facts.program, editors=photo_editors(),
    )  # fmt: skip
    if facts.readable and proof.prints.exists():
        prints, _ = look(proof.original, get_default_timezone())
        if prints is not None:
            found += _seen_before(case, proof, prints, bound)
    return [rules.Found(each.code, {**each.detail, "proof_id": proof.pk}) for each in found]


def _seen_before(
    case: Case, proof: Attachment, prints: Prints, bound: Mapping[str, float]
) -> list[rules.Found]:
    own = archive.in_report(prints, case.report_id, proof.pk, bound["photo_near"])
    found = []
    known = {
        each.pk: each for each in Attachment.objects.filter(pk__in=[m.attachment for m in own])
    }
    for match in own:
        other = known[match.attachment]
        if rules.same_photo(match.apart, other.purpose, bound) and other.purpose == MESSAGE:
            found.append(rules.Found("photo_author", {"attachment": other.pk, "bits": match.apart}))
            break
    sent = Answer.objects.filter(
        case=case, state=Answer.State.APPROVED, proofs__attachment__in=known
    ).order_by("version").last()  # fmt: skip
    if sent is not None and sent.decided_at is not None:
        found.append(rules.Found("photo_again", {"day": f"{localtime(sent.decided_at):%d.%m.%Y}"}))
    return found + _in_archive(case, prints, bound)


def _in_archive(case: Case, prints: Prints, bound: Mapping[str, float]) -> list[rules.Found]:
    matches = archive.nearest(prints, case.region_id, bound["photo_near"])
    found = Attachment.objects.select_related("report").exclude(report=case.report_id)
    if not case.closed_contour:  # for all others its messages do not exist
        found = found.exclude(report__case__closed_contour=True)
    by_id = found.in_bulk([match.attachment for match in matches])
    for match in matches:
        other = by_id.get(match.attachment)
        if other is not None and rules.same_photo(match.apart, other.purpose, bound):
            detail = {
                "case": other.report.number, "attachment": other.pk, "bits": match.apart,
                "proof": other.purpose == Attachment.Purpose.PROOF, "mirrored": match.mirrored,
                "day": f"{localtime(other.added_at):%d.%m.%Y}",
            }  # fmt: skip
            return [rules.Found("photo_seen", detail)]
    return []


def approve(
    number: str, *, confirmed: bool = False, reason: str = "", verb: str = "approve",
    by: Official, now: datetime,
) -> Answer:  # fmt: skip
    """Send an answer; one with warnings only with a word why, which is kept.

    What was not looked into yet is looked into first.
    """
    examine_waiting(number, now=now)
    return _approve(number, confirmed=confirmed, reason=reason, verb=verb, by=by, now=now)


def examine_waiting(number: str, *, now: datetime) -> None:
    """Look into what waits for approval, each in its own transaction: a refusal keeps it."""
    waiting = Answer.objects.filter(case__number=number, state=Answer.State.APPROVAL)
    for version in waiting.values_list("version", flat=True):
        examine_version(number, version, now=now)


@command
def _approve(
    number: str, *, confirmed: bool, reason: str, verb: str, by: Official, now: datetime
) -> Answer:
    case = cases.locked(number)
    answer = case.answers.filter(state=Answer.State.APPROVAL).order_by("-version").first()
    found = Caution.objects.filter(answer=answer).values_list("code", flat=True) if answer else ()
    codes = tuple(sorted(set(found)))
    rules.check_overruling(codes, reason, confirmed=confirmed)
    if answer is not None and codes:
        Overruling.objects.create(
            region=case.region, answer=answer, by=by, codes=list(codes), reason=reason.strip(),
            at=now,
        )  # fmt: skip
        cases.tell(
            case, events.AnswerOverruled, by.ref, now,
            answer=answer.pk, codes=codes, count=len(codes),
        )  # fmt: skip
    return cases.approve_answer(number, verb=verb, by=by, now=now)


@command
def inspect_case(
    number: str,
    *,
    confirmed: bool,
    code: str = "",
    note: str = "",
    photos: Sequence[Upload] = (),
    by: Official,
    now: datetime,
) -> Case:
    """Take what an independent verifier saw on the spot: it is solved, or work goes on."""
    case = cases.locked(number)
    answer = case.answers.filter(state=Answer.State.APPROVED).order_by("version").last()
    if answer is None:
        raise Refused("no_answer", "Ответа ещё нет", "There is no answer yet")
    if confirmed:
        moved = cases.verify_case(number, by=by, now=now)
    else:
        moved = cases.refute_case(number, finding=code, note=note, by=by, now=now)
    inspection = Inspection.objects.create(
        region=case.region, case=case, answer=answer, by=by, confirmed=confirmed,
        code="" if confirmed else code, note=note.strip(), at=now,
    )  # fmt: skip
    if photos:
        kept = add_files(case.report, photos, purpose=Attachment.Purpose.PROOF, by=by.ref, now=now)
        inspection.photos.set(kept)
    cases.tell(
        moved, events.CaseInspected, by.ref, now,
        answer=answer.pk, confirmed=confirmed, code=inspection.code,
    )  # fmt: skip
    return moved


@command
def save_template(
    template: AnswerTemplate | None,
    *,
    title: str,
    parts: rules.Parts,
    result: str,
    topic: Topic | None,
    organisation: Organisation | None,
    active: bool,
    by: Official,
    now: datetime,
) -> AnswerTemplate:
    """Make or change a template; the caller asked whether its body is within the powers."""
    if not title.strip() or not parts.done:
        raise Refused("empty", "Назовите образец и напишите, что сделано", "Name it and fill it")
    if strange := rules.unknown_blanks(rules.plain(parts)):
        said = ", ".join(f"{{{name}}}" for name in strange)
        raise Refused("blanks", f"Таких пропусков нет: {said}", f"Unknown blanks: {said}")
    made = template or AnswerTemplate(
        region=by.region, code=f"desk-{by.pk}-{int(now.timestamp() * 1000)}"
    )
    values = {"title": title.strip()[:120], "result": result, "topic": topic,
              "organisation": organisation, "active": active, **vars(parts)}  # fmt: skip
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    record(
        events.TemplateEdited(
            region=made.region_id, subject=f"answer_template:{made.pk}", actor=by.ref, at=now,
            template=made.pk, active=active,
        )
    )  # fmt: skip
    return made
