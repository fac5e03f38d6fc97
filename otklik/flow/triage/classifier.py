"""The classifier at work in this process: which examples, which version, from which file.

Only reads; `commands` makes versions and chooses among them.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max

from otklik.flow.cases.models import Case
from otklik.flow.triage import model as machine
from otklik.flow.triage.embeddings import embedder
from otklik.flow.triage.model import CORRECTION, Example, Guess, Model
from otklik.flow.triage.models import ClassifierVersion, Decision
from otklik.flow.triage.recall import vectors
from otklik.ground.kit.memo import remembered
from otklik.ground.kit.text import mask
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from otklik.ground.topics.models import Topic

logger = logging.getLogger(__name__)
WAITED = 100  # texts without a kept vector that a first question may wait for
LEARNT = 3000  # the newest corrections that are learnt from
UNJUDGED = frozenset({"submitted", "clarification", "rejected", "contested", "merged", "withdrawn"})


@dataclass(frozen=True)
class Correction:
    """A message whose fact an official named or confirmed, and when."""

    example: Example
    at: datetime


@dataclass(frozen=True)
class Working:
    """The model at work; `version` is None until a first one was made."""

    model: Model
    version: int | None

    def guess(self, text: str, *, prior: Mapping[str, float], meaning: bool = True) -> list[Guess]:
        """Return the likeliest facts; without `meaning`, by words alone, in a few milliseconds."""
        return self.model.guess(text, embedder() if meaning else None, prior=prior)


@remembered(60)
def examples() -> tuple[Example, ...]:
    """Return every text that the topics themselves say is about a fact."""
    return tuple(each for topic in topics().facts for each in said_of(topic))


def said_of(topic: Topic) -> Iterator[Example]:
    """Return what a topic itself says that people write about it."""
    yield Example(topic.code, topic.title_ru, "title")
    if topic.help_ru:
        yield Example(topic.code, f"{topic.title_ru}. {topic.help_ru}", "help")
    if topic.title_en:
        yield Example(topic.code, topic.title_en, "english")
    for synonym in topic.synonyms:
        yield Example(topic.code, synonym, "synonym")
    for phrase in topic.phrases:
        yield Example(topic.code, phrase, "phrase")


def fingerprint(known: Sequence[Example]) -> str:
    """Return what tells one set of examples from another."""
    told = "\n".join(f"{each.fact}\t{each.kind}\t{each.text}" for each in known)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@remembered(60)
def _own_fingerprint() -> str:
    return fingerprint(examples())


def corrections() -> list[Correction]:
    """Return the messages that officials judged, oldest first: corrected or taken as proposed.

    Names and phones are hidden; topics of the closed contour are not learnt from.
    """
    facts = {topic.pk: topic.code for topic in topics().facts if not topic.closed}
    last = Decision.objects.values("report").annotate(last=Max("pk")).values("last")
    judged = Decision.objects.filter(pk__in=last, region=region(), topic__in=facts)
    corrected = judged.filter(by__isnull=False).values_list("report__text", "topic_id", "at")
    confirmed = (
        Case.objects.filter(
            region=region(), topic__in=facts, registered_at__isnull=False,
            decisions__in=judged.filter(by__isnull=True, certain=False),
        )
        .exclude(status__in=UNJUDGED)
        .values_list("report__text", "topic_id", "registered_at")
    )  # fmt: skip
    found = [
        Correction(Example(facts[topic], mask(text), CORRECTION), at)
        for text, topic, at in (*corrected, *confirmed)
        if at is not None
    ]
    return sorted(found, key=lambda each: (each.at, each.example.text))[-LEARNT:]


def folder() -> Path:
    """Return where the versions' files lie."""
    found = Path(settings.DATA) / "classifier"
    found.mkdir(parents=True, exist_ok=True)
    return found


def digest(file: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


@remembered(3)
def in_use() -> ClassifierVersion | None:
    """Return the version that was put to work; a change is noticed within seconds."""
    return ClassifierVersion.objects.filter(region=region(), in_use=True).first()


def current() -> Working:
    """Return the classifier at work; one that only votes where no version can be read."""
    version = in_use()
    found = _read(version) if version else None
    if version and found:
        return Working(found, version.pk)
    return Working(_untrained(), None)


_lock = threading.Lock()
_kept: dict[str, Model | None] = {}


def _read(version: ClassifierVersion) -> Model | None:
    with _lock:
        if version.sha256 not in _kept:
            _kept.clear()
            _kept[version.sha256] = load(version)
        return _kept[version.sha256]


def load(version: ClassifierVersion) -> Model | None:
    """Return the model of a version; None, loudly, where its file is missing or was changed."""
    file = folder() / version.file
    if not file.is_file() or digest(file) != version.sha256:
        logger.error("classifier version %s: no such file or not the same: %s", version, file)
        return None
    return machine.read(file)


_voting: dict[str, Model] = {}


def _untrained() -> Model:
    known, engine = examples(), embedder()
    key = f"{engine.name} {_own_fingerprint()}"
    with _lock:
        if key not in _voting:
            _voting.clear()
            texts = [each.text for each in known]
            _voting[key] = machine.untrained(known, vectors(engine, texts, WAITED), engine.name)
        return _voting[key]
