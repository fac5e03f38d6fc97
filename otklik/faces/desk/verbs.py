"""From a pressed button to a command: what each verb of a case reads from its form."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from otklik.faces.forms import uploads
from otklik.flow.cases import commands as cases
from otklik.flow.cases.rules import Refused
from otklik.flow.triage import commands as triage
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories
from otklik.ground.topics.queries import fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation

    Verb = Callable[[str, HttpRequest, Official, datetime], Any]


def _organisation(request: HttpRequest, name: str = "organisation") -> Organisation:
    found = organisations().get(request.POST.get(name, ""))
    if found is None:
        raise Refused("no_organisation", "Выберите организацию", "Choose an organisation")
    return found


def _day(request: HttpRequest, name: str) -> datetime | None:
    """Read a day as its last moment in the region's zone."""
    try:
        day = parse_date(request.POST.get(name, ""))
    except ValueError:
        day = None
    if day is None:
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59, 59))  # noqa: DTZ001


def register(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Take to work; a body chosen by hand beats the rule's."""
    chosen = organisations().get(request.POST.get("organisation", ""))
    cases.register_case(number, organisation=chosen, by=by, now=now)


def reject(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Refuse with a reason from the list."""
    reason = request.POST.get("reason", "")
    if not reason:
        raise Refused("no_reason", "Выберите причину", "Choose a reason")
    cases.reject_case(number, reason=reason, note=request.POST.get("note", ""), by=by, now=now)


def ask(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Ask the author."""
    cases.ask_author(number, text=request.POST.get("text", ""), by=by, now=now)


def merge(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Join to another message."""
    into = "".join(filter(str.isdigit, request.POST.get("into", "")))
    cases.merge_case(number, into=into, by=by, now=now)


def retopic(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Correct topic and place; the classifier learns."""
    topic = fact(request.POST.get("topic", ""))
    if topic is None:
        raise Refused("no_topic", "Выберите тему", "Choose a topic")
    territory = territories().get(request.POST.get("territory", ""))
    triage.correct(number, topic=topic, territory=territory, by=by, now=now)


def assign(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Make a body responsible."""
    cases.assign_case(number, organisation=_organisation(request), by=by, now=now)


def give_back(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Return: not ours."""
    cases.return_case(
        number,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        proposed=organisations().get(request.POST.get("proposed", "")),
        by=by,
        now=now,
    )


def redirect(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Send to a body outside."""
    organisation = _organisation(request)
    cases.redirect_case(
        number, organisation=organisation, note=request.POST.get("note", ""), by=by, now=now
    )


def start(number: str, request: HttpRequest, by: Official, now: datetime) -> None:  # noqa: ARG001
    """Take in hand."""
    cases.start_case(number, by=by, now=now)


def submit(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Put an answer before the approver."""
    cases.submit_answer(
        number,
        text=request.POST.get("text", ""),
        result=request.POST.get("result", ""),
        interim=request.POST.get("interim") == "on",
        control_at=_day(request, "control_at"),
        proofs=uploads(request, "proofs"),
        by=by,
        now=now,
    )


def send_back(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Return an answer for rework."""
    cases.send_back(number, comment=request.POST.get("comment", ""), by=by, now=now)


def approve(number: str, request: HttpRequest, by: Official, now: datetime) -> None:  # noqa: ARG001
    """Send the answer to the author."""
    cases.approve_answer(number, by=by, now=now)


def extend(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Move the due day."""
    until = _day(request, "until")
    if until is None:
        raise Refused("no_day", "Выберите новый срок", "Choose the new day")
    cases.extend_case(number, until=until, reason=request.POST.get("reason", ""), by=by, now=now)


def verify(number: str, request: HttpRequest, by: Official, now: datetime) -> None:  # noqa: ARG001
    """Confirm on the spot that it is solved."""
    cases.verify_case(number, by=by, now=now)


def reopen(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """The author is right."""
    cases.judge_dispute(number, upheld=True, reason=request.POST.get("reason", ""), by=by, now=now)


def uphold(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """The answer stands."""
    cases.judge_dispute(number, upheld=False, reason=request.POST.get("reason", ""), by=by, now=now)


def show(number: str, request: HttpRequest, by: Official, now: datetime) -> None:
    """Show to all or hide."""
    cases.show_case(number, shown=request.POST.get("shown") == "yes", by=by, now=now)


VERBS: dict[str, Verb] = {
    "register": register, "reject": reject, "ask": ask, "merge": merge, "retopic": retopic,
    "assign": assign, "return": give_back, "redirect": redirect, "start": start, "submit": submit,
    "send_back": send_back, "approve": approve, "approve_interim": approve, "extend": extend,
    "verify": verify, "reopen": reopen, "uphold": uphold, "show": show,
}  # fmt: skip
BULK = ("register", "reject", "assign", "start", "merge", "approve")
