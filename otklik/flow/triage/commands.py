"""The verbs of triage: decide about a message, let an official overrule, learn from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max

from otklik.flow.cases.commands import open_case, retopic_case
from otklik.flow.intake.models import Report
from otklik.flow.triage import classifier, rules
from otklik.flow.triage.embeddings import embedder
from otklik.flow.triage.events import (
    ClassifierChosen,
    ClassifierTrained,
    TriageCorrected,
    TriageDecided,
)
from otklik.flow.triage.models import ClassifierVersion, Decision
from otklik.flow.triage.queries import bodies_for, classify, newest_version, parameters, place_of
from otklik.flow.triage.recall import keep_own, vectors
from otklik.flow.triage.training import read_for_meaning, taught
from otklik.ground.territories.models import Region
from otklik.ground.territories.queries import region
from otklik.ground.topics.known import with_known
from otklik.ground.topics.queries import routing_rules_by_id
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.triage.embeddings import Embedder
    from otklik.flow.triage.model import Example, Model
    from otklik.flow.triage.queries import Classified, FactSuggestion
    from otklik.flow.triage.training import Checked
    from otklik.ground.accounts.models import Official
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic

SYSTEM = "system"


def _report(**key: object) -> Report:
    return with_known(Report.objects.get(**key))


def decide(report_id: int, *, now: datetime) -> Decision | None:
    """Find topic, place and body of a message and open its case; nothing if that was done.

    The author's own choice counts as certain, unless the text surely says something far from it.
    Two who decide at once do it once: the second waits for the message's row and sees it done.
    """
    report = _report(pk=report_id)
    if report.withdrawn_at is not None or Decision.objects.filter(report=report).exists():
        return None
    said = classify(report.text, now=report.received_at, chosen=report.topic_hint)
    territory = report.territory or place_of(report.lat, report.lon, report.address)[1]
    return _open(report, said, territory, now=now)


@command
def _open(
    report: Report, said: Classified, territory: Territory | None, *, now: datetime
) -> Decision | None:
    held = Report.objects.select_for_update(no_key=True).values_list("withdrawn_at", flat=True)
    if held.get(pk=report.pk) is not None or Decision.objects.filter(report=report).exists():
        return None
    facts = said.facts
    topic = report.topic_hint or (facts[0].topic if facts else None)
    bodies = bodies_for(topic, territory, report.text)
    certain = said.certain and topic is not None
    case = open_case(
        report,
        topic=topic,
        territory=territory,
        organisation=bodies[0].organisation if bodies else None,
        rule=routing_rules_by_id().get(bodies[0].rule) if bodies else None,
        certain=certain,
        now=now,
    )
    decision = Decision.objects.create(
        region=report.region,
        report=report,
        case=case,
        topic=topic,
        territory=territory,
        organisation=bodies[0].organisation if bodies else None,
        rule_id=bodies[0].rule if bodies else None,
        certain=certain,
        confidence=_confidence(topic, facts),
        suggestions=[
            {"topic": each.topic.code, "score": each.score, "reasons": each.reasons}
            for each in facts
        ],
        reasons=_reasons(report, said),
        classifier_id=said.version,
        at=now,
    )
    record(
        TriageDecided(
            region=report.region_id,
            subject=f"report:{report.number}",
            actor=SYSTEM,
            at=now,
            report=report.pk,
            decision=decision.pk,
            topic=topic.code if topic else "",
            territory=territory.code if territory else "",
            organisation=bodies[0].organisation.code if bodies else "",
            certain=certain,
            confidence=decision.confidence,
        )
    )
    return decision


@command
def place_by_hand(
    report: Report, *, topic: Topic, territory: Territory | None, since: datetime | None, why: str,
    by: Official, now: datetime,
) -> Case:  # fmt: skip
    """Open the case of a message whose topic an official chose; its body is the rules'."""
    bodies = bodies_for(topic, territory, report.text)
    first = bodies[0] if bodies else None
    case = open_case(
        report, topic=topic, territory=territory,
        organisation=first.organisation if first else None,
        rule=routing_rules_by_id().get(first.rule) if first else None, certain=True, since=since,
        why=why, now=now,
    )  # fmt: skip
    Decision.objects.create(
        region=report.region, report=report, case=case, topic=topic, territory=territory,
        organisation=case.organisation, rule_id=first.rule if first else None, certain=True,
        confidence=1.0, by=by, at=now,
        reasons=[{"ru": "тему выбрал модератор", "en": "a moderator chose the topic"}],
    )  # fmt: skip
    return case


def _confidence(topic: Topic | None, facts: list[FactSuggestion]) -> float:
    return next((each.score for each in facts if each.topic == topic), 0.0)


def _reasons(report: Report, said: Classified) -> list[dict[str, str]]:
    if report.topic_hint is None:
        return said.facts[0].reasons if said.facts else []
    reasons = [{"ru": "тему выбрал автор", "en": "the author chose the topic"}]
    if not said.certain and said.facts:
        other = said.facts[0].topic
        ru, en = other.title_ru, other.title_en or other.title_ru
        reasons.append({"ru": f"но текст похож на «{ru}»", "en": f"but the text is like “{en}”"})
    return reasons


@command
def correct(
    number: str, *, topic: Topic, territory: Territory | None, by: Official, now: datetime
) -> Case:
    """Overrule topic or place; the case follows and the classifier learns."""
    report = _report(number=number)
    last = Decision.objects.filter(report=report).select_related("topic").order_by("pk").last()
    bodies = bodies_for(topic, territory, report.text)
    case = retopic_case(
        number,
        topic=topic,
        territory=territory,
        organisation=bodies[0].organisation if bodies else None,
        by=by,
        now=now,
    )
    decision = Decision.objects.create(
        region=report.region, report=report, case=case, topic=topic, territory=territory,
        organisation=case.organisation, rule_id=bodies[0].rule if bodies else None,
        certain=True, confidence=1.0, by=by, at=now,
        reasons=[{"ru": "исправил модератор", "en": "corrected by a moderator"}],
    )  # fmt: skip
    record(
        TriageCorrected(
            region=report.region_id,
            subject=f"report:{number}",
            actor=by.ref,
            at=now,
            report=report.pk,
            decision=decision.pk,
            topic=topic.code,
            topic_before=last.topic.code if last and last.topic else "",
            territory=territory.code if territory else "",
        )
    )
    return case


def ensure_version(*, now: datetime) -> ClassifierVersion:
    """Return the newest version; make one if there is none that knows the topics as they are now.

    Takes from ten seconds to a minute when there is something to make: for the worker, not a page.
    """
    newest = newest_version()
    seed = classifier.fingerprint(classifier.examples())
    if newest and (newest.scores.get("seed"), newest.embeddings) == (seed, embedder().name):
        return newest
    return train(now=now)


def learn(*, now: datetime) -> ClassifierVersion | None:
    """Make a version if officials judged messages since the newest was made."""
    newest = newest_version()
    if newest and all(each.at <= newest.made_at for each in classifier.corrections()):
        return None
    return train(now=now)


def train(*, now: datetime) -> ClassifierVersion:
    """Make a version from the topics' own texts and the corrections; use it if it is not worse.

    Each is judged without the very message it is asked about. A version that a human put to work
    stays at work until they release it.
    """
    ours, judged, engine = classifier.examples(), classifier.corrections(), embedder()
    examples = [*ours, *(each.example for each in judged)]
    texts = read_for_meaning(examples)
    found = vectors(engine, texts)
    if engine.dimension:
        keep_own(engine.name, texts, found)
    model, checked = taught(ours, examples[len(ours) :], found, engine.name)
    at_work = ClassifierVersion.objects.filter(region=region(), in_use=True).first()
    fresh = {
        len(ours) + n for n, each in enumerate(judged) if at_work and each.at > at_work.made_at
    }
    asked = checked.of(fresh.__contains__)
    scores = {
        "seed": classifier.fingerprint(ours),
        "phrases": _quality(model, checked.of(lambda place: place < len(ours))),
        "corrections": _quality(model, checked.of(lambda place: place >= len(ours))),
        "fresh": _quality(model, asked),
        "before": _before(at_work, [examples[place] for place in asked.places], engine),
    }
    use = at_work is None or (not at_work.pinned and rules.not_worse(scores, at_work.scores))
    return _keep_version(model, len(judged), scores, use=use, now=now)


def _quality(model: Model, checked: Checked) -> dict[str, float | int]:
    return checked.quality(model.certainty, parameters().certain)


def _before(
    at_work: ClassifierVersion | None, asked: Sequence[Example], engine: Embedder
) -> dict[str, float | int]:
    """Return how the version at work does on messages that it has not seen."""
    model = classifier.load(at_work) if at_work else None
    if model is None or not asked:
        return {"checked": 0, "top1": 0.0, "top3": 0.0}
    pairs = [(each.fact, [g.fact for g in model.guess(each.text, engine)]) for each in asked]
    first, three = sum(f in g[:1] for f, g in pairs), sum(f in g for f, g in pairs)
    share = 1 / len(pairs)
    return {"checked": len(pairs), "top1": round(first * share, 4), "top3": round(three * share, 4)}


@command
def _keep_version(
    model: Model, learnt: int, scores: dict[str, Any], *, use: bool, now: datetime
) -> ClassifierVersion:
    list(Region.objects.select_for_update(no_key=True).filter(pk=region().pk))  # one number each
    of_region = ClassifierVersion.objects.filter(region=region())
    number = 1 + (of_region.aggregate(last=Max("number"))["last"] or 0)
    file = classifier.folder() / f"v{number}.npz"
    model.write(file)
    version = ClassifierVersion.objects.create(
        region=region(), number=number, made_at=now, embeddings=model.engine, corrections=learnt,
        scores=scores, file=file.name, sha256=classifier.digest(file),
    )  # fmt: skip
    record(
        ClassifierTrained(
            region=region().code, subject=f"classifier:{number}", actor=SYSTEM, at=now,
            version=number, corrections=learnt,
        )
    )  # fmt: skip
    return _put_to_work(version, pinned=False, actor=SYSTEM, now=now) if use else version


@command
def choose_version(number: int, *, by: Official | None, now: datetime) -> ClassifierVersion:
    """Put a version to work, a new or an old one; it stays there until it is released.

    Every process notices within seconds. Raises `ClassifierVersion.DoesNotExist` if there is no
    such version and `OSError` if its file is gone or was changed.
    """
    of_region = ClassifierVersion.objects.filter(region=region())
    version = of_region.select_for_update(no_key=True).get(number=number)
    if classifier.load(version) is None:
        raise FileNotFoundError(classifier.folder() / version.file)
    return _put_to_work(version, pinned=True, actor=by.ref if by else SYSTEM, now=now)


@command
def release_version(*, by: Official | None, now: datetime) -> ClassifierVersion:
    """Let training replace the version at work again, once it finds a better one."""
    version = ClassifierVersion.objects.select_for_update(no_key=True).get(
        region=region(), in_use=True
    )
    return _put_to_work(version, pinned=False, actor=by.ref if by else SYSTEM, now=now)


def _put_to_work(
    version: ClassifierVersion, *, pinned: bool, actor: str, now: datetime
) -> ClassifierVersion:
    of_region = ClassifierVersion.objects.filter(region=version.region_id)
    of_region.filter(in_use=True).update(in_use=False, pinned=False)
    version.in_use, version.pinned = True, pinned
    version.save(update_fields=["in_use", "pinned"])
    record(
        ClassifierChosen(
            region=version.region_id, subject=f"classifier:{version.number}", actor=actor, at=now,
            version=version.number, pinned=pinned,
        )
    )  # fmt: skip
    return version
