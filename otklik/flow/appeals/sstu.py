"""The monthly report of appeals for ССТУ.РФ: gathered here, judged by `sstu_rules`."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from otklik.flow.appeals.models import Paper, Question
from otklik.flow.appeals.queries import appeals_of
from otklik.flow.appeals.rules import OUTCOMES
from otklik.flow.appeals.sstu_rules import Asked, code_of, entry, problems_of
from otklik.flow.cases.queries import permissions_on
from otklik.flow.regimes.queries import regime
from otklik.flow.regimes.rules import APPEAL
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.topics.models import Topic

FORMATS = {"paper": "Other", "reception": "Other"}
FROM_OUTCOME = {
    "supported": "Supported", "explained": "Explained", "not_supported": "NotSupported",
    "answered": "Answered", "transferred": "Transferred", "left": "LeftWithoutAnswer",
    "not_received": "NotReceived",
}  # fmt: skip
BY_ANSWER = {"Supported", "Explained", "NotSupported", "Answered"}
assert set(FROM_OUTCOME) == set(OUTCOMES)


def month_of(text: str) -> tuple[datetime, datetime] | None:
    """Return a month's bounds by «2026-11»; None for what is no month."""
    try:
        year, month = (int(part) for part in text.split("-"))
        first = datetime(year, month, 1)  # noqa: DTZ001
    except ValueError:
        return None
    after = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
    return timezone.make_aware(first), timezone.make_aware(after)


def report_for(
    official: Official, since: datetime, until: datetime
) -> tuple[list[tuple[str, dict[str, Any]]], list[tuple[str, str, list[str]]]]:
    """Return the entries that may be sent, and the appeals that may not with every reason.

    Each stands under the number of its case.
    """
    found = appeals_of(official).filter(received_at__gte=since, received_at__lt=until)
    found = found.select_related("report__applicant", "region").prefetch_related(
        "questions__topic", "papers", "leaving"
    )
    good, bad = [], []
    for case in found.order_by("received_at", "pk"):
        if "export_cases" not in permissions_on(official, case):
            continue
        made = _entry(case)
        wrong = problems_of(made)
        if wrong:
            bad.append((case.spoken, made["number"], wrong))
        else:
            good.append((case.spoken, made))
    return good, bad


def _entry(case: Case) -> dict[str, Any]:
    line = getattr(case, "registration", None)
    who = getattr(case.report, "applicant", None)
    body = line.organisation.code if line else regime(APPEAL).reception
    departments = regime(APPEAL).settings.get("sstu", {})
    return entry(
        department=str(departments.get(body, "")),
        direct=case.report.channel not in {"pos", "governor"},
        form=FORMATS.get(case.report.channel, "Electronic"),
        number=line.number if line else "",
        created=_day(case.received_at),
        name=who.name if who else "",
        address=(who.postal_address if who else "") or case.report.address,
        email=case.report.email,
        asked=_asked(case),
    )


def _asked(case: Case) -> list[Asked]:
    line, paper = getattr(case, "registration", None), _document(case)
    left = getattr(case, "leaving", None)
    registered = _day(line.registered_at) if line else ""
    ended = case.answered_at or (left.at if left else None) or case.closed_at
    base: dict[str, Any] = {
        "incoming": _day(case.received_at),
        "registered": registered,
        "attachment": paper,
    }
    questions = list(case.questions.all())
    if not questions:
        code, actions = _status(case)
        return [
            Asked(topic=_code(case.topic), status=code, responded=_day(ended), actions=actions,
                  extended=case.extensions > 0, **base)
        ]  # fmt: skip
    return [
        Asked(
            topic=_code(each.topic or case.topic), status=_of_question(each, case),
            responded=_day(each.answered_at), actions=each.outcome == "supported",
            extended=case.extensions > 0, transferred_to=each.organisation.title_ru
            if each.outcome == "transferred" else "", **base,
        )
        for each in questions
    ]  # fmt: skip


def _status(case: Case) -> tuple[str, bool]:
    """Return the status of an appeal that was not split, as the directory of statuses maps it."""
    line = directory("statuses").get(case.status)
    extra = line.extra if line else {}
    by_result = extra.get("sstu_by_result", {})
    mapped = by_result.get(case.result) or extra.get("sstu") or "InWork"
    if case.registered_at and extra.get("sstu_if_registered"):
        mapped = extra["sstu_if_registered"]
    actions = bool(extra.get("sstu_actions_taken") or case.result == "solved")
    return code_of(str(mapped)), actions


def _of_question(question: Question, case: Case) -> str:
    code = FROM_OUTCOME.get(question.outcome, "")
    if code in BY_ANSWER and case.answered_at is None:
        return "InWork"  # the author has no answer yet
    if code:
        return code
    return _status(case)[0] if case.status in {"no_answer_legal", "redirected"} else "InWork"


def _document(case: Case) -> dict[str, str] | None:
    papers: Iterable[Paper] = case.papers.all()
    kept = next((each for each in reversed(list(papers)) if each.kind == Paper.Kind.ANSWER), None)
    return {"name": kept.name, "sha256": kept.sha256} if kept else None


def with_documents(entries: list[dict[str, Any]], contents: dict[str, bytes]) -> None:
    """Put the documents' bytes beside their names; each is checked against its hash."""
    for each in entries:
        for question in each["questions"]:
            kept = question.get("attachment")
            body = contents.get(kept["sha256"]) if kept else None
            if kept and body is not None and hashlib.sha256(body).hexdigest() == kept["sha256"]:
                kept["content"] = base64.b64encode(body).decode()


def _code(topic: Topic | None) -> str:
    return topic.sstu if topic else ""


def _day(moment: datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""
