"""The verbs that follow a phase: decide, promise, tell how it goes, keep, move, drop."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import keep_files
from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command, record
from otklik.participation.outcomes import events, jobs, queries, rules
from otklik.participation.outcomes.models import (
    Obligation,
    ObligationCase,
    ObligationPhoto,
    ObligationStep,
    Ruling,
)
from otklik.participation.projects.models import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import Topic

SYSTEM = "system"


@dataclass(frozen=True)
class Said:
    """What is decided, why, by whom, by which document."""

    verdict: str
    reason: str
    signer: str
    decided_on: date
    document: str = ""
    document_url: str = ""
    topic: Topic | None = None


@command
def decide(
    phase_id: int, said: Said, *, replaces: int | None = None, by: Official, now: datetime
) -> Ruling:
    """Say what was decided after a phase; a later decision replaces the one that it names.

    A constraint lets one decision be the first, and each be replaced once.
    """
    phase = Phase.objects.select_related("project", "petition").get(pk=phase_id)
    since = queries.decided_from(phase)
    rules.check_closed(phase.sealed_at, since, now)
    if said.verdict not in rules.VERDICTS:
        raise Refused("verdict", "Выберите решение", "Choose the decision")
    rules.check_said(said.reason, "Напишите, почему так решили", "Say why it was decided so")
    rules.check_said(said.signer, "Напишите, кто решил", "Say who decided")
    rules.check_decided_on(said.decided_on, localdate(since), localdate(now))
    try:
        with transaction.atomic():
            made = Ruling.objects.create(
                region=by.region, phase=phase, verdict=said.verdict,
                reason=said.reason.strip(), signer=said.signer.strip()[:200],
                document=said.document.strip()[:300], document_url=said.document_url,
                decided_on=said.decided_on, topic=said.topic, made_by=by, made_at=now,
                replaces=Ruling.objects.get(phase=phase, pk=replaces) if replaces else None,
            )  # fmt: skip
    except (IntegrityError, Ruling.DoesNotExist):
        raise Refused("decided", "Решение уже записано: откройте страницу заново",
                      "A decision stands already: open the page anew") from None  # fmt: skip
    record(
        events.RulingMade(
            region=by.region_id, subject=phase.project.ref, actor=by.ref, at=now, phase=phase.pk,
            ruling=made.pk, verdict=made.verdict,
        )
    )  # fmt: skip
    return made


@command
def promise(
    ruling_id: int, *, what: str, organisation: Organisation, due: date | None, by: Official,
    now: datetime,
) -> Obligation:  # fmt: skip
    """Add to a decision what a body is to do, and by which day."""
    ruling = Ruling.objects.select_related("phase").get(pk=ruling_id)
    rules.check_said(what, "Напишите, что будет сделано", "Say what will be done")
    rules.check_due(due, localdate(now))
    assert due is not None
    one = Obligation.objects.create(
        region=by.region, ruling=ruling, what=what.strip()[:300], organisation=organisation,
        due=due, first_due=due, made_at=now,
    )  # fmt: skip
    _step(one, "give", "", by, now)
    _tell(one, events.ObligationGiven, by.ref, now)
    return one


def _locked(obligation_id: int) -> Obligation:
    found = Obligation.objects.select_related("ruling", "organisation")
    one = found.select_for_update(no_key=True, of=("self",)).get(pk=obligation_id)
    rules.check_running(one.state)
    return one


def _step(
    one: Obligation, verb: str, text: str, by: Official | None, now: datetime
) -> ObligationStep:
    return ObligationStep.objects.create(
        region_id=one.region_id, obligation=one, verb=verb, text=text.strip(),
        percent=one.percent, due=one.due, by=by, at=now,
    )  # fmt: skip


def _tell(
    one: Obligation, fact: type[events.ObligationFact], by: str, now: datetime, **more: Any
) -> None:
    record(
        fact(
            region=one.region_id, subject=one.ref, actor=by, at=now, obligation=one.pk,
            phase=one.ruling.phase_id, organisation=one.organisation.code,
            due=one.due.isoformat(), **more,
        )
    )  # fmt: skip


def _show(step: ObligationStep, files: Sequence[Upload]) -> int:
    """Keep photos of a step; Refused tells which may not be kept and why."""
    try:
        stored = keep_files(files)
    except intake_rules.Refused as refusal:
        raise Refused(
            "photos", ". ".join(each.ru for each in refusal.problems),
            ". ".join(each.en for each in refusal.problems),
        ) from None  # fmt: skip
    if not all(file.is_image for file, _path in stored):
        raise Refused("photos", "Здесь показывают только снимки", "Only photos are shown here")
    made = ObligationPhoto.objects.bulk_create(
        ObligationPhoto(
            region_id=step.region_id, step=step, token=secrets.token_urlsafe(16), name=file.name,
            original=path,
        )
        for file, path in stored
    )  # fmt: skip
    for each in made:
        jobs.make_copies.defer(photo_id=each.pk)
    return len(made)


@command
def progress(
    obligation_id: int, *, text: str, percent: int | None, files: Sequence[Upload] = (),
    by: Official, now: datetime,
) -> Obligation:  # fmt: skip
    """Tell how it goes, with photos."""
    one = _locked(obligation_id)
    rules.check_said(text, "Напишите, что уже сделано", "Say what is done so far")
    rules.check_percent(percent)
    one.percent = percent or 0
    one.save(update_fields=["percent"])
    _show(_step(one, "progress", text, by, now), files)
    _tell(one, events.ObligationProgressed, by.ref, now, percent=one.percent)
    return one


@command
def keep(
    obligation_id: int, *, text: str, on: date | None, files: Sequence[Upload] = (), by: Official,
    now: datetime,
) -> Obligation:  # fmt: skip
    """Tell that it is done, on which day, with photos; whether in time is counted by that day."""
    one = _locked(obligation_id)
    rules.check_said(text, "Напишите, что сделано", "Say what was done")
    rules.check_done_on(on, localdate(one.made_at), localdate(now))
    assert on is not None
    one.state, one.percent, one.done_on = rules.KEPT, rules.WHOLE, on
    one.save(update_fields=["state", "percent", "done_on"])
    photos = _show(_step(one, "keep", text, by, now), files)
    _tell(one, events.ObligationKept, by.ref, now, late=on > one.due, photos=photos)
    return one


@command
def move(
    obligation_id: int, *, due: date | None, text: str, by: Official, now: datetime
) -> Obligation:
    """Move the day, with a reason; the first day and the number of moves stay in sight."""
    one = _locked(obligation_id)
    rules.check_due(due, localdate(now))
    rules.check_said(text, "Напишите, почему переносите срок", "Say why the date moves")
    assert due is not None
    one.due, one.moves, one.overdue_at = due, one.moves + 1, None
    one.save(update_fields=["due", "moves", "overdue_at"])
    _step(one, "move", text, by, now)
    _tell(one, events.ObligationMoved, by.ref, now)
    return one


@command
def drop(obligation_id: int, *, text: str, by: Official, now: datetime) -> Obligation:
    """Give an obligation up, with a reason that everybody reads."""
    one = _locked(obligation_id)
    rules.check_said(text, "Напишите, почему снимаете", "Say why it is dropped")
    one.state = rules.DROPPED
    one.save(update_fields=["state"])
    _step(one, "drop", text, by, now)
    _tell(one, events.ObligationDropped, by.ref, now)
    return one


@command
def link(obligation_id: int, *, cases: Iterable[Case], by: Official, now: datetime) -> int:
    """Tie messages that an obligation concerns, each once; their authors hear of it."""
    one = _locked(obligation_id)
    known = set(one.case_links.values_list("case", flat=True))
    new = [each for each in cases if each.pk not in known]
    if not new:
        raise Refused("cases", "Новых сообщений с такими номерами нет",
                      "There are no new messages of such numbers")  # fmt: skip
    ObligationCase.objects.bulk_create(
        ObligationCase(region_id=one.region_id, obligation=one, case=each, by=by, at=now)
        for each in new
    )
    _step(one, "link", "", by, now)
    for each in new:
        _tell(one, events.ObligationLinked, by.ref, now, case=each.pk)
    return len(new)


@command
def mark_overdue(obligation_id: int, *, now: datetime) -> None:
    """Say once that the day passed; nothing if that is no longer so."""
    found = Obligation.objects.select_related("ruling", "organisation")
    one = found.select_for_update(no_key=True, of=("self",)).get(pk=obligation_id)
    if one.overdue_at or not rules.late(one.state, one.due, localdate(now)):
        return
    one.overdue_at = now
    one.save(update_fields=["overdue_at"])
    _step(one, "overdue", "", None, now)
    _tell(one, events.ObligationOverdue, SYSTEM, now)
