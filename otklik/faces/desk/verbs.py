"""From a pressed button to a command: what each verb of a case reads from its form."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from otklik.faces.desk import appeal_verbs, division
from otklik.faces.forms import uploads
from otklik.flow.answers import commands as answers
from otklik.flow.answers.rules import PARTS, Parts
from otklik.flow.cases import commands as cases
from otklik.flow.cases import queries
from otklik.flow.cases.rules import Refused
from otklik.flow.correspondence import commands as correspondence
from otklik.flow.refusals import commands as refusals
from otklik.flow.triage import commands as triage
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import directory, fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation

    Verb = Callable[[Case, HttpRequest, Official, datetime], Any]


def _organisation(request: HttpRequest, name: str = "organisation") -> Organisation:
    found = organisations().get(request.POST.get(name, ""))
    if found is None:
        raise Refused("no_organisation", "Выберите организацию", "Choose an organisation")
    return found


def _reachable(case: Case, organisation: Organisation, by: Official) -> None:
    """Refuse to pass a case to a body that the official's powers do not reach."""
    if not organisation.external and not queries.may_pass_to(by, case, organisation):
        raise Refused(
            "out_of_reach",
            "Назначать можно только в своей организации и подчинённых. Чужое верните с пояснением",
            "You may assign only within your own body. Return what is not yours",
        )


def _day(request: HttpRequest, name: str) -> datetime | None:
    """Read a day as its last moment in the region's zone."""
    try:
        day = parse_date(request.POST.get(name, ""))
    except ValueError:
        day = None
    if day is None:
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59, 59))  # noqa: DTZ001


def register(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Take to work; a body chosen by hand beats the rule's."""
    chosen = organisations().get(request.POST.get("organisation", ""))
    if chosen is not None:
        _reachable(case, chosen, by)
    cases.register_case(case.number, organisation=chosen, by=by, now=now)


def reject(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Refuse with a reason from the list."""
    reason = request.POST.get("reason", "")
    if not reason:
        raise Refused("no_reason", "Выберите причину", "Choose a reason")
    cases.reject_case(case.number, reason=reason, note=request.POST.get("note", ""), by=by, now=now)


def take_back(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """The refusal was wrong: take to work; a body chosen by hand beats the rule's."""
    chosen = organisations().get(request.POST.get("organisation", ""))
    if chosen is not None:
        _reachable(case, chosen, by)
    refusals.take_back_refusal(
        case.number, reason=request.POST.get("reason", ""), organisation=chosen, by=by, now=now
    )


def uphold_refusal(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """The refusal stands."""
    refusals.uphold_refusal(case.number, reason=request.POST.get("reason", ""), by=by, now=now)


def write(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Write to the author."""
    correspondence.write_to_author(
        case.number, text=request.POST.get("text", ""), files=uploads(request, "files"), by=by,
        now=now,
    )  # fmt: skip


def ask(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Ask the author."""
    cases.ask_author(case.number, text=request.POST.get("text", ""), by=by, now=now)


def merge(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Join to another message."""
    into = "".join(filter(str.isdigit, request.POST.get("into", "")))
    if not queries.visible_numbers(by, [into]):  # what one may not see is not there
        raise Refused("no_target", "К этому номеру нельзя присоединить", "Cannot join it")
    cases.merge_case(case.number, into=into, by=by, now=now)


def retopic(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Correct topic and place; the classifier learns."""
    topic = fact(request.POST.get("topic", ""))
    if topic is None:
        raise Refused("no_topic", "Выберите тему", "Choose a topic")
    territory = territories().get(request.POST.get("territory", ""))
    triage.correct(case.number, topic=topic, territory=territory, by=by, now=now)


def assign(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Make a body responsible."""
    organisation = _organisation(request)
    _reachable(case, organisation, by)
    cases.assign_case(case.number, organisation=organisation, by=by, now=now)


def give_back(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Return: not ours."""
    cases.return_case(
        case.number,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        proposed=organisations().get(request.POST.get("proposed", "")),
        by=by,
        now=now,
    )


def redirect(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Send to a body outside."""
    organisation = _organisation(request)
    cases.redirect_case(
        case.number, organisation=organisation, note=request.POST.get("note", ""), by=by, now=now
    )


def start(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:  # noqa: ARG001
    """Take in hand."""
    cases.start_case(case.number, by=by, now=now)


def typed_parts(request: HttpRequest) -> Parts:
    """Return the four answers of the form; a door with one field alone says what was done."""
    said = {name: request.POST.get(name, "") for name in PARTS}
    return Parts.of({**said, "done": said["done"] or request.POST.get("text", "")})


def submit(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Put an answer before the approver."""
    appeal_verbs.before_submit(case)
    template = request.POST.get("template", "")
    answers.compose_answer(
        case.number,
        parts=typed_parts(request),
        result=request.POST.get("result", ""),
        interim=request.POST.get("interim") == "on",
        control_at=_day(request, "control_at"),
        proofs=uploads(request, "proofs"),
        template=int(template) if template.isdigit() else None,
        by=by,
        now=now,
    )


def send_back(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Return an answer for rework."""
    cases.send_back(case.number, comment=request.POST.get("comment", ""), by=by, now=now)


def approve(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Send the answer to the author; in spite of warnings with a tick and a reason."""
    answers.approve(
        case.number,
        confirmed=request.POST.get("overrule") == "on",
        reason=request.POST.get("overrule_reason", ""),
        by=by,
        now=now,
    )


def extend(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Move the due day."""
    until = _day(request, "until")
    if until is None:
        raise Refused("no_day", "Выберите новый срок", "Choose the new day")
    cases.extend_case(
        case.number, until=until, reason=request.POST.get("reason", ""), by=by, now=now
    )


def verify(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Confirm on the spot that it is solved."""
    answers.inspect_case(
        case.number, confirmed=True, note=request.POST.get("note", ""),
        photos=uploads(request, "photos"), by=by, now=now,
    )  # fmt: skip


def refute(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Say what is wrong on the spot; work goes on."""
    finding = request.POST.get("finding", "")
    if finding not in directory("inspection_findings"):
        raise Refused("no_finding", "Выберите, что не так", "Choose what is wrong")
    answers.inspect_case(
        case.number, confirmed=False, code=finding, note=request.POST.get("note", ""),
        photos=uploads(request, "photos"), by=by, now=now,
    )  # fmt: skip


def reopen(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """The author is right."""
    cases.judge_dispute(
        case.number, upheld=True, reason=request.POST.get("reason", ""), by=by, now=now
    )


def uphold(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """The answer stands."""
    cases.judge_dispute(
        case.number, upheld=False, reason=request.POST.get("reason", ""), by=by, now=now
    )


def show(case: Case, request: HttpRequest, by: Official, now: datetime) -> None:
    """Show to all or hide."""
    cases.show_case(case.number, shown=request.POST.get("shown") == "yes", by=by, now=now)


VERBS: dict[str, Verb] = {
    "register": register, "reject": reject, "ask": ask, "merge": merge, "retopic": retopic,
    "divide": division.divide, "take_back": take_back, "uphold_refusal": uphold_refusal,
    "write": write,
    "assign": assign, "return": give_back, "redirect": redirect, "start": start, "submit": submit,
    "send_back": send_back, "approve": approve, "approve_interim": approve, "extend": extend,
    "verify": verify, "refute": refute, "reopen": reopen, "uphold": uphold, "show": show,
    **appeal_verbs.VERBS,
}  # fmt: skip
BULK = ("register", "reject", "assign", "start", "merge", "approve")
