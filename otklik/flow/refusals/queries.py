"""Reading refusals that are looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.refusals import rules
from otklik.flow.refusals.models import Contest
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case

CONTEST_DAYS = 30


def contest_days() -> int:
    """Return for how many days the region lets a refusal be contested."""
    return int(region().settings.get("contest_days", CONTEST_DAYS))


def contest_of(case: Case) -> Contest | None:
    """Return the author's objection to the refusal, if there is one."""
    return Contest.objects.filter(case=case).first()


def may_contest(case: Case, now: datetime) -> bool:
    """Tell whether the author may say now that the refusal is wrong."""
    open_still = rules.in_time(case.closed_at, contest_days(), now)
    return case.status == "rejected" and open_still and contest_of(case) is None
