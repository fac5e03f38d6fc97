"""Reading refusals that are looked at again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from otklik.flow.cases.models import Note
from otklik.flow.cases.queries import visible_to
from otklik.flow.refusals import rules
from otklik.flow.refusals.models import Check, Contest, Draw
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit import signing
from otklik.ground.organisations.queries import subtree_ids
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

CONTEST_DAYS = 30
SHARE = 10
SALT = "refusals"
CHECKERS = ("verify", "judge_dispute")
"""Who holds either looks at the sample; never at refusals of their own body."""


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


def share() -> int:
    """Return which share of a week's refusals is looked at, in percent."""
    return int(region().settings.get("refusal_share", SHARE))


def to_draw(today: date) -> date | None:
    """Return the last week that is over, if its sample was not drawn yet."""
    week = rules.last_week(today)
    drawn = Draw.objects.filter(region=region(), week=week).exists()
    return None if drawn else week


def refusals_of(week: date) -> dict[str, str]:
    """Return the messages refused in a week and refused still: by number, whose refusal it was."""
    since = timezone.make_aware(datetime.combine(week, time.min))
    found = Note.objects.filter(
        region=region(), kind="rejected", at__range=(since, since + timedelta(days=7)),
        by__startswith="official:", case__status="rejected", case__closed_contour=False,
        case__contest=None, case__refusal_check=None,
    )  # fmt: skip
    return dict(found.order_by("pk").values_list("case__number", "by"))


def lot(week: date, number: str) -> str:
    """Return a message's lot of a week: only this installation can tell it beforehand."""
    return signing.derive(f"{week}:{number}", SALT)


def may_check(official: Official) -> bool:
    """Tell whether an official looks at samples of refusals."""
    return any(map(powers_of(official).anywhere, CHECKERS))


def checks_for(official: Official) -> QuerySet[Check]:
    """Return the refusals that an official may look at: seen by them, not of their own body."""
    seen = Check.objects.filter(region=region(), case__in=visible_to(official).values("pk"))
    others = seen.exclude(body__in=subtree_ids(official.organisation_id))
    return others.select_related("case__report__author", "case__topic", "body", "draw")


def waiting_for(official: Official) -> QuerySet[Check]:
    """Return those of them that wait, the oldest first."""
    found = checks_for(official).filter(checked_at=None).order_by("pk")
    beside = found.prefetch_related("case__notes", "case__report__attachments")
    near = beside.select_related("case__topic__category", "case__territory", "case__organisation")
    return near.defer("case__territory__polygon")


def checked_by(official: Official) -> QuerySet[Check]:
    """Return what an official has said of refusals, the last first."""
    found = Check.objects.filter(checker=official).select_related("case", "body")
    return found.order_by(F("checked_at").desc())[:20]
