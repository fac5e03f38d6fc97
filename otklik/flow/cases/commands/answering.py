"""Verbs of those who write the answer and of those who send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases import clockwork, events, rules
from otklik.flow.cases.commands.steps import SYSTEM, locked, move, tell
from otklik.flow.cases.models import Answer, Proof
from otklik.flow.intake.commands import add_files
from otklik.flow.intake.models import Attachment
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Official


@command
def submit_answer(
    number: str,
    *,
    text: str,
    result: str,
    interim: bool = False,
    control_at: datetime | None = None,
    proofs: Sequence[Upload] = (),
    group: bool = False,
    by: Official,
    now: datetime,
) -> Answer:
    """Write an answer and put it before the approver; one to a whole group needs no photo each."""
    case = locked(number)
    rules.check_answer(
        text, result, interim=interim, control_at=control_at, now=now,
        proof_needed=bool(case.topic and case.topic.proof) and not group, proofs=len(proofs),
    )  # fmt: skip
    move(case, "submit", now, by.ref)
    if case.executor_id is None:
        case.executor = by
    clockwork.keep(case)
    answer = Answer.objects.create(
        region=case.region,
        case=case,
        version=case.answers.count() + 1,
        text=text.strip(),
        result=result,
        interim=interim,
        control_at=control_at if interim else None,
        state=Answer.State.APPROVAL,
        author=by,
        written_at=now,
    )
    if proofs:
        files = add_files(case.report, proofs, purpose=Attachment.Purpose.PROOF, by=by.ref, now=now)
        Proof.objects.bulk_create(
            Proof(region=case.region, answer=answer, attachment=file) for file in files
        )
    tell(case, events.CaseAnswerSubmitted, by.ref, now, version=answer.version)
    return answer


def _awaiting(case: Case) -> Answer:
    answer = case.answers.filter(state=Answer.State.APPROVAL).order_by("-version").first()
    if answer is None:
        raise rules.Refused("no_answer", "Нет ответа на согласовании", "No answer to approve")
    return answer


@command
def send_back(number: str, *, comment: str, by: Official, now: datetime) -> Case:
    """Return the answer for rework with what to mend."""
    case = locked(number)
    if not comment.strip():
        raise rules.Refused("no_reason", "Напишите, что исправить", "Say what to mend")
    answer = _awaiting(case)
    move(case, "send_back", now, by.ref)
    clockwork.keep(case)
    answer.state, answer.decided_by, answer.decided_at = Answer.State.REWORK, by, now
    answer.comment = comment
    answer.save()
    tell(case, events.CaseAnswerSentBack, by.ref, now, version=answer.version)
    return case


@command
def approve_answer(number: str, *, verb: str = "approve", by: Official, now: datetime) -> Answer:
    """Send the answer to the author; a final one stops the clock, an interim one sets a day."""
    case = locked(number)
    answer = _awaiting(case)
    rules.may_approve(by.pk, answer.author_id)
    late = case.due is not None and now > case.due
    move(case, "approve_interim" if answer.interim else verb, now, by.ref)
    answer.state, answer.decided_by, answer.decided_at = Answer.State.APPROVED, by, now
    answer.save()
    case.result = answer.result
    if answer.interim:
        case.control_at = answer.control_at
        clockwork.promise(case, now, by.ref)
        clockwork.keep(case)
        tell(
            case, events.CaseAnsweredInterim, by.ref, now,
            answer=answer.pk, control_at=answer.control_at,
        )  # fmt: skip
    else:
        case.answered_at, case.control_at = now, None
        clockwork.keep(case)
        tell(
            case, events.CaseAnswered, by.ref, now,
            answer=answer.pk, result=answer.result, late=late, proofs=answer.proofs.count(),
        )  # fmt: skip
    return answer


@command
def wake_case(number: str, *, now: datetime) -> Case:
    """Take a case up again on the day that its interim answer named."""
    case = locked(number)
    move(case, "wake", now, SYSTEM)
    case.control_at = None
    clockwork.keep(case)
    tell(case, events.CaseWoken, SYSTEM, now)
    return case
