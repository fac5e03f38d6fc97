"""Ballots on paper: two operators read each sheet, the second not seeing the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from otklik.flow.intake import rules as intake_rules
from otklik.flow.intake.commands import keep_files
from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command
from otklik.participation.ballots import events, queries, rules
from otklik.participation.ballots.commands.steps import check_open, locked, tell
from otklik.participation.ballots.models import PaperEntry, PaperSheet, Vote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.intake.files import Upload
    from otklik.ground.accounts.models import Official


@command
def enter_sheet(
    vote_id: int, number: int, choices: object, *, scan: Sequence[Upload], by: Official,
    now: datetime,
) -> PaperSheet:  # fmt: skip
    """Bring a sheet with its scan and read it first; `choices` None: nothing valid stands on it."""
    vote = _taking(vote_id, now)
    said = _said(vote, choices)
    if PaperSheet.objects.filter(vote=vote, number=number).exists():
        raise _known(number)
    if not scan:
        raise Refused("scan", "Приложите скан или снимок листа",
                      "Attach a scan or a photo of the sheet")  # fmt: skip
    try:
        ((file, path),) = keep_files(scan[:1])
    except intake_rules.Refused as refusal:
        problem = refusal.problems[0]
        raise Refused("scan", problem.ru, problem.en) from None
    try:
        with transaction.atomic():
            sheet = PaperSheet.objects.create(
                region=vote.region, vote=vote, number=number, scan=path, scan_name=file.name,
                scan_mime=file.mime, scan_hash=file.sha256,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("same_scan", "Этот скан уже приложен к другому листу",
                      "This scan belongs to another sheet already") from None  # fmt: skip
    _write(vote, sheet, 1, said, by, now)
    tell(vote, events.PaperEntered, by.ref, now, sheet=sheet.pk, place=1)
    return sheet


@command
def read_sheet(sheet_id: int, choices: object, *, by: Official, now: datetime) -> PaperSheet:
    """Read a sheet for the second time; it counts when both read the same."""
    sheet = _sheet(sheet_id)
    vote = _taking(sheet.vote_id, now)
    said = _said(vote, choices)
    if sheet.entries.count() != 1:
        raise Refused("read", "Этот лист уже внесли дважды", "This sheet was read twice already")
    _write(vote, sheet, 2, said, by, now)
    tell(vote, events.PaperEntered, by.ref, now, sheet=sheet.pk, place=2)
    return sheet


@command
def settle_sheet(
    sheet_id: int, choices: object, *, reason: str, by: Official, now: datetime
) -> PaperSheet:
    """Say as a third what stands on a sheet that two read differently, and why."""
    sheet = _sheet(sheet_id)
    vote = _taking(sheet.vote_id, now)
    said = _said(vote, choices)
    if rules.reading(queries.read_on(sheet))[0] != rules.DIFFERS:
        raise Refused("agreed", "Расхождения на этом листе нет", "Nobody differs on this sheet")
    if not reason.strip():
        raise Refused("reason", "Напишите, почему так", "Say why")
    _write(vote, sheet, 3, said, by, now, reason.strip()[:300])
    tell(vote, events.PaperSettled, by.ref, now, sheet=sheet.pk)
    return sheet


def _sheet(sheet_id: int) -> PaperSheet:
    return PaperSheet.objects.select_for_update(no_key=True).get(pk=sheet_id)


def _taking(vote_id: int, now: datetime) -> Vote:
    vote = locked(vote_id)
    check_open(vote, now)
    if not vote.paper:
        raise Refused("no_paper", "Это голосование бумажных бюллетеней не принимает",
                      "This vote takes no ballots on paper")  # fmt: skip
    return vote


def _said(vote: Vote, choices: object) -> list[str] | dict[str, int] | None:
    return None if choices is None else rules.checked(queries.contest_of(vote), choices)


def _known(number: int) -> Refused:
    return Refused("number", f"Лист № {number} уже внесён: второй раз его вносят из списка",
                   f"Sheet {number} is there already: read it again from the list")  # fmt: skip


def _write(
    vote: Vote, sheet: PaperSheet, place: int, said: list[str] | dict[str, int] | None,
    by: Official, now: datetime, reason: str = "",
) -> None:  # fmt: skip
    try:
        with transaction.atomic():
            PaperEntry.objects.create(
                region=vote.region, sheet=sheet, place=place, by=by, at=now, choices=said,
                reason=reason,
            )  # fmt: skip
    except IntegrityError:
        raise Refused(
            "same_hand", "Вы этот лист уже вносили: теперь черёд другого",
            "You read this sheet already: now it is another's turn",
        ) from None  # fmt: skip
