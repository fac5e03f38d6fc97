"""What a message is about, whose it is, and who wrote of the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from otklik.flow.cases.queries import nearby_open
from otklik.flow.triage import classifier as machine
from otklik.flow.triage.duplicates import OFFERED, Trouble, likeness, reach
from otklik.flow.triage.embeddings import embedder
from otklik.flow.triage.models import Decision
from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import locate, territories, territory_at
from otklik.ground.topics.queries import fact, routing_rules, topics
from otklik.ground.topics.rules import Rule, route

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

TWINS = 3


@dataclass(frozen=True)
class FactSuggestion:
    """A fact that a text may be about, how sure (0–1), and why in plain words."""

    topic: Topic
    score: float
    reasons: list[dict[str, str]]


@dataclass(frozen=True)
class Body:
    """A body that may be responsible, and by which rule."""

    organisation: Organisation
    rule: int
    owner: str


@dataclass(frozen=True)
class Twin:
    """A public open case about what may be the same trouble."""

    case: Case
    distance_m: float
    likeness: float


@dataclass(frozen=True)
class Suggestion:
    """All that is concluded from a text and a place."""

    facts: list[FactSuggestion] = field(default_factory=list)
    certain: bool = False
    territory: Territory | None = None
    bodies: list[Body] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    point: tuple[float, float] | None = None


@remembered(60)
def examples() -> tuple[machine.Example, ...]:
    """Return every text that the topics say is about a fact."""
    return tuple(
        machine.Example(topic.code, text)
        for topic in topics().facts
        for text in (topic.title_ru, ", ".join(topic.synonyms), *topic.phrases)
        if text
    )


def current() -> machine.Classifier:
    """Return the classifier at work in this process."""
    known = examples()
    return machine.made((hash(known), embedder().name), known, embedder())


def classify(text: str) -> tuple[list[FactSuggestion], bool]:
    """Return up to three facts with reasons, and whether the first needs no moderator."""
    guesses = current().guess(text)
    found = [
        FactSuggestion(topic, guess.score, _reasons(guess))
        for guess in guesses
        if (topic := fact(guess.fact)) is not None
    ]
    return found, machine.certain(guesses)


def _reasons(guess: machine.Guess) -> list[dict[str, str]]:
    reasons = []
    if guess.words:
        said = ", ".join(guess.words)
        reasons.append({"ru": f"слова: {said}", "en": f"words: {said}"})
    reasons.append({"ru": f"похоже на: «{guess.nearest}»", "en": f"like: “{guess.nearest}”"})
    return reasons


def place_of(lat: float | None, lon: float | None, address: str) -> tuple[Any, Territory | None]:
    """Return the point (or None) and the territory of a pin, else of an address text."""
    if lat is not None and lon is not None:
        return (lat, lon), territory_at(lat, lon)
    place = locate(address) if address else None
    if place is None:
        return None, None
    return (place.lat, place.lon), territories().get(place.territory)


@remembered(10)
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            rule.pk,
            rule.topic.code if rule.topic else "",
            rule.territory.code if rule.territory else "",
            rule.owner,
            rule.organisation.code if rule.organisation else rule.pattern,
        )
        for rule in routing_rules()
    )


def bodies_for(topic: Topic | None, territory: Territory | None) -> list[Body]:
    """Return up to three bodies that may be responsible, the likeliest owner's first."""
    if topic is None:
        return []
    path = [step.code for step in topics().path(topic)]
    known, found = organisations(), {}
    for owner in [*topic.owners, ""]:
        way = route(_rules(), path, territory.code if territory else "", owner)
        body = known.get(way.organisation) if way else None
        if way and body and body.code not in found:
            found[body.code] = Body(body, way.rule, owner)
    return list(found.values())[:3]


def suggest(
    text: str, lat: float | None = None, lon: float | None = None, address: str = ""
) -> Suggestion:
    """Return what a text and a place lead to: facts, territory, bodies, twins nearby."""
    facts, certain = classify(text)
    point, territory = place_of(lat, lon, address)
    first = facts[0].topic if facts else None
    twins = _twins(text, [each.topic for each in facts], point) if point else []
    return Suggestion(facts, certain, territory, bodies_for(first, territory), twins, point)


def _trouble(topic: Topic, text: str, point: tuple[float, float], at: Any) -> Trouble:
    radius, days = reach(life_support=topic.life_support)
    parent = topics().by_id.get(topic.parent_id) if topic.parent_id else None
    vector = embedder().embed([text[:200]])[0] if embedder().dimension else None
    return Trouble(
        topic.code,
        parent.code if parent else "",
        point[0],
        point[1],
        at,
        text,
        vector,
        radius,
        days,
    )


def _twins(text: str, facts: list[Topic], point: tuple[float, float]) -> list[Twin]:
    now = timezone.now()
    best: dict[int, Twin] = {}
    for topic in facts[:2]:
        mine = _trouble(topic, text, point, now)
        siblings = [t.pk for t in topics().by_code.values() if t.parent_id == topic.parent_id]
        since = now - timedelta(days=mine.days)
        for case in nearby_open(siblings, point[0], point[1], mine.radius, since):
            if case.topic is None or case.lat is None or case.lon is None:
                continue
            theirs = _trouble(case.topic, case.report.text, (case.lat, case.lon), case.received_at)
            alike = likeness(mine, theirs)
            known = best.get(case.pk)
            if alike and alike.score >= OFFERED and (not known or known.likeness < alike.score):
                best[case.pk] = Twin(case, alike.distance_m, alike.score)
    return sorted(best.values(), key=lambda twin: -twin.likeness)[:TWINS]


def twins_of(case: Case) -> list[Twin]:
    """Return cases that may be about the same trouble as this one."""
    if case.topic is None or case.lat is None or case.lon is None:
        return []
    found = _twins(case.report.text, [case.topic], (case.lat, case.lon))
    return [twin for twin in found if twin.case.pk != case.pk]


def decisions_of(case: Case) -> QuerySet[Decision]:
    """Return what was concluded about a case, oldest first."""
    related = ("topic", "territory", "organisation", "by__person", "rule")
    return Decision.objects.filter(report_id=case.report_id).select_related(*related)
