"""The verbs of control: watch a deadline, raise an alarm, do what a form asks just once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.flow.amends.models import Duty
from otklik.flow.cases import rules as case_rules
from otklik.flow.cases.commands import SYSTEM, fall_back_case, locked, tell
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import state_of
from otklik.flow.control.events import CaseContactReminded, CaseDueSoon, CaseEscalated
from otklik.flow.control.models import Alarm, DutyWatch, Press, Reminder, Watch
from otklik.flow.control.queries import duty_steps_ahead, steps_ahead
from otklik.flow.control.rules import duty_permission, permission
from otklik.ground.accounts.queries import officials_holding
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from otklik.ground.accounts.models import Official

KEPT = timedelta(days=2)
FELL_BACK = 1000
"""The step, of no policy, by which a head hears that a fast term was not kept."""


def watch(numbers: Collection[str]) -> None:
    """Say anew when these cases must next be reminded of. For the follower, in its transaction."""
    related = ("policy", "organisation", "topic")
    found = Case.objects.filter(number__in=numbers).select_related(*related)
    cases = list(found.defer("topic__phrases", "topic__synonyms").prefetch_related("alarms"))
    ahead = {case.pk: steps_ahead(case) for case in cases}
    Watch.objects.filter(case__in=[pk for pk, left in ahead.items() if not left]).delete()
    Watch.objects.bulk_create(
        [
            Watch(region_id=case.region_id, case=case, at=ahead[case.pk][0].at)
            for case in cases
            if ahead[case.pk]
        ],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["at"],
    )


@command
def raise_alarms(number: str, *, now: datetime) -> int:
    """Warn or tell upwards what is due by now; each step once for each due time."""
    case = locked(number)
    left, due = steps_ahead(case), case.due or case.stage_due
    for step in left:
        if step.at > now or due is None:
            break
        alarm, fresh = Alarm.objects.get_or_create(
            case=case, due=due, step=step.place, duty=None,
            defaults={"region": case.region, "level": step.level, "late": step.late, "at": now},
        )  # fmt: skip
        if fresh:
            _tell(case, alarm, now)
    watch([number])
    return sum(step.at <= now for step in left)


def _tell(case: Case, alarm: Alarm, now: datetime) -> None:
    Reminder.objects.bulk_create(
        Reminder(region=case.region, alarm=alarm, official=each) for each in _hearers(case, alarm)
    )
    kind = CaseEscalated if alarm.late else CaseDueSoon
    tell(case, kind, SYSTEM, now, alarm=alarm.pk, level=alarm.level, step=alarm.step)


def _hearers(case: Case, alarm: Alarm) -> list[Official]:
    if alarm.level == Alarm.Level.EXECUTOR and case.stage == "execution" and case.executor:
        return [case.executor]
    return officials_holding(
        permission(alarm.level, case.stage),
        organisation=case.organisation,
        territory_id=case.territory_id,
        topic=case.topic,
        closed=case.closed_contour,
    )


def watch_duties(duties: Collection[int]) -> None:
    """Say anew when somebody must next be told of these talks. For the follower as well."""
    related = ("case__policy", "organisation")
    found = Duty.objects.filter(pk__in=duties).select_related(*related).prefetch_related("alarms")
    ahead = {duty.pk: (duty, duty_steps_ahead(duty)) for duty in found}
    DutyWatch.objects.filter(duty__in=[pk for pk, (_, left) in ahead.items() if not left]).delete()
    DutyWatch.objects.bulk_create(
        [
            DutyWatch(region_id=duty.region_id, duty=duty, at=left[0].at)
            for duty, left in ahead.values()
            if left
        ],
        update_conflicts=True,
        unique_fields=["duty"],
        update_fields=["at"],
    )


@command
def raise_duty_alarms(duty_id: int, *, now: datetime) -> int:
    """Tell of a talk that is owed and comes due, or was missed: heads, then curators; once each."""
    duty = Duty.objects.select_for_update(of=("self",), no_key=True).get(pk=duty_id)
    case = locked(duty.case.number)
    due_steps = [step for step in duty_steps_ahead(duty) if step.at <= now]
    for step in due_steps:
        alarm = Alarm.objects.create(
            region_id=duty.region_id, case=case, duty=duty, step=step.place, level=step.level,
            late=step.late, due=duty.due, at=now,
        )  # fmt: skip
        hearers = officials_holding(
            duty_permission(step.level), organisation=duty.organisation,
            territory_id=case.territory_id, topic=case.topic, closed=case.closed_contour,
        )  # fmt: skip
        Reminder.objects.bulk_create(
            Reminder(region_id=duty.region_id, alarm=alarm, official=each) for each in hearers
        )
        tell(case, CaseContactReminded, SYSTEM, now, duty=duty.pk, level=step.level,
             late=step.late)  # fmt: skip
    watch_duties([duty_id])
    return len(due_steps)


@command
def fall_back(number: str, *, now: datetime) -> bool:
    """Let a case whose fast term ran out go on by the ordinary one, and tell the head at once."""
    due = locked(number).due
    if due is None or not fall_back_case(number, now=now):
        return False
    case = locked(number)
    alarm, fresh = Alarm.objects.get_or_create(
        case=case, due=due, step=FELL_BACK, duty=None,
        defaults={"region": case.region, "level": Alarm.Level.HEAD, "late": True, "at": now},
    )  # fmt: skip
    if fresh:
        _tell(case, alarm, now)
    return True


@command
def see_reminders(official: Official, *, alarm_id: int | None = None, now: datetime) -> int:
    """Take reminders, one or all, off an official's list."""
    found = Reminder.objects.filter(official=official, seen_at=None)
    if alarm_id is not None:
        found = found.filter(alarm_id=alarm_id)
    return found.update(seen_at=now)


@command
def press(
    key: str, *, number: str, verb: str, state: str, do: Callable[[], object], by: Official,
    now: datetime,
) -> bool:  # fmt: skip
    """Do what a form asks of a case, once; False if this very form was pressed before.

    `state` is `state_of` the case as the page showed it: who pressed second is refused, since they
    decided about something else. An empty key or state asks nothing.
    """
    if key:
        _, fresh = Press.objects.get_or_create(
            key=key[:120],
            defaults={"region": by.region, "official": by, "subject": f"case:{number}",
                      "verb": verb, "at": now},
        )  # fmt: skip
        if not fresh:
            return False
    if state and state_of(locked(number)) != state:
        raise case_rules.Refused(
            "changed",
            "Пока вы писали, обращение изменилось. Посмотрите, что произошло, и решите заново",
            "The case has changed meanwhile. See what happened and decide anew",
        )
    do()
    return True


@command
def forget_presses(*, now: datetime) -> int:
    """Drop the traces of forms that nobody will press again."""
    return Press.objects.filter(at__lt=now - KEPT).delete()[0]
