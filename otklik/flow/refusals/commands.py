"""The verbs of refusals that are looked at again: contested or drawn, taken back or upheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.cases import clockwork, events
from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.commands import SYSTEM, keep_note, locked, move, pass_on, register, tell
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import refused_by
from otklik.flow.refusals import queries, rules
from otklik.flow.refusals.events import RefusalChecked, RefusalsDrawn
from otklik.flow.refusals.models import Check, Contest, Draw
from otklik.ground.accounts.models import Official
from otklik.ground.territories.queries import region
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import date, datetime

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


@command
def draw_sample(week: date, *, now: datetime) -> Draw | None:
    """Draw a week's sample of refusals, once whoever asks and however often."""
    drawn, fresh = Draw.objects.get_or_create(
        region=region(), week=week, defaults={"of": 0, "share": queries.share(), "at": now}
    )
    if not fresh:
        return None
    found = queries.refusals_of(week)
    chosen = rules.sample(found, drawn.share, lambda number: queries.lot(week, number))
    drawn.of = len(found)
    drawn.save(update_fields=["of"])
    cases = dict(Case.objects.filter(number__in=chosen).values_list("number", "pk"))
    refusers = Official.objects.in_bulk({int(found[each].partition(":")[2]) for each in chosen})
    for number in chosen:
        refuser = refusers[int(found[number].partition(":")[2])]
        Check.objects.create(
            region=drawn.region, draw=drawn, case_id=cases[number], refuser=refuser,
            body_id=refuser.organisation_id,
        )  # fmt: skip
    record(
        RefusalsDrawn(
            region=drawn.region_id, subject=f"refusals:{week}", actor=SYSTEM, at=now,
            of=drawn.of, count=len(chosen), share=drawn.share,
        )
    )  # fmt: skip
    return drawn


@command
def check_refusal(
    check_id: int, *, right: bool, reason: str = "", by: Official, now: datetime
) -> Check:
    """Say whether a refusal of the sample was right; a wrong one is taken back at once."""
    found = Check.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(
        pk=check_id
    )  # fmt: skip
    rules.check_verdict(reason, right=right, checked=found.checked_at is not None)
    found.checker, found.right, found.reason, found.checked_at = by, right, reason.strip(), now
    found.save()
    record(
        RefusalChecked(
            region=found.region_id, subject=found.case.ref, actor=by.ref, at=now, check=found.pk,
            right=right,
        )
    )  # fmt: skip
    if not right:
        _reverse(found.case.number, found.reason, by, now)
    return found


def _reverse(number: str, reason: str, by: Official, now: datetime) -> None:
    """Bring a message before the moderators again; what else became of it meanwhile stays."""
    case = locked(number)
    if case.status != "rejected":
        return
    move(case, "reverse", now, by.ref, "проверка нашла отказ неверным")
    case.closed_at = None
    clockwork.keep(case)
    keep_note(case, "refusal_reversed", reason, by.ref, now, to_author=True)
    tell(case, events.CaseRefusalReversed, by.ref, now)
