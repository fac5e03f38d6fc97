"""The verbs of 59-ФЗ. The case's own verbs are done inside them: one transaction, one history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

from otklik.flow.answers import commands as answers
from otklik.flow.appeals import events, paper, rules
from otklik.flow.appeals.models import (
    Journal,
    Leaving,
    Notice,
    Paper,
    Question,
    Registration,
    Signature,
)
from otklik.flow.appeals.queries import (
    file_of,
    questions_left,
    redirect_days,
    redirect_until,
)
from otklik.flow.cases import clockwork
from otklik.flow.cases import commands as cases
from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.commands import locked, tell
from otklik.flow.cases.models import Case
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import receive
from otklik.flow.intake.models import Report
from otklik.flow.regimes.commands import NewApplicant, bar, name_applicant
from otklik.flow.regimes.queries import barred_for, regime
from otklik.flow.regimes.rules import APPEAL, check_applicant
from otklik.ground.kit import cms
from otklik.ground.organisations.queries import organisations
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Answer
    from otklik.flow.intake.commands import Receipt
    from otklik.flow.intake.files import Upload
    from otklik.flow.intake.rules import NewReport, Problem
    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import Topic


@dataclass(frozen=True)
class NewQuestion:
    """One question as the registrar cut it out."""

    text: str
    organisation: Organisation
    topic: Topic | None = None


def _day(moment: datetime | None) -> str:
    return localtime(moment).strftime("%d.%m.%Y") if moment else "—"


def _step(case: Case, verb: str, now: datetime, by: str, reason: str = "") -> None:
    """Take the step of a verb and let the clock follow, as the case's own verbs do."""
    before = case.status
    case.status = case_rules.step(case.status, verb, case.regime)
    case.updated_at = now
    clockwork.follow(case, before, now, by, reason)


def _number(case: Case) -> str:
    found = Registration.objects.filter(case=case).values_list("number", flat=True).first()
    return found or case.spoken


def _notify(case: Case, kind: str, text: str, by: Official, now: datetime) -> Notice:
    notice = Notice.objects.create(
        region=case.region, case=case, kind=kind, text=text, by=by, at=now
    )
    tell(case, events.AppealNoticed, by.ref, now, notice=notice.pk, about=kind)
    return notice


def _lacking(new: NewApplicant, *, email: str, cabinet: bool) -> list[Problem]:
    return check_applicant(
        regime(APPEAL), last_name=new.last_name, first_name=new.first_name,
        postal_address=new.postal_address, email=email, cabinet=cabinet,
    )  # fmt: skip


def receive_appeal(
    new: NewReport,
    applicant: NewApplicant,
    *,
    files: Sequence[Upload] = (),
    author: Person | None = None,
    now: datetime,
) -> Receipt:
    """Accept an appeal: a message and who wrote it; every problem is told at once."""
    lacking = _lacking(
        applicant, email=new.email if new.contact == "email" else "", cabinet=author is not None
    )
    if lacking:
        lacking += intake_rules.check(intake_rules.tidy(new), intake_rules.Limits())
        raise intake_rules.Refused(lacking)
    return _receive(new, applicant, files, author, now)


@command
def _receive(
    new: NewReport,
    applicant: NewApplicant,
    files: Sequence[Upload],
    author: Person | None,
    now: datetime,
) -> Receipt:
    receipt = receive(new, files=files, author=author, now=now)
    if receipt.fresh:
        report = Report.objects.get(pk=receipt.report_id)
        name_applicant(report, applicant, by=author.ref if author else "anonymous", now=now)
    return receipt


@command
def make_appeal(number: str, applicant: NewApplicant, *, by: str, now: datetime) -> Case:
    """Deal with a message under 59-ФЗ on its author's wish: same number, same history.

    It waits for registration at the reception; what was answered before stays in the case.
    """
    case = locked(number)
    report = case.report
    lacking = _lacking(applicant, email=report.email, cabinet=report.author_id is not None)
    if lacking:
        raise intake_rules.Refused(lacking)
    asked = regime(APPEAL)
    due, stage_due = case.due, case.stage_due
    case.status = case_rules.step(case.status, "make_appeal", case.regime)
    case.regime = APPEAL
    case.policy = cases.policy_of(case, case.topic) or case.policy
    case.organisation = organisations().get(asked.reception) or case.organisation
    case.executor, case.public, case.result = None, False, ""
    case.registered_at = case.due = case.answered_at = case.closed_at = None
    case.control_at = case.paused_at = None
    case.updated_at = now
    clockwork.start(case, now)
    clockwork.log(case, "policy", now, by, due, None, "стало обращением по 59-ФЗ")
    clockwork.log(case, "stage", now, by, stage_due, case.stage_due, "ждёт регистрации")
    clockwork.keep(case)
    name_applicant(report, applicant, by=by, now=now)
    tell(case, events.CaseBecameAppeal, by, now)
    return case


@command
def register_appeal(
    number: str, *, organisation: Organisation | None = None, by: Official, now: datetime
) -> Registration:
    """Give an appeal its number in the journal, start its 30 days, pass it to its body."""
    case = locked(number)
    late = case.stage_due is not None and now > case.stage_due
    case = cases.register_case(
        number, organisation=organisation, verb="register_appeal", by=by, now=now
    )
    body, year = by.organisation, localtime(now).year
    Journal.objects.get_or_create(
        region=case.region, organisation=body, year=year, defaults={"last": 0}
    )
    journal = Journal.objects.select_for_update().get(organisation=body, year=year)
    journal.last += 1
    journal.save(update_fields=["last"])
    asked = regime(APPEAL)
    index = str(asked.settings.get("indexes", {}).get(body.code, ""))
    made = Registration.objects.create(
        region=case.region, case=case, organisation=body, year=year, serial=journal.last,
        number=rules.journal_number(asked.number, journal.last, index, year),
        received_at=case.received_at, registered_at=now, registrar=by, late=late,
    )  # fmt: skip
    tell(case, events.AppealRegistered, by.ref, now, journal=made.number, late=late)
    text = rules.registered_text(
        number=made.number, body=body.title_ru, day=_day(now), due=_day(case.due)
    )
    _notify(case, Notice.Kind.REGISTERED, text, by, now)
    return made


@command
def complain_about(number: str, *, target: Organisation, by: Official, now: datetime) -> Case:
    """Say on whom a message complains: the branch closes, and who holds it wrongly loses it."""
    case = locked(number)
    case_rules.step(case.status, "complain", case.regime)
    bar(case.report, target, by=by.ref, now=now)
    barred = barred_for(case.report_id)
    if case.organisation_id in barred and case.status != "submitted":
        _take_away(case, by, now)
    elif case.organisation_id in barred and case.regime != APPEAL:
        case.organisation = None
    case.updated_at = now
    clockwork.keep(case)
    tell(case, events.AppealComplained, by.ref, now, target=target.code)
    return case


def _take_away(case: Case, by: Official, now: datetime) -> None:
    """Take a complaint from whom it is about, back to those who decide whose it is."""
    hop = case.assignments.order_by("-id").first()
    if hop is not None and hop.returned_at is None:
        hop.returned_at, hop.return_reason = now, "complaint_on_us"
        hop.save(update_fields=["returned_at", "return_reason"])
    case.organisation, case.executor = organisations().get(regime(APPEAL).reception), None
    if case.status in case_rules.BY_VERB["return"].sources:
        _step(case, "return", now, by.ref, "complaint_on_us")


@command
def split_questions(
    number: str, drafts: Sequence[NewQuestion], *, by: Official, now: datetime
) -> list[Question]:
    """Give each question of an appeal a body of its own; what was split before is replaced."""
    case = locked(number)
    case_rules.step(case.status, "split", case.regime)
    rules.check_questions([each.text for each in drafts])
    if case.questions.exclude(outcome="").exists():
        raise case_rules.Refused(
            "already_answered",
            "На один из вопросов уже ответили: делить заново поздно",
            "One question has its answer already: it is too late to split anew",
        )
    barred = barred_for(case.report_id)
    for each in drafts:
        case_rules.may_reach(each.organisation.pk, barred)
    case.questions.all().delete()
    made = Question.objects.bulk_create(
        Question(
            region=case.region, case=case, position=position, text=each.text.strip(),
            topic=each.topic, organisation=each.organisation, asked_at=now,
        )
        for position, each in enumerate(drafts, 1)
    )  # fmt: skip
    tell(case, events.AppealSplit, by.ref, now, questions=len(made))
    return made


@command
def answer_question(
    question_id: int, *, text: str, outcome: str, by: Official, now: datetime
) -> Question:
    """Give one question its outcome."""
    number = Question.objects.values_list("case__number", flat=True).get(pk=question_id)
    case = locked(number)
    question = case.questions.get(pk=question_id)
    if question.outcome or case.status not in case_rules.UNANSWERED:
        raise case_rules.Refused(
            "answered", "На этот вопрос уже ответили", "This question has its answer already"
        )
    case_rules.may_reach(by.organisation_id, barred_for(case.report_id))
    rules.check_outcome(outcome, text)
    question.answer, question.outcome = text.strip(), outcome
    question.answered_at, question.answered_by = now, by
    question.save()
    tell(
        case, events.QuestionAnswered, by.ref, now,
        position=question.position, outcome=outcome, left=questions_left(case),
    )  # fmt: skip
    return question


@command
def redirect_appeal(
    number: str, *, organisation: Organisation, note: str, by: Official, now: datetime
) -> Notice:
    """Send an appeal to whom it belongs, within seven days, and write to the author."""
    case = locked(number)
    rules.check_redirect(redirect_until(case), now, redirect_days(case))
    own = _number(case)
    case = cases.redirect_case(
        number, organisation=organisation, note=note, verb="redirect_appeal", by=by, now=now
    )
    text = rules.redirected_text(number=own, body=organisation.title_ru, day=_day(now), note=note)
    return _notify(case, Notice.Kind.REDIRECTED, text, by, now)


@command
def extend_appeal(
    number: str, *, until: datetime, reason: str, by: Official, now: datetime
) -> Notice:
    """Extend once, by at most what the law allows, and write to the author."""
    case = cases.extend_case(
        number, until=until, reason=reason, verb="extend_appeal", by=by, now=now
    )
    text = rules.extended_text(number=_number(case), until=_day(case.due), reason=reason)
    return _notify(case, Notice.Kind.EXTENDED, text, by, now)


@command
def leave_without_answer(
    number: str, *, ground: str, note: str, earlier: str = "", stopping: bool = False,
    by: Official, now: datetime,
) -> Leaving:  # fmt: skip
    """End an appeal on a ground of article 11; the author is told where the law says so."""
    case = locked(number)
    old = Case.objects.filter(
        region=case.region, number=earlier, answered_at__isnull=False
    ).exclude(pk=case.pk).first() if earlier else None  # fmt: skip
    found = rules.check_ground(ground, stopping=stopping, note=note, earlier=old is not None)
    _step(case, "stop" if stopping else "leave", now, by.ref, ground)
    case.closed_at = now
    clockwork.keep(case)
    left = Leaving.objects.create(
        region=case.region, case=case, ground=ground, note=note.strip(), earlier=old, by=by, at=now
    )
    tell(case, events.AppealLeft, by.ref, now, ground=ground)
    if found.notice:
        text = rules.left_text(found, number=_number(case), note=note)
        _notify(case, Notice.Kind.LEFT, text, by, now)
    return left


@command
def sign_answer(
    number: str, *, confirmed: bool = False, reason: str = "", by: Official, now: datetime
) -> Paper:
    """Send the answer to the author as a document, signed by who approves it."""
    case = locked(number)
    rules.check_all_answered(questions_left(case))
    answer = answers.approve(
        number, confirmed=confirmed, reason=reason, verb="sign_answer", by=by, now=now
    )
    kept = _print_answer(locked(number), answer, now)
    engine = paper.signer()
    if engine is not None:
        made = engine.sign(paper.content_of(kept.path))
        _sign(kept, made.cms, made.subject, by, now, test=made.test)
    return kept


def _print_answer(case: Case, answer: Answer, now: datetime) -> Paper:
    own = _number(case)
    done = paper.printed(
        "answer", {**file_of(case), "answer": answer, "number": own},
        title=f"Ответ на обращение № {own}", name=f"answer-{case.number}",
    )  # fmt: skip
    path, digest = paper.keep(done.content, done.name.rsplit(".", 1)[1])
    return Paper.objects.create(
        region=case.region, case=case, answer=answer, kind=Paper.Kind.ANSWER, name=done.name,
        mime=done.mime, path=path, sha256=digest, at=now,
    )  # fmt: skip


def _sign(
    kept: Paper, signature: bytes, subject: str, by: Official, now: datetime, *, test: bool
) -> Signature:
    checked = cms.check(paper.content_of(kept.path), signature)
    made = Signature.objects.create(
        region=kept.region, paper=kept, signer=by, cms=signature, test=test,
        subject=subject or checked.subject, state=checked.state, note=checked.note, at=now,
    )  # fmt: skip
    tell(kept.case, events.AppealSigned, by.ref, now, signature=made.pk, test=test)
    return made


@command
def attach_signature(number: str, *, signature: bytes, by: Official, now: datetime) -> Signature:
    """Keep a detached signature that was made elsewhere over the answer's document."""
    case = locked(number)
    case_rules.step(case.status, "attach_signature", case.regime)
    kept = case.papers.filter(kind=Paper.Kind.ANSWER).order_by("pk").last()
    if kept is None or not signature:
        raise case_rules.Refused(
            "no_file", "Приложите файл подписи (.sig или .p7s)", "Attach a signature file"
        )
    if len(signature) > cms.LARGEST:
        raise case_rules.Refused(
            "too_large", "Файл подписи больше 256 КБ: это не подпись", "It is no signature"
        )
    made = _sign(kept, signature, "", by, now, test=False)
    if made.state == Signature.State.INVALID:
        raise case_rules.Refused(
            "wrong_signature",
            "Эта подпись сделана не к этому документу. Скачайте ответ и подпишите его файл",
            "This signature is of another document",
        )
    return made
