"""Rights that came suspiciously many at once are set aside until somebody looks, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command
from otklik.participation.ballots import events
from otklik.participation.ballots.commands.steps import check_open, known_of, locked, tell
from otklik.participation.ballots.models import HeldRight, RegisterEntry, RightsRuling

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official, Person


@command
def hold_right(vote_id: int, *, voter: Person, batch: str, now: datetime) -> bool:
    """Set a person's right aside before a ballot is given; tell whether it is.

    One who has a ballot keeps it. Said again, nothing changes.
    """
    vote = locked(vote_id)
    check_open(vote, now)
    known_of(vote, voter)
    if RegisterEntry.objects.filter(vote=vote, voter=voter).exists():
        return False
    _held, new = HeldRight.objects.get_or_create(
        vote=vote, voter=voter,
        defaults={"region": vote.region, "batch": batch, "asked_on": now.date()},
    )  # fmt: skip
    if new:
        tell(vote, events.RightHeld, "anonymous", now)
    return True


@command
def judge_rights(
    vote_id: int, batch: str, *, verdict: str, reason: str, by: Official, now: datetime
) -> int:
    """Admit or refuse the rights of one batch, with a reason that everybody reads."""
    vote = locked(vote_id)
    check_open(vote, now)
    if verdict not in RightsRuling.Verdict.values:
        raise Refused("verdict", "Скажите, допустить или нет", "Say whether to admit them")
    if not reason.strip():
        raise Refused("reason", "Напишите, почему: это прочтут все", "Say why: everybody reads it")
    held = HeldRight.objects.filter(vote=vote, batch=batch, state=HeldRight.State.HELD)
    number = held.count()
    if number:
        ruling = RightsRuling.objects.create(
            region=vote.region, vote=vote, verdict=verdict, rights=number,
            reason=reason.strip()[:500], by=by, at=now,
        )  # fmt: skip
        held.update(state=verdict, ruling=ruling, batch="")
        tell(vote, events.RightsJudged, by.ref, now, verdict=verdict, rights=number)
    return number
