"""Marks on places: what the duty officer sets and what the minute's evaluation keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import h3

from otklik.ground.territories.queries import region, territory_at
from otklik.journal.writing import command, record
from otklik.readers.heatmap import rules
from otklik.readers.heatmap.events import HeatMarked, HeatUnmarked
from otklik.readers.heatmap.models import HeatMark
from otklik.readers.heatmap.queries import level_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SYSTEM = "system"


@dataclass(frozen=True)
class Evaluated:
    """What one evaluation of the ordinary map found: the index of every place by (level, name)."""

    index: Mapping[tuple[str, str], float]
    acute: Collection[tuple[str, str]]
    crowds: Collection[tuple[str, str, str]]
    """Where people cry for help together: middle cell, territory, topic."""
    crying: Collection[tuple[str, str]]
    """Territory and topic of every open message about life support."""
    surging: Collection[tuple[str, str]] = ()
    """Those of `acute` where a flood of messages goes on."""


@command
def mark_red(
    place: str, *, reason: str, until: datetime | None = None, by: str, now: datetime
) -> HeatMark:
    """Keep a place red by the duty officer's word, with a reason, for a time.

    Raises UnknownPlaceError, or rules.Refused without a reason or with an end that has passed.
    """
    p = rules.parameters(region().settings.get("heat"))
    rules.check_mark(reason, until, now)
    level = level_of(place)
    until = until or now + timedelta(hours=p.manual_hours)
    mark, _ = HeatMark.objects.update_or_create(
        region=region(), place=place, reason=rules.MANUAL, topic="",
        defaults={
            "level": level, "territory": _territory(place, level), "note": reason.strip(),
            "since": now, "until": until, "evaluated_at": now, "by": by,
        },
    )  # fmt: skip
    _tell(mark, by, now)
    return mark


@command
def unmark(place: str, *, by: str, now: datetime) -> bool:
    """Take the duty officer's mark away; False if there is none."""
    mark = HeatMark.objects.select_for_update(no_key=True).filter(
        region=region(), place=place, reason=rules.MANUAL
    ).first()  # fmt: skip
    if mark is None:
        return False
    _end(mark, by, now)
    return True


@command
def keep_marks(found: Evaluated, *, now: datetime) -> None:
    """Bring the standing marks in line with one evaluation. The same minute counts once."""
    standing = {
        (mark.reason, mark.place, mark.topic): mark
        for mark in HeatMark.objects.select_for_update(no_key=True).filter(region=region())
    }
    p = rules.parameters(region().settings.get("heat"))
    for mark in standing.values():
        _keep(mark, found, p, now)
    for level, place in found.acute:
        if (rules.HYSTERESIS, place, "") not in standing:
            _begin(rules.HYSTERESIS, place, level, _territory(place, level), "", now)
    for cell, territory, topic in found.crowds:
        known = [at for reason, at, about in standing if (reason, about) == (rules.LIFE, topic)]
        if not any(rules.near(cell, at) for at in known):
            _begin(rules.LIFE, cell, "9", territory, topic, now)


def _keep(mark: HeatMark, found: Evaluated, p: rules.Parameters, now: datetime) -> None:
    if mark.reason == rules.MANUAL:
        if mark.until is not None and mark.until <= now:
            _end(mark, SYSTEM, now)
    elif mark.reason == rules.LIFE:
        if (mark.territory, mark.topic) not in found.crying:
            _end(mark, SYSTEM, now)
    elif _minute(mark.evaluated_at) != _minute(now):
        here = (mark.level, mark.place)
        index, surging = found.index.get(here, 0.0), here in found.surging
        stays, mark.calm = rules.leave_red(index, mark.calm, p, surging=surging)
        if not stays:
            _end(mark, SYSTEM, now)
            return
        mark.evaluated_at = now
        mark.save(update_fields=["calm", "evaluated_at"])


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _begin(reason: str, place: str, level: str, territory: str, topic: str, now: datetime) -> None:
    mark = HeatMark.objects.create(
        region=region(), place=place, level=level, territory=territory, reason=reason,
        topic=topic, since=now, evaluated_at=now, by=SYSTEM,
    )  # fmt: skip
    _tell(mark, SYSTEM, now)


def _tell(mark: HeatMark, by: str, now: datetime) -> None:
    record(
        HeatMarked(
            region=mark.region_id, subject=f"heat:{mark.place}", actor=by, at=now,
            place=mark.place, level=mark.level, reason=mark.reason, territory=mark.territory,
            topic=mark.topic, until=mark.until,
        )
    )  # fmt: skip


def _end(mark: HeatMark, by: str, now: datetime) -> None:
    mark.delete()
    record(
        HeatUnmarked(
            region=mark.region_id, subject=f"heat:{mark.place}", actor=by, at=now,
            place=mark.place, level=mark.level, reason=mark.reason, territory=mark.territory,
            topic=mark.topic,
        )
    )  # fmt: skip


def _territory(place: str, level: str) -> str:
    if level == "territory":
        return place
    holder = territory_at(*h3.cell_to_latlng(place))
    return holder.code if holder else ""
