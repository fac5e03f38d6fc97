"""Topics, deadlines, rules of routing and small lists, for everybody above."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.queries import organisations_by_id
from otklik.ground.territories.queries import region, territories_by_id
from otklik.ground.topics.models import DeadlinePolicy, Directory, Question, RoutingRule, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 10


@dataclass(frozen=True)
class TopicTree:
    """All topics of the region, found by code and by id."""

    by_code: Mapping[str, Topic]
    by_id: Mapping[int, Topic]

    @property
    def facts(self) -> list[Topic]:
        """The facts that are in force, in the order of the tree."""
        return [t for t in self.by_code.values() if t.level == Topic.Level.FACT and t.active]

    @property
    def categories(self) -> list[Topic]:
        """The categories, in order."""
        return [t for t in self.by_code.values() if t.level == Topic.Level.CATEGORY]

    def children(self, topic: Topic) -> list[Topic]:
        """Return what lies right under a topic."""
        return [t for t in self.by_code.values() if t.parent_id == topic.pk and t.active]

    def path(self, topic: Topic | None) -> tuple[Topic, ...]:
        """Return the topic and all above it: fact, subcategory, category."""
        steps: list[Topic] = []
        while topic is not None:
            steps.append(topic)
            topic = self.by_id.get(topic.parent_id) if topic.parent_id else None
        return tuple(steps)

    def under(self, topic: Topic) -> frozenset[int]:
        """Return the ids of a topic and of all beneath it."""
        return self._under.get(topic.pk, frozenset())

    @cached_property
    def _under(self) -> dict[int, frozenset[int]]:
        found: dict[int, set[int]] = {}
        for topic in self.by_code.values():
            for step in self.path(topic):
                found.setdefault(step.pk, set()).add(topic.pk)
        return {key: frozenset(ids) for key, ids in found.items()}


@remembered(SECONDS)
def topics() -> TopicTree:
    """Return the tree of topics."""
    found = list(
        Topic.objects.filter(region=region()).select_related("policy").order_by("number", "pk")
    )
    return TopicTree({t.code: t for t in found}, {t.pk: t for t in found})


def fact(code: str) -> Topic | None:
    """Return a fact by its code, or None."""
    topic = topics().by_code.get(code)
    return topic if topic and topic.level == Topic.Level.FACT and topic.active else None


@remembered(SECONDS)
def questions() -> dict[str, list[Question]]:
    """Return what is asked about each fact, by its code, in order."""
    found: dict[str, list[Question]] = {}
    asked = Question.objects.filter(region=region(), active=True).order_by("position", "pk")
    for question in asked:
        if topic := topics().by_id.get(question.topic_id):
            found.setdefault(topic.code, []).append(question)
    return found


@remembered(SECONDS)
def routing_rules() -> tuple[RoutingRule, ...]:
    """Return the rules of routing in force; what each names comes out of memory."""
    found = tuple(RoutingRule.objects.filter(region=region(), active=True))
    for rule in found:
        if topic := topics().by_id.get(rule.topic_id or 0):
            rule.topic = topic
        if territory := territories_by_id().get(rule.territory_id or 0):
            rule.territory = territory
        if organisation := organisations_by_id().get(rule.organisation_id or 0):
            rule.organisation = organisation
    return found


@remembered(SECONDS)
def routing_rules_by_id() -> dict[int, RoutingRule]:
    """Return the rules of routing in force by id."""
    return {rule.pk: rule for rule in routing_rules()}


@remembered(SECONDS)
def policies() -> dict[str, DeadlinePolicy]:
    """Return the deadline policies by code."""
    return {p.code: p for p in DeadlinePolicy.objects.filter(region=region())}


@remembered(SECONDS)
def policies_by_id() -> dict[int, DeadlinePolicy]:
    """Return the deadline policies by id."""
    return {policy.pk: policy for policy in policies().values()}


@remembered(SECONDS)
def directory(kind: str) -> dict[str, Directory]:
    """Return a small list by codes, in its order."""
    found = Directory.objects.filter(region=region(), kind=kind, active=True)
    return {line.code: line for line in found}


def label(kind: str, code: str, language: str = "ru", *, citizen: bool = False) -> str:
    """Return how a code of a small list is called; the code itself where nothing is known."""
    line = directory(kind).get(code)
    if line is None:
        return code
    stem = "citizen" if citizen else "title"
    for name in (f"{stem}_{language}", f"title_{language}", "title_ru"):
        if value := getattr(line, name, ""):
            return str(value)
    return code
