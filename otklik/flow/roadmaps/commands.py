"""The verbs of a roadmap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.flow.cases.rules import Refused
from otklik.flow.roadmaps import events, rules
from otklik.flow.roadmaps.models import Roadmap, RoadmapMeasure
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from otklik.flow.problems.models import Problem
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic


@dataclass(frozen=True)
class Draft:
    """What is said of a roadmap when it begins."""

    title: str
    topic: Topic
    cause: str
    baseline_since: date
    baseline_until: date
    target: int
    territory: Territory | None = None
    problem: Problem | None = None


def _locked(roadmap_id: int) -> Roadmap:
    found = Roadmap.objects.select_related("topic", "territory")
    light = found.defer("territory__polygon", "topic__phrases", "topic__synonyms")
    one = light.select_for_update(no_key=True, of=("self",)).get(pk=roadmap_id)
    if one.closed_at:
        raise Refused("closed", "Дорожная карта уже завершена", "It is finished already")
    return one


def _tell(
    one: Roadmap, fact: type[events.RoadmapFact], by: Official, now: datetime, **more: Any
) -> None:
    record(
        fact(
            region=one.region_id, subject=one.ref, actor=by.ref, at=now, roadmap=one.pk,
            topic=one.topic.code, territory=one.territory.code if one.territory else "", **more,
        )
    )  # fmt: skip


@command
def open_roadmap(draft: Draft, *, by: Official, now: datetime) -> Roadmap:
    """Begin: what keeps coming, why, against which weeks the effect is measured."""
    rules.check(draft.title, draft.cause, draft.baseline_since, draft.baseline_until, draft.target)
    if draft.topic.closed:
        raise Refused("closed_topic", "По этой теме дорожных карт нет", "Not on this topic")
    one = Roadmap.objects.create(region=by.region, opened_by=by, opened_at=now, **vars(draft))
    _tell(one, events.RoadmapOpened, by, now)
    return one


@command
def plan_measure(
    roadmap_id: int, *, what: str, organisation: Organisation, due: date | None,
    budget: Decimal | None = None, by: Official, now: datetime,
) -> RoadmapMeasure:  # fmt: skip
    """Say one thing to do, who does it and until when."""
    rules.check_measure(what, due)
    assert due is not None
    one = _locked(roadmap_id)
    measure = RoadmapMeasure.objects.create(
        region=one.region, roadmap=one, what=what.strip()[:400], organisation=organisation,
        due=due, budget=budget,
    )  # fmt: skip
    _tell(
        one, events.RoadmapMeasurePlanned, by, now,
        measure=measure.pk, organisation=organisation.code,
    )  # fmt: skip
    return measure


@command
def settle_measure(
    roadmap_id: int, measure_id: int, *, done: bool, on: date, note: str = "", by: Official,
    now: datetime,
) -> RoadmapMeasure:  # fmt: skip
    """Say that a measure was done on a day, or why it was given up."""
    one = _locked(roadmap_id)
    measure = one.measures.get(pk=measure_id)
    if measure.state != RoadmapMeasure.State.PLANNED:
        raise Refused("settled", "По этой мере уже решено", "It is settled already")
    if not done and not note.strip():
        raise Refused("no_reason", "Напишите, почему меру отменили", "Say why it was given up")
    measure.state = RoadmapMeasure.State.DONE if done else RoadmapMeasure.State.DROPPED
    measure.done_at = on if done else None
    measure.note = note.strip()[:400]
    measure.save()
    _tell(one, events.RoadmapMeasureSettled, by, now, measure=measure.pk, state=measure.state)
    return measure


@command
def close_roadmap(roadmap_id: int, *, conclusion: str, by: Official, now: datetime) -> Roadmap:
    """Finish, and say what came of it."""
    one = _locked(roadmap_id)
    if not conclusion.strip():
        raise Refused("no_conclusion", "Напишите, чем кончилось", "Say what came of it")
    one.closed_at, one.conclusion = now, conclusion.strip()
    one.save(update_fields=["closed_at", "conclusion"])
    _tell(one, events.RoadmapClosed, by, now)
    return one
