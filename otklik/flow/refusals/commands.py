"""The verbs of refusals that are looked at again: contested, taken back, upheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases import clockwork, events
from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.commands import keep_note, locked, move, pass_on, register, tell
from otklik.flow.cases.queries import refused_by
from otklik.flow.refusals import queries, rules
from otklik.flow.refusals.models import Contest
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation


@command
def contest_refusal(number: str, *, text: str, by: str, now: datetime) -> Contest:
    """Take the author's word that the refusal is wrong; another moderator judges it in its term."""
    case = locked(number)
    case_rules.step(case.status, "contest", case.regime)
    rules.check_contest(
        text, contested=queries.contest_of(case) is not None, refused_at=case.closed_at,
        days=queries.contest_days(), now=now,
    )  # fmt: skip
    move(case, "contest", now, by, "автор не согласен с отказом")
    case.closed_at = None
    clockwork.keep(case)
    made = Contest.objects.create(region=case.region, case=case, text=text.strip(), at=now)
    tell(case, events.CaseContested, by, now)
    return made


def _judged(case: Case, *, upheld: bool, reason: str, by: Official, now: datetime) -> Contest:
    if not reason.strip():
        raise case_rules.Refused("no_reason", "Объясните решение", "Explain the decision")
    found = queries.contest_of(case)
    if found is None or found.decided_at is not None:
        raise case_rules.Refused("no_contest", "Возражения нет", "Nothing is contested")
    case_rules.may_judge_refusal(by.ref, refused_by(case))
    found.judge, found.upheld, found.reason, found.decided_at = by, upheld, reason.strip(), now
    found.save()
    return found


@command
def take_back_refusal(
    number: str, *, reason: str, organisation: Organisation | None = None, by: Official,
    now: datetime,
) -> Case:  # fmt: skip
    """Withdraw a wrong refusal: the message goes on with its number.

    Its clock counts from the day when the author disagreed: what the judging took is not theirs.
    """
    case = locked(number)
    case_rules.step(case.status, "take_back", case.regime)
    if case.topic is None:
        raise case_rules.Refused("no_topic", "Сначала выберите тему", "Choose a topic first")
    found = _judged(case, upheld=True, reason=reason, by=by, now=now)
    case.organisation = organisation or case.organisation
    why = f"отказ отменён, срок с {timezone.localtime(found.at):%d.%m.%Y %H:%M}"
    register(case, by.ref, now, "take_back", since=found.at, reason=why)
    keep_note(case, "taken_back", reason, by.ref, now, to_author=True)
    pass_on(case, case.organisation, None, None, by if organisation else None, now)
    clockwork.keep(case)
    tell(case, events.CaseTakenBack, by.ref, now)
    return case


@command
def uphold_refusal(number: str, *, reason: str, by: Official, now: datetime) -> Case:
    """Say that the refusal was right; the message stays refused."""
    case = locked(number)
    case_rules.step(case.status, "uphold_refusal", case.regime)
    _judged(case, upheld=False, reason=reason, by=by, now=now)
    move(case, "uphold_refusal", now, by.ref, "отказ остаётся")
    case.closed_at = now
    clockwork.keep(case)
    keep_note(case, "refusal_upheld", reason, by.ref, now, to_author=True)
    tell(case, events.CaseRefusalUpheld, by.ref, now)
    return case
