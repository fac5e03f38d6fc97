"""What a message is about, whose it is, and who wrote of the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.timezone import localtime

from otklik.flow.cases.queries import nearby_open
from otklik.flow.triage import classifier, rules
from otklik.flow.triage.duplicates import OFFERED, Trouble, likeness, reach
from otklik.flow.triage.models import ClassifierVersion, Decision
from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import locate, region, territories, territory_at
from otklik.ground.topics.queries import fact, routing_rules, topics
from otklik.ground.topics.rules import Rule, route

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.flow.triage.model import Guess
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

TWINS = 3
BODIES = 3


@dataclass(frozen=True)
class FactSuggestion:
    """A fact that a text may be about, how sure (0–1), and why in plain words."""

    topic: Topic
    score: float
    reasons: list[dict[str, str]]

    @property
    def percent(self) -> int:
        """How sure, for people."""
        return round(self.score * 100)


@dataclass(frozen=True)
class Classified:
    """What a text is about, whether a moderator may be spared, and by which version's word."""

    facts: list[FactSuggestion]
    certain: bool
    version: int | None


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


def parameters() -> rules.Parameters:
    """Return what the region sets for triage."""
    return rules.parameters(region().settings.get("triage"))


@remembered(60)
def _seasons() -> dict[str, rules.Season]:
    return {
        topic.code: rules.Season(topic.season_from, topic.season_to)
        for topic in topics().facts
        if topic.season_from and topic.season_to
    }


def classify(text: str, *, now: datetime | None = None, chosen: Topic | None = None) -> Classified:
    """Return up to three facts with reasons, and whether the first needs no moderator.

    `chosen` is the fact that the author picked: it counts as certain unless the text surely says
    something far from it; only words are compared then.
    """
    at_work = classifier.current()
    today = localtime(now or timezone.now()).date()
    prior = rules.prior(_seasons(), today)
    guesses = at_work.guess(text, prior=prior | _closed_now(), meaning=chosen is None)
    found = [
        FactSuggestion(topic, guess.score, _reasons(guess, today))
        for guess in guesses
        if (topic := fact(guess.fact)) is not None
    ]
    threshold = parameters().certain
    if chosen is None:
        certain = rules.certain(guesses, threshold)
    else:
        near = frozenset(t.code for t in topics().facts if t.parent_id == chosen.parent_id)
        certain = not rules.disagrees(chosen.code, guesses, threshold, near)
    return Classified(found, certain and not rules.needs_eyes(text), at_work.version)


@remembered(60)
def _closed_now() -> dict[str, float]:
    """Return the facts that a version knows but that are no longer in force."""
    in_force = {topic.code for topic in topics().facts}
    return {name: 0.0 for name in classifier.current().model.facts if name not in in_force}


def _reasons(guess: Guess, today: date) -> list[dict[str, str]]:
    reasons = []
    if guess.words:
        said = ", ".join(guess.words)
        reasons.append({"ru": f"слова: {said}", "en": f"words: {said}"})
    if guess.nearest:
        reasons.append({"ru": f"похоже на: «{guess.nearest}»", "en": f"like: “{guess.nearest}”"})
    season = _seasons().get(guess.fact)
    if season and season.holds(today):
        reasons.append({"ru": "сейчас сезон", "en": "it is the season"})
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


def bodies_for(topic: Topic | None, territory: Territory | None, text: str = "") -> list[Body]:
    """Return up to three bodies that may be responsible: an owner named by the text goes first."""
    if topic is None:
        return []
    path = [step.code for step in topics().path(topic)]
    known, found = organisations(), {}
    for owner in [*rules.owners(text, topic.owners), ""]:
        way = route(_rules(), path, territory.code if territory else "", owner)
        body = known.get(way.organisation) if way else None
        if way and body and body.code not in found:
            found[body.code] = Body(body, way.rule, owner)
    return list(found.values())[:BODIES]


def suggest(
    text: str,
    lat: float | None = None,
    lon: float | None = None,
    address: str = "",
    *,
    now: datetime | None = None,
) -> Suggestion:
    """Return what a text and a place lead to: facts, territory, bodies, twins nearby.

    The bodies are those of the likeliest fact; where they are fewer than three, the second's too.
    """
    now = now or timezone.now()
    said = classify(text, now=now)
    point, territory = place_of(lat, lon, address)
    bodies: dict[str, Body] = {}
    for each in said.facts[:2]:
        for body in bodies_for(each.topic, territory, text):
            bodies.setdefault(body.organisation.code, body)
    twins = _twins(text, [each.topic for each in said.facts], point, now) if point else []
    found = list(bodies.values())[:BODIES]
    return Suggestion(said.facts, said.certain, territory, found, twins, point)


def _trouble(topic: Topic, text: str, point: tuple[float, float], at: datetime) -> Trouble:
    radius, days = reach(life_support=topic.life_support)
    parent = topics().by_id.get(topic.parent_id) if topic.parent_id else None
    code = parent.code if parent else ""
    return Trouble(topic.code, code, point[0], point[1], at, text, radius, days)


def _twins(
    text: str, facts: list[Topic], point: tuple[float, float], at: datetime, but: int | None = None
) -> list[Twin]:
    """Return public open cases that may be the same trouble; by words, so that nobody waits."""
    best: dict[int, Twin] = {}
    for topic in facts[:2]:
        mine = _trouble(topic, text, point, at)
        siblings = [t.pk for t in topics().by_code.values() if t.parent_id == topic.parent_id]
        since = at - timedelta(days=mine.days)
        for case in nearby_open(siblings, point[0], point[1], mine.radius, since):
            if case.pk == but or case.topic is None or case.lat is None or case.lon is None:
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
    point = (case.lat, case.lon)
    return _twins(case.report.text, [case.topic], point, case.received_at, case.pk)


@dataclass(frozen=True)
class Thought:
    """One conclusion about a case: what was proposed and why, by which version or which person."""

    decision: Decision
    proposed: list[FactSuggestion]


def thoughts_on(case: Case) -> list[Thought]:
    """Return what was concluded about a case, oldest first."""
    related = ("topic", "by__person", "classifier")
    known = topics().by_code
    return [
        Thought(
            decision,
            [
                FactSuggestion(known[each["topic"]], each["score"], each["reasons"])
                for each in decision.suggestions
                if each["topic"] in known
            ],
        )
        for decision in Decision.objects.filter(report_id=case.report_id).select_related(*related)
    ]


def versions() -> QuerySet[ClassifierVersion]:
    """Return all versions of the classifier, newest first."""
    return ClassifierVersion.objects.filter(region=region()).order_by("-number")


def newest_version() -> ClassifierVersion | None:
    """Return the version made last, at work or not."""
    return versions().first()
