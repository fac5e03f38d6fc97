"""Reading the exchange: systems, letters that wait, what a letter says, what the desk shows."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localtime

from otklik.flow.appeals import paper
from otklik.flow.appeals.models import Registration
from otklik.flow.appeals.queries import dossier
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import cases_of
from otklik.flow.cases.rules import Refused
from otklik.flow.exchange.models import Arrival, Letter, System
from otklik.flow.exchange.rules import TITLES
from otklik.flow.intake.rules import spoken_number
from otklik.flow.regimes.queries import barred_for
from otklik.flow.regimes.rules import APPEAL
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from django.db.models import QuerySet

    from otklik.flow.appeals.models import Paper
    from otklik.ground.accounts.models import Official


def folder() -> Path:
    """Return the watched folder: in, done, failed, out."""
    return settings.DATA / "exchange"


def system_by_token(token: str) -> System | None:
    """Return the system whose door this is; None for nobody's."""
    found = System.objects.select_related("organisation")
    return found.filter(region=region(), token=token, active=True).first()


def active_systems() -> list[System]:
    """Return the systems that hear of appeals."""
    found = System.objects.filter(region=region(), active=True)
    return list(found.select_related("organisation"))


def appeals_by_number(numbers: Collection[str]) -> dict[str, Case]:
    """Return the appeals among some numbers; a closed contour's never leave this system."""
    found = Case.objects.filter(
        region=region(), number__in=numbers, regime=APPEAL, closed_contour=False
    )
    return {each.number: each for each in found.select_related("registration", "report")}


def hears_of(system: System, case: Case, body: str = "") -> bool:
    """Tell whether a system may know of an appeal: its body has it, had it or registered it.

    `body` is who had it when something happened. A complaint about a body is hidden from it.
    """
    mine = system.organisation
    if case.closed_contour or case.regime != APPEAL or not system.active:
        return False
    if mine is None:
        return True
    if mine.pk in barred_for(case.report_id):
        return False
    line = getattr(case, "registration", None)
    if mine.code == body or mine.pk in {case.organisation_id, line and line.organisation_id}:
        return True
    return Letter.objects.filter(system=system, case=case).exists()


def appeal_for(system: System | None, number: str) -> Case:
    """Return the appeal of which a system speaks, by our number or the journal's."""
    known = Case.objects.filter(region=region(), regime=APPEAL, closed_contour=False)
    by_number = Q(registration__number=number)
    ours = spoken_number(number)
    if ours:
        by_number |= Q(number=ours)
    found = [
        each
        for each in known.filter(by_number).select_related("registration", "report")[:10]
        if system is None or hears_of(system, each)
    ]
    if len(found) != 1:
        raise Refused(
            "no_appeal",
            "Обращения с таким номером нет" if not found
            else "Такой номер есть в нескольких журналах: пришлите номер обращения (8 цифр)",
            "No such appeal" if not found else "Several journals have it: send our number",
        )  # fmt: skip
    return found[0]


def due_letters(now: datetime, count: int) -> list[int]:
    """Return the ids of letters that should have been tried by now, the oldest first."""
    waiting = Letter.objects.filter(region=region(), state="queued", next_at__lte=now)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:count])


def body_of(letter: Letter) -> dict[str, Any]:
    """Return what a letter says, as things stand now."""
    case, found = letter.case, dossier(letter.case)
    line, who, report = found.registration, found.applicant, case.report
    return {
        "id": str(letter.uid),
        "event": letter.event,
        "at": _moment(letter.created_at),
        "case": case.spoken,
        "number": line.number if line else "",
        "received": _moment(case.received_at),
        "registered": _moment(line.registered_at) if line else None,
        "due": _moment(case.due),
        "body": _body(case),
        "topic": {"code": case.topic.code, "title": case.topic.title_ru, "sstu": case.topic.sstu}
        if case.topic else None,
        "applicant": {
            "name": who.name if who else "", "postal_address": who.postal_address if who else "",
            "email": report.email,
        },
        "text": report.text,
        "external_number": line.external_number if line else "",
        "questions": [
            {"position": each.position, "text": each.text, "body": each.organisation.code,
             "outcome": each.outcome, "answer": each.answer}
            for each in found.questions
        ],
        "notices": [{"kind": each.kind, "text": each.text, "at": _moment(each.at)}
                    for each in found.notices],
        "answer": _answer(case) if letter.event == "answered" else None,
        "files": [_file(each) for each in found.papers if each.kind == "answer"]
        if letter.event == "answered" else [],
    }  # fmt: skip


def _moment(moment: datetime | None) -> str | None:
    return localtime(moment).isoformat(timespec="seconds") if moment else None


def _body(case: Case) -> dict[str, str] | None:
    body = case.organisation
    return {"code": body.code, "title": body.title_ru} if body else None


def _answer(case: Case) -> dict[str, str] | None:
    sent = case.answers.filter(state="approved").order_by("pk").last()
    return {"text": sent.text, "result": sent.result} if sent else None


def _file(kept: Paper) -> dict[str, Any]:
    return {
        "name": kept.name, "mime": kept.mime, "sha256": kept.sha256,
        "content": _base64(paper.content_of(kept.path)),
        "signatures": [_base64(bytes(each.cms)) for each in kept.signatures.all()],
    }  # fmt: skip


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def letters_for(official: Official, state: str = "") -> QuerySet[Letter]:
    """Return the letters about appeals that an official may see, the newest first."""
    found = Letter.objects.filter(case__in=cases_of(official).values("pk"))
    found = found.filter(state=state) if state else found
    related = ("system", "case__registration", "case__region")
    return found.select_related(*related).order_by("-pk")


def arrivals_for(official: Official, count: int) -> list[Arrival]:
    """Return the newest letters that came about appeals that an official may see."""
    found = Arrival.objects.filter(case__in=cases_of(official).values("pk"))
    return list(found.select_related("system", "case__region", "paper")[:count])


def failures(count: int) -> list[tuple[str, str]]:
    """Return the newest files of the folder that were not taken, each with its reason."""
    found = sorted((folder() / "failed").glob("*.reason.txt"), reverse=True)[:count]
    return [(each.name.removesuffix(".reason.txt"), each.read_text().strip()) for each in found]


def title_of(event: str) -> str:
    """Return what a letter is about, in words."""
    return TITLES.get(event, event)


def line_of(case: Case) -> Registration | None:
    """Return an appeal's line of the journal, held until the command ends."""
    return Registration.objects.select_for_update(no_key=True).filter(case=case).first()
