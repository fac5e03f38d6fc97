"""How cases are shown to people: one place that turns rows into what pages print.

What leaves here for the public holds no contact, no exact place and no unmasked text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.dateparse import parse_date
from django.utils.timezone import localtime, make_aware
from django.utils.translation import get_language

from otklik.flow.answers.queries import photo_facts
from otklik.flow.cases import queries, rules
from otklik.flow.control.queries import forecast
from otklik.ground.accounts.queries import names_of
from otklik.ground.kit.geo import metres
from otklik.ground.kit.memo import remembered
from otklik.ground.kit.text import (
    mask,
    mask_address,
    mask_email,
    mask_name,
    mask_phone,
    shortened,
)
from otklik.ground.topics.queries import directory, label

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case
    from otklik.flow.intake.models import Report
    from otklik.ground.accounts.models import Official
    from otklik.ground.accounts.rules import Sight
    from otklik.ground.topics.models import Topic
    from otklik.ground.topics.queries import TopicTree

    Options = list[tuple[str, str]]

KM = 1000
PUBLIC_DIGITS = 3  # of a degree: about 100 metres
GROUP = {
    **dict.fromkeys(rules.UNANSWERED, "work"),
    "answered": "answered",
    "resolved_confirmed": "solved",
}


class Words(Protocol):
    """Something said in both languages, as a refusal is."""

    ru: str
    en: str


def said(words: Words) -> str:
    """Return a refusal in the reader's language."""
    return words.en if get_language() == "en" else words.ru


def day(text: str) -> datetime | None:
    """Return the beginning of a day that was typed, or None."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return make_aware(datetime(found.year, found.month, found.day)) if found else None  # noqa: DTZ001


def title(thing: Any, language: str) -> str:
    """Return a directory row's title in a language, Russian where there is none."""
    return str(getattr(thing, f"title_{language}", "") or thing.title_ru) if thing else ""


def name(thing: Any, language: str) -> str:
    """Return a place's or a body's name as people say it, Russian where there is no English."""
    if thing is None:
        return ""
    return str((thing.title_en if language == "en" else "") or thing.short_ru)


def topic(found: Topic, language: str) -> dict[str, Any]:
    """Return a topic for a form."""
    return {
        "code": found.code,
        "title": title(found, language),
        "category": title(found.category, language) if found.category else "",
        "help": getattr(found, f"help_{language}", "") or found.help_ru,
        "advice": getattr(found, f"advice_{language}", "") or found.advice_ru,
    }


def topic_groups(tree: TopicTree, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all facts by category, for a plain list to choose from."""
    groups: dict[int | None, list[tuple[str, str]]] = {}
    for fact in tree.facts:
        if not fact.closed:
            groups.setdefault(fact.category_id, []).append((fact.code, title(fact, language)))
    return [
        (title(category, language), groups.get(category.pk, [])) for category in tree.categories
    ]


INDENT = "\u2003"
"""An option of a list has no other way to stand beneath another."""


def topic_steps(tree: TopicTree, language: str, *, facts: bool) -> list[tuple[str, Options]]:
    """Return the categories, each with itself and what lies beneath, to narrow a list by."""
    beneath: dict[int | None, list[Topic]] = {}
    for topic in tree.by_code.values():
        if topic.active and not topic.closed and (facts or topic.level != topic.Level.FACT):
            beneath.setdefault(topic.parent_id, []).append(topic)

    def options(topic: Topic, depth: int) -> Options:
        found = [(topic.code, INDENT * depth + title(topic, language))]
        for each in beneath.get(topic.pk, ()):
            found += options(each, depth + 1)
        return found

    return [(title(each, language), options(each, 0)) for each in tree.categories]


class _Said(dict[str, str]):
    """Words for a label's braces; an unknown one says nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def status(case: Case, language: str, *, own: bool = True) -> str:
    """Return what a citizen reads of a status, with body, day and number put in.

    Who did not write it is told nothing that only the author may do: a line's `stranger`.
    """
    day = {"interim": case.control_at, "extended": case.due}.get(case.status, case.due)
    said = _Said(
        organisation=name(case.organisation, language),
        date=localtime(day).strftime("%d.%m.%Y") if day else "",
        number=case.merged_into.spoken if case.merged_into_id and case.merged_into else case.spoken,
        count=str(case.supports),
        reason="",
    )
    line = directory("statuses").get(case.status)
    strange = {} if own or line is None else line.extra.get("stranger") or {}
    text = strange.get(language) or label("statuses", case.status, language, citizen=True)
    text = text.format_map(said)
    return text.replace("()", "").strip(" :,–")


def status_label(case: Case) -> str:
    """Return what officials call a case's status."""
    return label("statuses", case.status)


def advice(topic: Topic | None, language: str) -> str:
    """Return what to do at once in such trouble, or nothing."""
    return (getattr(topic, f"advice_{language}", "") or topic.advice_ru) if topic else ""


def _facts(case: Case, language: str, *, own: bool = True) -> dict[str, Any]:
    return {
        "number": case.number,
        "spoken": case.spoken,
        "status": case.status,
        "status_label": status(case, language, own=own),
        "group": GROUP.get(case.status, "closed"),
        "result": label("results", case.result, language) if case.result else "",
        "topic": title(case.topic, language),
        "category": title(case.topic.category, language)
        if case.topic and case.topic.category
        else "",
        "territory": name(case.territory, language),
        "organisation": name(case.organisation, language),
        "received_at": case.received_at,
        "due": case.due,
        "answered_at": case.answered_at,
        "supports": case.supports,
        "late": bool(case.due and case.answered_at and case.answered_at > case.due),
    }


def card(case: Case, language: str) -> dict[str, Any]:
    """Return a public case for a list."""
    return {**_facts(case, language, own=False), "text": shortened(mask(case.report.text), 180)}


def public_case(case: Case, language: str) -> dict[str, Any]:
    """Return what anybody may see of a public case."""
    photos = [each for each in case.report.attachments.all() if each.public]
    point = (
        [round(case.lat, PUBLIC_DIGITS), round(case.lon, PUBLIC_DIGITS)]
        if case.lat is not None and case.lon is not None
        else None
    )
    return {
        **_facts(case, language, own=False),
        "text": mask(case.report.text),
        "photos": [each for each in photos if each.purpose == "message"],
        "point": point,
        "history": [line for line in queries.history(case, language) if line.public],
        "hops": hops(case, language),
    }


def compare(report: Report, answer: Any) -> dict[str, Any] | None:
    """Return the author's first photo and the first of what was done, if there are both."""
    if answer is None:
        return None
    before = [each for each in report.attachments.all() if each.purpose == "message"]
    after = [proof.attachment for proof in answer.proofs.all()]
    pair = [next((each for each in side if each.public), None) for side in (before, after)]
    return {"before": pair[0], "after": pair[1]} if all(pair) else None


def camera_notes(case: Case, sight: Sight) -> dict[int, str]:
    """Return what the camera wrote into each proof, for those who see the place."""
    if not sight.place:
        return {}
    return {facts.attachment_id: _camera(facts, case) for facts in photo_facts(case.report_id)}


def _camera(facts: Any, case: Case) -> str:
    told = []
    if facts.taken_at:
        told.append(f"снято {localtime(facts.taken_at):%d.%m.%Y %H:%M}")
    if facts.lat is not None and case.lat is not None and case.lon is not None:
        away = metres((facts.lat, facts.lon), (case.lat, case.lon))
        told.append(
            f"{away:.0f} м от места"
            if away < KM
            else f"{away / KM:.1f} км от места".replace(".", ",")
        )
    if facts.camera:
        told.append(facts.camera)
    return ", ".join(told) or "камера не записала ни времени, ни места"


def hops(case: Case, language: str) -> list[dict[str, Any]]:
    """Return through whose hands a case went."""
    found = case.assignments.select_related("organisation")
    return [
        {
            "organisation": name(hop.organisation, language),
            "at": hop.at,
            "returned_at": hop.returned_at,
        }
        for hop in found
    ]


def own_case(report: Report, language: str) -> dict[str, Any]:
    """Return all that an author may see of their message, from the first second on."""
    case = queries.case_of_report(report.number)
    base = {
        "number": report.number,
        "spoken": report.spoken,
        "text": report.text,
        "received_at": report.received_at,
        "address": report.address,
    }
    if case is None:
        received = label("statuses", "submitted", language, citizen=True)
        base["usual"] = forecast(report.topic_hint_id, report.territory_id, report.received_at)
        base["advice"] = advice(report.topic_hint, language)
        return {**base, "status": "submitted", "status_label": received, "group": "work",
                "history": [], "hops": [], "topic": "", "organisation": ""}  # fmt: skip
    notes = [note for note in case.notes.all() if note.to_author]
    return {
        **_facts(case, language),
        **base,
        "history": [line for line in queries.history(case, language) if line.public],
        "hops": hops(case, language),
        "notes": [_note(note, language) for note in notes],
        "elsewhere": [note for note in notes if note.kind in {"forwarded", "peer_news", "update"}],
        "question": next((n for n in reversed(notes) if n.kind == "question"), None)
        if case.status == "clarification"
        else None,
        "advice": advice(case.topic, language),
        "usual": forecast(case.topic_id, case.territory_id, report.received_at),
        "merged_into": case.merged_into.spoken if case.merged_into else "",
        "control_at": case.control_at,
        "public": case.public,
    }


def _note(note: Any, language: str) -> dict[str, Any]:
    kind = {
        "rejected": "rejection_reasons",
        "refuted": "inspection_findings",
        "extended": "extension_reasons",
    }.get(note.kind, "")
    return {
        "kind": note.kind,
        "at": note.at,
        "text": note.text,
        "reason": label(kind, note.code, language) if note.code else "",
        "until": note.until,
    }


def line(found: Any, sight: Sight | None = None) -> dict[str, Any]:
    """Return one message between author and executor; an official reads it as the sight allows."""
    body = found.official.organisation if found.official else None
    return {
        "by_author": body is None,
        "who": str(found.official.person) if found.official and sight else name(body, _reader()),
        "at": found.at,
        "text": words(found.text, sight) if sight else found.text,
        "files": list(found.files.all()),
        "new": found.seen_at is None,
    }


def _reader() -> str:
    return "en" if get_language() == "en" else "ru"


def refusal(case: Case) -> dict[str, Any] | None:
    """Return why a message was refused: the reason of the list and what was said beside."""
    last = next((each for each in reversed(case.notes.all()) if each.kind == "rejected"), None)
    return _note(last, "ru") if last else None


CLOCK_WORDS = {
    "start": "поступило", "register": "общий срок", "stage": "срок этапа", "pause": "часы стоят",
    "resume": "часы пошли", "extend": "продление", "interim": "обещание", "reopen": "возобновление",
    "policy": "другой порядок сроков", "overdue": "просрочено", "stop": "часы остановлены",
    "hold": "режим ЧС", "release": "режим ЧС больше не держит",
}  # fmt: skip


def clock(case: Case) -> list[dict[str, Any]]:
    """Return each change of a case's clocks with its reason."""
    return [
        {
            "at": line.at, "what": CLOCK_WORDS.get(line.kind, line.kind), "stage": line.stage,
            "before": line.due_before, "after": line.due_after,
            "reason": label("statuses", line.reason),
        }
        for line in case.clock.all()
    ]  # fmt: skip


def changes(number: str, since: datetime, asker: Official) -> list[dict[str, Any]]:
    """Return what others, or the asker, did with a case since a moment: when, what, who."""
    lines = queries.changes_since(number, since)
    names = names_of({line.actor for line in lines})
    said = {asker.ref: "вы сами", "system": ""}
    return [
        {"at": line.at, "sentence": line.sentence,
         "who": said.get(line.actor, names.get(line.actor, "автор обращения"))}
        for line in lines
    ]  # fmt: skip


def author(case: Case, sight: Sight) -> dict[str, str]:
    """Return who wrote and how to reach them, masked where the sight does not reach."""
    report, person = case.report, case.report.author
    names = (person.first_name, person.patronymic, person.last_name) if person else ()
    if sight.contact:
        name = " ".join(filter(None, names))
        return {"name": name, "phone": report.phone, "email": report.email}
    return {
        "name": mask_name(*names),
        "phone": mask_phone(report.phone),
        "email": mask_email(report.email),
    }


def words(text: str, sight: Sight) -> str:
    """Return somebody's words as the sight allows."""
    return text if sight.text else mask(text)


def point(case: Case, sight: Sight) -> list[float] | None:
    """Return where it is, coarsened to about 100 metres where the sight does not reach."""
    if case.lat is None or case.lon is None:
        return None
    digits = None if sight.place else PUBLIC_DIGITS
    return (
        [case.lat, case.lon]
        if digits is None
        else [round(case.lat, digits), round(case.lon, digits)]
    )


def address(case: Case, sight: Sight) -> str:
    """Return the address: whole, without the flat, or to the street, as the sight allows."""
    whole: str = case.report.address
    if sight.text:
        return whole
    return mask(whole) if sight.place else mask_address(whole)


def where(case: Case, sight: Sight) -> str:
    """Return the municipality and the address, the town once where they are the same."""
    place, seen = name(case.territory, "ru"), address(case, sight)
    return seen if place and seen.startswith(place) else ", ".join(filter(None, (place, seen)))


def desk_case(case: Case, sight: Sight) -> dict[str, Any]:
    """Return a case for an official, personal data only as far as the sight reaches."""
    report = case.report
    return {
        **_facts(case, "ru"),
        "label": label("statuses", case.status),
        "channel": label("channels", report.channel),
        "text": words(report.text, sight),
        "address": address(case, sight),
        "where": where(case, sight),
        "author": author(case, sight),
        "photos": [each for each in report.attachments.all() if each.purpose == "message"],
        "contact_kind": report.get_contact_kind_display(),
        "point": point(case, sight),
    }


def own_card(report: Report, language: str) -> dict[str, Any]:
    """Return an author's message for their list."""
    case = getattr(report, "case", None)
    facts = _facts(case, language) if case else {"status": "submitted", "group": "work"}
    return {
        **facts,
        "spoken": report.spoken,
        "received_at": report.received_at,
        "text": shortened(report.text, 160),
        "waits_for_you": bool(case and case.status in {"clarification", "answered"}),
    }


def twin(found: Any, language: str) -> dict[str, Any]:
    """Return a likely twin to be offered before sending."""
    return {**card(found.case, language), "distance": round(found.distance_m)}


def feature(case: Case, language: str) -> dict[str, Any]:
    """Return a public case as a point of a map, coarsened."""
    lat, lon = case.lat or 0.0, case.lon or 0.0
    return {
        "type": "Feature",
        "geometry": {
            "type": "Point",
            "coordinates": [round(lon, PUBLIC_DIGITS), round(lat, PUBLIC_DIGITS)],
        },
        "properties": {
            "number": case.spoken,
            "title": title(case.topic, language),
            "status": status(case, language, own=False),
            "group": GROUP.get(case.status, "closed"),
            "day": case.received_at.date().isoformat(),
            "url": f"/m/{case.spoken}/",
        },
    }


def totals(now: datetime) -> dict[str, dict[str, int]]:
    """Return the home page's counts, at most a quarter of a minute old."""
    return _totals(int(now.timestamp() // 15) * 15)


@remembered(15)
def _totals(second: int) -> dict[str, dict[str, int]]:
    return queries.totals(datetime.fromtimestamp(second, UTC))
