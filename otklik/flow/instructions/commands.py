"""The verbs of an instruction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.queries import cases_of
from otklik.flow.cases.rules import Refused
from otklik.flow.instructions import events, jobs, rules
from otklik.flow.instructions.models import (
    Instruction,
    InstructionCase,
    InstructionFile,
    InstructionStep,
)
from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import keep_files
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Upload
    from otklik.flow.problems.models import Problem
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

HEAVY = ("territory__polygon", "topic__phrases", "topic__synonyms", "region__settings")
SYSTEM = "system"


@dataclass(frozen=True)
class Draft:
    """What a leader says: to whom, what, until when, from which place, about what."""

    text: str
    organisation: Organisation
    due: datetime
    official: Official | None = None
    control_by: Official | None = None
    place: str = ""
    territory: Territory | None = None
    topic: Topic | None = None
    problem: Problem | None = None


def _locked(instruction_id: int) -> Instruction:
    related = ("region", "organisation", "territory", "topic")
    found = Instruction.objects.select_related(*related).defer(*HEAVY)
    return found.select_for_update(no_key=True, of=("self",)).get(pk=instruction_id)


def _tell(
    one: Instruction, fact: type[events.InstructionFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        fact(
            region=one.region_id, subject=one.ref, actor=by, at=now, instruction=one.pk,
            status=one.status, organisation=one.organisation.code, place=one.place,
            territory=one.territory.code if one.territory else "",
            topic=one.topic.code if one.topic else "", due=one.due, **more,
        )
    )  # fmt: skip


def _step(
    one: Instruction, verb: str, text: str, by: Official | None, now: datetime
) -> InstructionStep:
    return InstructionStep.objects.create(
        region=one.region, instruction=one, verb=verb, text=text.strip(), due=one.due, by=by,
        at=now,
    )  # fmt: skip


@command
def give(draft: Draft, *, numbers: Sequence[str] = (), by: Official, now: datetime) -> Instruction:
    """Tell a body what to do and until when; cases that the giver sees stand behind."""
    rules.check(draft.text, draft.due, now)
    if draft.organisation.external:
        raise Refused("external", "Эта организация вне системы", "That body is outside")
    if draft.topic is not None and draft.topic.closed:
        raise Refused("closed_topic", "По этой теме поручений здесь нет", "Not on this topic")
    official = draft.official
    if official is not None and official.organisation_id != draft.organisation.pk:
        raise Refused(
            "not_theirs", "Этот сотрудник из другой организации", "They work in another body"
        )
    one = Instruction.objects.create(
        region=by.region, text=draft.text.strip(), organisation=draft.organisation,
        official=official, due=draft.due, place=draft.place, territory=draft.territory,
        topic=draft.topic, problem=draft.problem, given_by=by,
        control_by=draft.control_by or by, given_at=now,
    )  # fmt: skip
    found = cases_of(by).filter(number__in=numbers, closed_contour=False)
    InstructionCase.objects.bulk_create(
        InstructionCase(region=by.region, instruction=one, case=case) for case in found
    )
    _step(one, "give", "", by, now)
    _tell(
        one, events.InstructionGiven, by.ref, now, cases=len(found),
        problem=draft.problem.pk if draft.problem else None,
    )  # fmt: skip
    return one


@command
def accept(instruction_id: int, *, by: Official, now: datetime) -> Instruction:
    """Take it on."""
    one = _locked(instruction_id)
    one.status = rules.step(one.status, "accept")
    one.official = one.official or by
    one.save()
    _step(one, "accept", "", by, now)
    _tell(one, events.InstructionAccepted, by.ref, now)
    return one


def _prove(step: InstructionStep, files: Sequence[Upload]) -> int:
    """Keep the files of a report; Refused tells which may not be kept and why."""
    try:
        stored = keep_files(files)
    except intake_rules.Refused as refusal:
        raise Refused(
            "files",
            ". ".join(each.ru for each in refusal.problems),
            ". ".join(each.en for each in refusal.problems),
        ) from None
    made = InstructionFile.objects.bulk_create(
        InstructionFile(
            region_id=step.region_id, step=step, token=secrets.token_urlsafe(16), name=file.name,
            mime=file.mime, size=file.size, original=path,
        )
        for file, path in stored
    )  # fmt: skip
    for one, (file, _) in zip(made, stored, strict=True):
        if file.is_image:
            jobs.make_copies.defer(file_id=one.pk)
    return len(made)


@command
def report(
    instruction_id: int, *, text: str, files: Sequence[Upload] = (), by: Official, now: datetime
) -> Instruction:
    """Tell what was done, with photos or papers that prove it."""
    one = _locked(instruction_id)
    rules.check_said(text, "Напишите, что сделано и когда", "Say what was done and when")
    one.status = rules.step(one.status, "report")
    one.reported_by, one.reported_at = by, now
    one.save()
    proofs = _prove(_step(one, "report", text, by, now), files)
    _tell(one, events.InstructionReported, by.ref, now, late=now > one.due, proofs=proofs)
    return one


@command
def confirm(instruction_id: int, *, text: str = "", by: Official, now: datetime) -> Instruction:
    """Say that it was checked and is done."""
    one = _locked(instruction_id)
    rules.may_confirm(by.pk, one.reported_by_id)
    one.status, one.closed_at = rules.step(one.status, "confirm"), now
    one.save()
    _step(one, "confirm", text, by, now)
    _tell(one, events.InstructionConfirmed, by.ref, now)
    return one


@command
def send_back(instruction_id: int, *, text: str, by: Official, now: datetime) -> Instruction:
    """Say what is missing."""
    one = _locked(instruction_id)
    rules.check_said(text, "Напишите, чего не хватает", "Say what is missing")
    rules.may_confirm(by.pk, one.reported_by_id)
    one.status = rules.step(one.status, "send_back")
    one.save()
    _step(one, "send_back", text, by, now)
    _tell(one, events.InstructionReturned, by.ref, now)
    return one


@command
def extend(
    instruction_id: int, *, due: datetime | None, text: str, by: Official, now: datetime
) -> Instruction:
    """Move the date, with a reason; a missed one counts as missed no more."""
    one = _locked(instruction_id)
    rules.check_due(due, now)
    rules.check_said(text, "Напишите, почему переносите срок", "Say why the date moves")
    one.status = rules.step(one.status, "extend")
    assert due is not None
    one.due, one.overdue_at, one.extensions = due, None, one.extensions + 1
    one.save()
    _step(one, "extend", text, by, now)
    _tell(one, events.InstructionExtended, by.ref, now)
    return one


@command
def withdraw(instruction_id: int, *, text: str, by: Official, now: datetime) -> Instruction:
    """Take it back, with a reason."""
    one = _locked(instruction_id)
    rules.check_said(text, "Напишите, почему снимаете поручение", "Say why it is withdrawn")
    one.status, one.closed_at = rules.step(one.status, "withdraw"), now
    one.save()
    _step(one, "withdraw", text, by, now)
    _tell(one, events.InstructionWithdrawn, by.ref, now)
    return one


@command
def mark_overdue(instruction_id: int, *, now: datetime) -> None:
    """Say once that the date passed; nothing if that is no longer so."""
    one = _locked(instruction_id)
    if one.overdue_at or not rules.overdue(one.status, one.due, now):
        return
    one.overdue_at = now
    one.save()
    _step(one, "overdue", "", None, now)
    _tell(one, events.InstructionOverdue, SYSTEM, now)
