"""Facts of made-up lives, told to the journal as commands tell them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from otklik.flow.cases import events
from otklik.flow.intake.events import ReportReceived
from otklik.flow.rating.events import RatingGiven
from otklik.journal.following import catch_up
from otklik.journal.writing import command, record
from tests.cast import NOW

if TYPE_CHECKING:
    from otklik.flow.cases.events import CaseFact
    from otklik.journal.facts import Fact

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOPICS = ("roads-pothole", "heat-none", "waste-not-collected")
PLACES = ("vologda-city", "cherepovets-city", "")
BODIES = ("adm-vologda-city", "cur", "")


def base(report: int, at: datetime) -> dict[str, Any]:
    return {"subject": f"case:{report * 37 % 10**8:08d}", "actor": "system",
            "region": settings.REGION, "at": at}  # fmt: skip


def facts(report: int, dice: random.Random, at: datetime) -> list[Fact]:  # noqa: C901  (fates)
    """Return the facts of one message's life, made of dice."""
    common: dict[str, Any] = {
        "report": report, "topic": dice.choice(TOPICS), "territory": dice.choice(PLACES),
        "organisation": dice.choice(BODIES),
    }  # fmt: skip
    due = at + DAY * dice.choice((2, 8))

    def told(kind: type[CaseFact], hours: float, status: str, **more: Any) -> CaseFact:
        return kind(**base(report, at + HOUR * hours) | {"actor": "official:1"},
                    **{**common, "status": status, "due": due, **more})  # fmt: skip

    life: list[Fact] = [
        ReportReceived(**base(report, at), report=report, place="pin",
                       channel=dice.choice(("site", "vk", "hotline"))),
        told(events.CaseOpened, 0, "submitted"),
    ]  # fmt: skip
    fate = dice.randrange(8)
    if fate == 0:
        return [*life, told(events.CaseRejected, 1, "rejected", reason="spam")]
    life += [told(events.CaseRegistered, dice.choice((1, 90)), "registered"),
             told(events.CaseAssigned, 1, "assigned", hop=1)]  # fmt: skip
    if fate == 1:
        return [*life, told(events.CaseReturned, 3, "returned", reason="not_ours")]
    if fate == 2:
        return life
    if fate == 3:
        due += DAY
        life.append(told(events.CaseExtended, 4, "extended"))
    answered = dice.choice((5, 30, 47.5, 200))
    life.append(told(events.CaseAnswered, answered, "answered", answer=report,
                     result=dice.choice(("solved", "explained")),
                     proofs=dice.choice((0, 1))))  # fmt: skip
    if fate < 5:
        return life
    stars = dice.choice((1, 3, 5))
    life.append(
        RatingGiven(**base(report, at + HOUR * (answered + 1)), case=f"{report:08d}",
                    report=report, answer=report, answer_score=stars, result_score=stars)
    )  # fmt: skip
    if stars == 1:
        life.append(told(events.CaseDisputed, answered + 1, "disputed"))
        life.append(told(events.CaseReopened, answered + 2, "reopened", due=due + DAY))
    elif stars == 5:
        life.append(told(events.CaseConfirmed, answered + 1, "resolved_confirmed"))
    return life


@command
def tell(many: list[Fact]) -> None:
    for fact in many:
        record(fact)


def live(many: int, now: datetime = NOW, seed: int = 35) -> None:
    """Tell of as many lives, half a day apart, the last one just now."""
    dice = random.Random(seed)
    tell([fact for n in range(many) for fact in facts(n + 1, dice, now - DAY * (many - n) / 2)])
    catch_up(["statistics"])
