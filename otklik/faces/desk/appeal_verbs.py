"""From a pressed button to a verb of 59-ФЗ: what each reads from its form."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateparse import parse_date

from otklik.faces.forms import uploads
from otklik.flow.appeals import commands as appeals
from otklik.flow.appeals import queries as appeal_queries
from otklik.flow.appeals.rules import STOP, check_all_answered
from otklik.flow.cases import queries
from otklik.flow.cases.rules import Refused
from otklik.ground.kit.cms import LARGEST
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.queries import fact

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation

QUESTIONS = 6


def _chosen(request: HttpRequest, name: str = "organisation") -> Organisation:
    found = organisations().get(request.POST.get(name, ""))
    if found is None:
        raise Refused("no_organisation", "Выберите организацию", "Choose an organisation")
    return found


def register_appeal(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Give it a number of the journal and, if chosen, a body."""
    body = organisations().get(request.POST.get("organisation", ""))
    if body is not None and not queries.may_pass_to(by, case, body):
        raise Refused(
            "out_of_reach",
            "Назначать можно только в своей организации и подчинённых",
            "You may assign only within your own body",
        )
    appeals.register_appeal(case.number, organisation=body, by=by, now=now)


def complain(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Name the body that it complains about."""
    appeals.complain_about(case.number, target=_chosen(request, "target"), by=by, now=now)


def split(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Read the rows that were filled in."""
    drafts = []
    for place in range(1, QUESTIONS + 1):
        text = request.POST.get(f"question_{place}", "").strip()
        if text:
            drafts.append(
                appeals.NewQuestion(
                    text,
                    _chosen(request, f"question_organisation_{place}"),
                    fact(request.POST.get(f"question_topic_{place}", "")),
                )
            )
    appeals.split_questions(case.number, drafts, by=by, now=now)


def redirect_appeal(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Send it on, with a notice."""
    appeals.redirect_appeal(
        case.number, organisation=_chosen(request), note=request.POST.get("note", ""), by=by,
        now=now,
    )  # fmt: skip


def extend_appeal(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Extend, with a notice."""
    try:
        day = parse_date(request.POST.get("until", ""))
    except ValueError:
        day = None
    if day is None:
        raise Refused("no_day", "Выберите новый срок", "Choose the new day")
    until = timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59, 59))  # noqa: DTZ001
    appeals.extend_appeal(
        case.number, until=until, reason=request.POST.get("reason", ""), by=by, now=now
    )


def leave(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Apply article 11."""
    appeals.leave_without_answer(
        case.number, ground=request.POST.get("ground", ""), note=request.POST.get("note", ""),
        by=by, now=now,
    )  # fmt: skip


def stop(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Stop a correspondence; the earlier answer must be one that this official may see."""
    earlier = "".join(filter(str.isdigit, request.POST.get("earlier", "")))
    known = {each.number for each in appeal_queries.earlier_of(case)}
    appeals.leave_without_answer(
        case.number, ground=STOP, note=request.POST.get("note", ""),
        earlier=earlier if earlier in known else "", stopping=True, by=by, now=now,
    )  # fmt: skip


def sign_answer(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Approve, print, sign, send; in spite of warnings with a tick and a reason."""
    appeals.sign_answer(
        case.number, confirmed=request.POST.get("overrule") == "on",
        reason=request.POST.get("overrule_reason", ""), by=by, now=now,
    )  # fmt: skip


def attach_signature(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Keep a signature made elsewhere."""
    files = uploads(request, "signature")
    body = files[0].read(LARGEST + 1) if files else b""
    appeals.attach_signature(case.number, signature=body, by=by, now=now)


def before_submit(case: Case) -> None:
    """Refuse to put an answer before the approver while a question waits."""
    check_all_answered(appeal_queries.questions_left(case))


VERBS = {
    "register_appeal": register_appeal, "complain": complain, "split": split,
    "redirect_appeal": redirect_appeal, "extend_appeal": extend_appeal, "leave": leave,
    "stop": stop, "sign_answer": sign_answer, "attach_signature": attach_signature,
}  # fmt: skip
