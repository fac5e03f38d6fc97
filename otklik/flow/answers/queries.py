"""Reading for the editor, for the approver and for the verifier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.timezone import localtime

from otklik.flow.answers import likeness, rules, wording
from otklik.flow.answers.models import (
    AnswerDraft,
    AnswerTemplate,
    Caution,
    Examination,
    Inspection,
    Limit,
    PhotoFacts,
    Phrase,
)
from otklik.flow.cases.models import Answer, Case
from otklik.flow.cases.queries import HEAVY, RELATED, cases_of, executed_by, visible_numbers
from otklik.flow.intake.files import IMAGES
from otklik.flow.intake.models import Attachment
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit.memo import remembered
from otklik.ground.kit.text import mask, mask_address, personal_in, shortened, stems
from otklik.ground.organisations.queries import organisations, subtree_ids
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory, topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official

SECONDS = 10
SIMILAR = 3
LOOKED_THROUGH = 150
EDIT = "edit_templates"
QUESTIONS = ("done",)
INTERIM = ("done", "next")
PICTURES = ("proof_id", "attachment")


@dataclass(frozen=True)
class Judged:
    """A text looked into: how it reads, how much of it is template, what to warn of."""

    reading: wording.Reading
    template_share: float
    bands: list[int]
    found: tuple[rules.Found, ...]


def photo_editors() -> list[str]:
    """Return the names of programs that change photos, in small letters."""
    return [line.title_ru.lower() for line in directory("photo_editors").values()]


@remembered(SECONDS)
def limits() -> dict[str, float]:
    """Return the numbers from which on something is doubted."""
    said = Limit.objects.filter(region=region()).values_list("code", "value")
    return {**rules.LIMITS, **dict(said)}


@remembered(SECONDS)
def phrases() -> dict[str, str]:
    """Return officialese with its plain words."""
    return dict(Phrase.objects.filter(region=region(), active=True).values_list("phrase", "plain"))


@remembered(SECONDS)
def _templates() -> list[AnswerTemplate]:
    found = AnswerTemplate.objects.filter(region=region(), active=True)
    return list(found.select_related("topic", "organisation"))


def questions_of(result: str, *, interim: bool = False) -> tuple[str, ...]:
    """Return which of the four questions an answer with this result must answer."""
    if interim:
        return INTERIM
    line = directory("results").get(result)
    return tuple(line.extra.get("questions", QUESTIONS)) if line else QUESTIONS


def templates_for(case: Case) -> list[AnswerTemplate]:
    """Return the templates that fit a case: of its topic first, of its body first, then by use."""
    steps = [step.pk for step in topics().path(topics().by_id.get(case.topic_id or 0))]
    return sorted(
        (
            each
            for each in _templates()
            if (each.topic_id is None or each.topic_id in steps)
            and (each.organisation_id is None or _of_body(case, each.organisation_id))
        ),
        key=lambda each: (
            steps.index(each.topic_id) if each.topic_id else len(steps),
            each.organisation_id is None,
            -each.uses,
            each.title,
        ),
    )


def _of_body(case: Case, organisation_id: int) -> bool:
    return case.organisation_id in subtree_ids(organisation_id)


def facts_of(case: Case) -> dict[str, str]:
    """Return what is known of a case for a template's blanks; a place no closer than its street."""
    place = mask_address(case.report.address)
    body = case.organisation.short_ru if case.organisation else ""
    return {"place": place, "address": place, "who": body, "organisation": body}


def inserted(case: Case, official: Official, source: str) -> dict[str, str]:
    """Return what a chosen template or solved case puts into the form; nothing if unknown."""
    kind, _, key = source.partition(":")
    if kind == "template" and key.isdigit():
        for each in templates_for(case):
            if each.pk == int(key):
                said = {
                    name: rules.fill(getattr(each, name), facts_of(case)) for name in rules.PARTS
                }
                return {**said, "result": each.result, "template": str(each.pk)}
    if kind == "topic" and case.topic:
        return {"done": rules.fill(case.topic.template.strip(), facts_of(case))}
    if kind == "case":
        for solved in similar_solved(case, official):
            if solved["number"] == key:
                return {**solved["parts"], "result": "solved"}
    return {}


def known_runs(case: Case) -> likeness.Shingles:
    """Return the runs of words that stand in the templates of a case."""
    texts = [getattr(each, name) for each in templates_for(case) for name in rules.PARTS]
    if case.topic:
        texts.append(case.topic.template)
    pieces = (piece for text in texts for piece in rules.between_blanks(text))
    return frozenset().union(*(likeness.shingles(piece) for piece in pieces))


def judge(case: Case, text: str, parts: rules.Parts | None, *, common: bool = False) -> Judged:
    """Look into an answer's words; one common to many is no copy, whatever it repeats."""
    bound, known = limits(), known_runs(case)
    said = rules.plain(parts) if parts else text
    reading = wording.read(said, phrases(), bound["long_sentence"])
    share = likeness.template_share(said, known)
    own = likeness.shingles(said) - known
    keys = likeness.bands(own)
    found = [*(rules.open_questions(parts) if parts else ()), *rules.of_reading(reading, bound)]
    if not common and share >= bound["template_share"]:
        found.append(rules.Found("template_only", {"percent": round(share * 100)}))
    elif not common and len(own) >= bound["copied_runs"]:
        found += _copies(case, own, keys, known)
    if case.public and (kinds := personal_in(said)):
        found.append(rules.Found("personal", {"kinds": kinds}))
    return Judged(reading, share, keys, tuple(found))


def _copies(
    case: Case, own: likeness.Shingles, keys: list[int], known: likeness.Shingles
) -> list[rules.Found]:
    met = Examination.objects.filter(region=region(), common=False, bands__overlap=keys)
    if not case.closed_contour:  # for all others its messages do not exist
        met = met.filter(answer__case__closed_contour=False)
    others = met.exclude(answer__case=case).order_by("-pk")[:50]
    best, which = 0.0, ""
    for text, number in others.values_list("answer__text", "answer__case__number"):
        share = likeness.alike(own, likeness.shingles(_without_leads(text)) - known)
        if share > best:
            best, which = share, number
    if best < limits()["copied"]:
        return []
    return [rules.Found("copied", {"case": which, "percent": round(best * 100)})]


def _without_leads(text: str) -> str:
    leads = tuple(lead for lead in rules.LEADS.values() if lead)
    return "\n".join(
        next((line.removeprefix(lead) for lead in leads if line.startswith(lead)), line)
        for line in text.split("\n")
    )


def similar_solved(case: Case, official: Official) -> list[dict[str, Any]]:
    """Return confirmed solutions of the same thing, likest first, with their answers, masked.

    Only those that the official may see or that are shown to all.
    """
    if case.topic_id is None:
        return []
    solved = Case.objects.filter(
        region=case.region_id, topic_id=case.topic_id, status="resolved_confirmed",
        closed_contour=False,
    ).exclude(pk=case.pk)  # fmt: skip
    seen = Q(pk__in=cases_of(official).values("pk")) | Q(public=True)
    rows = (
        solved.filter(seen).select_related("report", "territory")
        .defer("territory__polygon").order_by("-closed_at")[:LOOKED_THROUGH]
    )  # fmt: skip
    candidates = [
        (each, stems(each.report.text), each.territory_id == case.territory_id) for each in rows
    ]
    likest = rules.similar(stems(case.report.text), candidates, SIMILAR)
    answers = _answers_of([each for each, _ in likest])
    return [
        {
            "number": each.number,
            "spoken": each.spoken,
            "text": shortened(mask(each.report.text), 160),
            "place": each.territory.short_ru if each.territory else "",
            "closed_at": each.closed_at,
            "answer": mask(answers[each.pk].text),
            "parts": _parts_of(answers[each.pk]),
        }
        for each, _ in likest
        if each.pk in answers
    ]


def _answers_of(cases: Iterable[Case]) -> dict[int, Answer]:
    found = Answer.objects.filter(
        case__in=[each.pk for each in cases], state=Answer.State.APPROVED, interim=False
    )
    return {each.case_id: each for each in found.select_related("composition").order_by("version")}


def _parts_of(answer: Answer) -> dict[str, str]:
    told = getattr(answer, "composition", None)
    if told is None:
        return {"done": mask(answer.text)}
    return {name: mask(getattr(told, name)) for name in rules.PARTS}


def draft_of(case: Case, official: Official) -> AnswerDraft | None:
    """Return what an official has typed so far, or None."""
    return AnswerDraft.objects.filter(case=case, official=official).first()


def last_parts(case: Case) -> dict[str, str]:
    """Return the latest version's parts, to go on from when an answer came back for rework."""
    answer = case.answers.select_related("composition").order_by("version").last()
    if answer is None or answer.state != Answer.State.REWORK:
        return {}
    told = getattr(answer, "composition", None)
    parts = {name: getattr(told, name) for name in rules.PARTS} if told else {"done": answer.text}
    return {**parts, "result": answer.result}


def cautions_of(case: Case, official: Official) -> dict[int, list[dict[str, Any]]]:
    """Return the warnings of a case's answers, by answer, with no number that is hidden."""
    found = list(Caution.objects.filter(answer__case=case))
    numbers = {str(each.detail["case"]) for each in found if each.detail.get("case")}
    open_to = visible_numbers(official, numbers) if numbers else frozenset[str]()
    ids = {each.detail[name] for each in found for name in PICTURES if each.detail.get(name)}
    tokens = dict(
        Attachment.objects.filter(pk__in=ids).exclude(thumbnail="").values_list("pk", "token")
    )
    told: dict[int, list[dict[str, Any]]] = {}
    for each in found:
        told.setdefault(each.answer_id, []).append(_told(each, open_to, tokens))
    return told


def _told(caution: Caution, open_to: frozenset[str], tokens: Mapping[int, str]) -> dict[str, Any]:
    detail = dict(caution.detail)
    number = str(detail.pop("case", ""))
    spoken = f"{number[:4]}-{number[4:]}" if number in open_to else ""
    if spoken:
        detail["case"] = spoken
    if moment := detail.get("at"):
        detail["day"] = f"{localtime(datetime.fromisoformat(moment)):%d.%m.%Y}"
    shown = spoken or not number
    return {
        "code": caution.code,
        "sentence": rules.say(caution.code, detail),
        "number": spoken,
        "proof": tokens.get(detail.get("proof_id", 0), ""),
        "other": tokens.get(detail.get("attachment", 0), "") if shown else "",
    }


def hints(judged: Judged) -> list[str]:
    """Return what to mend in a text, for its writer: warnings, officialese, long sentences."""
    told = [rules.say(each.code, _for_writer(each.detail)) for each in judged.found]
    told += [
        f"«{said}»: лучше «{plain}»" if not plain.startswith(("уберите", "скажите", "назовите"))
        else f"«{said}»: {plain}"
        for said, plain in judged.reading.officialese
        if plain
    ]  # fmt: skip
    told += [f"Длинное предложение: «{each}»" for each in judged.reading.long_sentences]
    return told


def _for_writer(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name != "case"}


def editable_templates(official: Official) -> QuerySet[AnswerTemplate]:
    """Return the templates that an official may change: their bodies'; the common ones if all."""
    found = AnswerTemplate.objects.filter(region=region()).select_related("topic", "organisation")
    bodies = editable_bodies(official)
    if bodies is None:
        return found.order_by("-active", "title")
    return found.filter(organisation_id__in=bodies).order_by("-active", "title")


def editable_bodies(official: Official) -> frozenset[int] | None:
    """Return the bodies whose templates an official may change; None for all and common ones."""
    grants = powers_of(official).granting(EDIT)
    if any(grant.organisations is None for grant in grants):
        return None
    return frozenset().union(*(grant.organisations or frozenset() for grant in grants))


def bodies_to_choose(official: Official) -> list[Any]:
    """Return the bodies whose templates an official may write, by name."""
    bodies = editable_bodies(official)
    found = [each for each in organisations().values() if bodies is None or each.pk in bodies]
    return sorted(found, key=lambda each: each.short_ru)


def sample_for(official: Official, now: datetime) -> list[Case]:
    """Return an own sample of fast answers that say «solved», to be looked at on the spot.

    Answers sent in spite of warnings come first; the rest is drawn by lot, anew each week.
    """
    waiting = cases_of(official).filter(
        status="answered", result="solved", policy__fast_track=True,
        answered_at__gte=now - timedelta(days=60),
    )  # fmt: skip
    beside = waiting.select_related(*RELATED, "topic__category", "report__author").defer(*HEAVY)
    newest = beside.prefetch_related("report__attachments").order_by("-answered_at")[:500]
    rows = {each.number: each for each in newest}
    doubted = waiting.filter(answers__overruling__isnull=False).values_list("number", flat=True)
    year, week, _ = localtime(now).isocalendar()
    drawn = rules.sample(
        rows, f"{official.pk}:{year}-{week}", int(limits()["sample"]), frozenset(doubted)
    )
    found = [rows[number] for number in drawn]
    bodies = executed_by(found)
    return [each for each in found if official.organisation_id not in bodies[each.pk]]


def inspections_of(case: Case) -> QuerySet[Inspection]:
    """Return the checks on the spot of a case."""
    found = Inspection.objects.filter(case=case).select_related("by__organisation")
    return found.prefetch_related("photos")


def inspected_by(official: Official) -> QuerySet[Inspection]:
    """Return an official's own latest checks."""
    found = Inspection.objects.filter(by=official).select_related("case__topic", "case__territory")
    return found.defer("case__territory__polygon").order_by("-pk")[:20]


def unprinted(report_id: int) -> list[Attachment]:
    """Return the pictures of a message that were not looked at yet."""
    found = Attachment.objects.filter(report_id=report_id, mime__in=IMAGES, photo_facts=None)
    return list(found.order_by("pk"))


def reports_unprinted() -> list[int]:
    """Return the messages that have pictures not looked at yet, oldest first."""
    found = Attachment.objects.filter(region=region(), mime__in=IMAGES, photo_facts=None)
    return list(found.order_by("report_id").values_list("report_id", flat=True).distinct())


def photo_facts(report_id: int) -> list[PhotoFacts]:
    """Return what cameras wrote into the photos of a message and its answers."""
    return list(PhotoFacts.objects.filter(attachment__report=report_id))


def versions_of(case: Case) -> QuerySet[Answer]:
    """Return the versions of a case's answer with all that is told of them."""
    found = case.answers.select_related(
        "author__person", "decided_by__person", "examination", "overruling"
    )
    return found.prefetch_related("proofs__attachment")
