"""Who hears of a fact, and the letter as it is now: address, words, files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min

from otklik.flow.appeals.paper import content_of
from otklik.flow.cases.models import Case, Support
from otklik.flow.channels.chats.models import Talk
from otklik.flow.channels.chats.queries import chat_of, label
from otklik.flow.channels.chats.rules import Button, rating_asked
from otklik.flow.channels.email.outbound import Enclosure, Letter
from otklik.flow.channels.mailbox.queries import reply_address
from otklik.flow.channels.push.queries import device, devices_by_person
from otklik.flow.channels.push.rules import Notice
from otklik.flow.channels.social.queries import mention_of
from otklik.flow.intake.models import Report
from otklik.flow.problems.models import Joining, ProblemCase
from otklik.flow.rating.queries import link_path
from otklik.flow.regimes.rules import LAWFUL
from otklik.ground.accounts.models import Person, ProvenPhone
from otklik.ground.kit import signing
from otklik.ground.kit.sealing import email_print
from otklik.ground.territories.queries import region
from otklik.participation.ballots.models import RegisterEntry
from otklik.participation.discussions.models import Comment, Participant
from otklik.participation.petitions.models import PetitionSignature
from otklik.participation.projects.models import ProjectCase
from otklik.participation.proposals.models import Proposal
from otklik.participation.statements.models import Voter
from otklik.participation.surveys.models import Response
from otklik.readers.notifications import wording
from otklik.readers.notifications.models import Delivery, Silence, Unread
from otklik.readers.notifications.rules import (
    OF_COMMENTS,
    OF_OUTCOMES,
    OF_PROBLEMS,
    OF_PROPOSALS,
    TOLD,
    WATCHED,
    tells_author,
)
from otklik.readers.notifications.watches.queries import devices_of_watchers, follows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.channels.push.models import Device
    from otklik.journal.reading import Entry

EMAIL, SMS, CHAT, PUSH = "email", "sms", "chat", "push"
SALT = "letters"
YEARS = 5 * 366 * 86_400


@dataclass(frozen=True)
class Composed:
    """A letter and where it goes."""

    letter: Letter
    address: str
    buttons: tuple[tuple[str, str], ...] = ()
    way: str = EMAIL
    """Behind what it waits when that is shut: the mail, the text messages, a bot."""


Hearer = tuple["Entry", str, str]


def hearers(entries: Sequence[Entry]) -> Iterator[Hearer]:
    """Give who hears of these facts and how: authors, those who joined, wait or took part."""
    of_problems = [each for each in entries if each.kind in OF_PROBLEMS]
    of_cases = cases_among(entries)
    yield from _of_outcomes([each for each in entries if each.kind in OF_OUTCOMES])
    yield from _of_comments([each for each in entries if each.kind in OF_COMMENTS])
    yield from _of_proposals([each for each in entries if each.kind in OF_PROPOSALS])
    waiting = _waiting({each.data["problem"] for each in of_problems})
    linked = _linked({e.data["problem"] for e in of_problems if e.kind == "problem.told"})
    reports = {each.data["report"] for each in of_cases} | {
        report for found in linked.values() for report in found
    }
    reach, lawful = _reach(reports), _lawful(reports)
    devices = _devices(reports)
    watching = devices_of_watchers(
        {each.data["report"] for each in of_cases if each.kind in WATCHED}
    )
    joined = _joined({each.data["report"] for each in of_cases if TOLD[each.kind].joined})
    for entry in of_cases:
        report = entry.data["report"]
        if tells_author(entry.kind, lawful=report in lawful):
            yield from _each(entry, [(f"report:{report}", reach.get(report, ()))])
            yield from ((entry, f"device:{each}", PUSH) for each in devices.get(report, ()))
        if entry.kind in WATCHED:
            yield from ((entry, f"device:{each}", PUSH) for each in watching.get(report, ()))
        if TOLD[entry.kind].joined:
            yield from _each(entry, joined.get(report, []))
    for entry in of_problems:
        problem = entry.data["problem"]
        yield from _each(entry, waiting.get(problem, []))
        if entry.kind == "problem.told":
            authors = [(f"report:{each}", reach.get(each, ())) for each in linked.get(problem, [])]
            yield from _each(entry, authors)


def cases_among(entries: Sequence[Entry]) -> list[Entry]:
    """Return the facts that tell of one message."""
    others = OF_PROBLEMS | OF_OUTCOMES | OF_COMMENTS | OF_PROPOSALS
    return [each for each in entries if each.kind not in others]


def authors(reports: Collection[int]) -> dict[int, int]:
    """Return the persons who wrote these messages, by message; withdrawn ones are nobody's."""
    found = Report.objects.filter(pk__in=reports, withdrawn_at=None, author__isnull=False)
    return {pk: author for pk, author in found.values_list("pk", "author_id") if author}


def _devices(reports: Collection[int]) -> dict[int, list[int]]:
    """Return the devices of those who wrote these messages, by message."""
    wrote = authors(reports)
    owned = devices_by_person(set(wrote.values())) if wrote else {}
    return {report: owned.get(person, []) for report, person in wrote.items()}


def pushed(delivery: Delivery) -> tuple[Device, Notice] | None:
    """Return a device and what it is told; None where nobody is to be told any more."""
    found = device(int(delivery.whom.partition(":")[2]))
    case = Case.objects.filter(report=delivery.data.get("report")).select_related("report").first()
    if found is None or case is None or case.report.withdrawn_at is not None:
        return None
    if case.report.author_id != found.person_id and not follows(found.person_id, case):
        return None
    language = case.report.language
    told = wording.in_short(delivery.kind, case.spoken, language, closed=case.closed_contour)
    if not told:
        return None
    return found, Notice(
        title="Otklik" if language == "en" else "Отклик", body=told, page=f"/m/{case.spoken}/",
        tag=case.spoken, unread=unread_of(found.person_id).count(),
    )  # fmt: skip


def unread_of(person_id: int) -> QuerySet[Unread]:
    """Return a person's messages with news that they have not looked at."""
    found = Unread.objects.filter(region=region(), person=person_id)
    return found.select_related("report").order_by("-at")


def _of_outcomes(entries: Sequence[Entry]) -> Iterator[Hearer]:
    """Give those who took part in the phase; how they voted is neither known nor asked here."""
    linked = [each for each in entries if each.kind == "obligation.linked"]
    others = [each for each in entries if each.kind != "obligation.linked"]
    took_part = _took_part({each.data["phase"] for each in others})
    for entry in others:
        yield from _each(entry, took_part.get(entry.data["phase"], []))
    yield from _of_linked(linked)


def _of_linked(entries: Sequence[Entry]) -> Iterator[Hearer]:
    """Give the authors of messages that a promise concerns, where they have an account."""
    found = Case.objects.filter(
        pk__in={each.data["case"] for each in entries}, report__author__isnull=False,
        report__withdrawn_at=None,
    )  # fmt: skip
    authors = {
        pk: (f"person:{person}", _channels(email, ""))
        for pk, person, email in found.values_list(
            "pk", "report__author_id", "report__author__email"
        )
    }
    for entry in entries:
        if entry.data["case"] in authors:
            yield from _each(entry, [authors[entry.data["case"]]])


def _of_comments(entries: Sequence[Entry]) -> Iterator[Hearer]:
    """Give who is answered, but not by themselves, and whose comment a moderator dealt with."""
    asked = {each.data["comment"] for each in entries} | {each.data["parent"] for each in entries}
    found = Comment.objects.filter(pk__in=asked - {None}, participant__person__isnull=False)
    authors = {
        pk: (f"person:{person}", _channels(email, ""))
        for pk, person, email in found.values_list(
            "pk", "participant__person_id", "participant__person__email"
        )
    }
    for entry in entries:
        own, above = authors.get(entry.data["comment"]), authors.get(entry.data["parent"])
        hears = (above if above != own else None) if entry.kind == "comment.shown" else own
        yield from _each(entry, [hears] if hears else [])


def _of_proposals(entries: Sequence[Entry]) -> Iterator[Hearer]:
    """Give who proposed what was answered."""
    asked = {each.data["proposal"] for each in entries}
    found = Proposal.objects.filter(pk__in=asked, person__isnull=False)
    authors = {
        pk: (f"person:{person}", _channels(email, ""))
        for pk, person, email in found.values_list("pk", "person_id", "person__email")
    }
    for entry in entries:
        if entry.data["proposal"] in authors:
            yield from _each(entry, [authors[entry.data["proposal"]]])


def _took_part(phases: Collection[int]) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """Return who took part by phase, in the register's own order, which is by random ids."""
    found = RegisterEntry.objects.filter(vote__phase__in=phases).order_by("pk")
    told: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for person, phase, email in found.values_list("voter_id", "vote__phase_id", "voter__email"):
        told.setdefault(phase, []).append((f"person:{person}", _channels(email, "")))
    sent = Response.objects.filter(survey__phase__in=phases, sent_at__isnull=False)
    for person, phase, email in sent.exclude(person=None).values_list(
        "person_id", "survey__phase_id", "person__email"
    ):
        told.setdefault(phase, []).append((f"person:{person}", _channels(email, "")))
    wrote = Participant.objects.filter(discussion__phase__in=phases).exclude(person=None)
    for person, phase, email in wrote.values_list(
        "person_id", "discussion__phase_id", "person__email"
    ):
        told.setdefault(phase, []).append((f"person:{person}", _channels(email, "")))
    answered = Voter.objects.filter(conversation__phase__in=phases).exclude(person=None)
    for person, phase, email in answered.values_list(
        "person_id", "conversation__phase_id", "person__email"
    ):
        told.setdefault(phase, []).append((f"person:{person}", _channels(email, "")))
    signed = PetitionSignature.objects.filter(petition__phase__in=phases).exclude(person=None)
    for person, phase, email in signed.values_list(
        "person_id", "petition__phase_id", "person__email"
    ):
        told.setdefault(phase, []).append((f"person:{person}", _channels(email, "")))
    _add_authors(told, phases)
    return {phase: list(dict.fromkeys(lines)) for phase, lines in told.items()}


def _add_authors(
    told: dict[int, list[tuple[str, tuple[str, ...]]]], phases: Collection[int]
) -> None:
    """Add the authors of the messages that the phases' projects grew from."""
    found = ProjectCase.objects.filter(
        project__phases__in=phases, role=ProjectCase.Role.ORIGIN,
        case__report__author__isnull=False, case__report__withdrawn_at=None,
    )  # fmt: skip
    for person, phase, email in found.values_list(
        "case__report__author_id", "project__phases", "case__report__author__email"
    ):
        told.setdefault(phase, []).append((f"person:{person}", _channels(email, "")))


def _each(entry: Entry, found: Iterable[tuple[str, Iterable[str]]]) -> Iterator[Hearer]:
    for whom, channels in found:
        for channel in channels:
            if channel in {EMAIL, CHAT} or TOLD[entry.kind].sms:
                yield entry, whom, channel


def _channels(email: object, phone: object) -> tuple[str, ...]:
    """One way to reach a person is enough: a letter where there is an address, else the phone."""
    return (EMAIL,) if email else (SMS,) if phone else ()


def _reach(reports: Collection[int]) -> dict[int, tuple[str, ...]]:
    found = Report.objects.filter(pk__in=reports, withdrawn_at=None)
    return {
        pk: (CHAT,)
        if kind == CHAT
        else _channels(email if kind == "email" else "", phone if kind == "phone" else "")
        for pk, kind, email, phone in found.values_list(
            "pk", "contact_kind", "email_print", "phone_print"
        )
    }


def _lawful(reports: Collection[int]) -> frozenset[int]:
    found = Case.objects.filter(report__in=reports, regime__in=LAWFUL)
    return frozenset(found.values_list("report_id", flat=True))


def _joined(reports: Collection[int]) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """Return who joined the cases of these messages, by message."""
    found = Support.objects.filter(case__report__in=reports)
    told: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for pk, report, email, phone in found.values_list(
        "pk", "case__report_id", "email_print", "phone_print"
    ):
        told.setdefault(report, []).append((f"support:{pk}", _channels(email, phone)))
    return told


def _waiting(problems: Collection[int]) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    told: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for each in Joining.objects.filter(problem__in=problems).only("problem_id", "email", "phone"):
        ways = _channels(each.email, each.phone)
        told.setdefault(each.problem_id, []).append((f"joining:{each.pk}", ways))
    return told


def _linked(problems: Collection[int]) -> dict[int, list[int]]:
    """Return the messages whose cases a problem holds and nobody has answered."""
    told: dict[int, list[int]] = {}
    found = ProblemCase.objects.filter(problem__in=problems, case__answered_at=None)
    for problem, report in found.values_list("problem_id", "case__report_id"):
        told.setdefault(problem, []).append(report)
    return told


def waiting() -> dict[str, tuple[int, datetime]]:
    """Return by channel how many letters wait, and since when the oldest does."""
    found = Delivery.objects.filter(region=region(), state="queued").order_by().values("channel")
    counted = found.annotate(count=Count("pk"), since=Min("created_at"))
    return {row["channel"]: (row["count"], row["since"]) for row in counted}


def due(now: datetime, count: int) -> list[int]:
    """Return the ids of letters that should have been tried by now."""
    waiting = Delivery.objects.filter(region=region(), state="queued", next_at__lte=now)
    return list(waiting.order_by("next_at").values_list("pk", flat=True)[:count])


def composed(delivery: Delivery) -> Composed | None:
    """Return a letter with its address; None where nobody is to be told any more."""
    found = _whom(delivery)
    if found is None:
        return None
    address, about = found
    if delivery.channel == CHAT:
        return _for_chat(delivery, address, about)
    declines = email_print(address) if delivery.channel == EMAIL else ""
    if not address or (not TOLD[delivery.kind].owed and _declined(declines)):
        return None
    letter = wording.letter(
        delivery.kind, delivery.channel, about,
        decline="" if TOLD[delivery.kind].owed else decline_path(declines),
    )  # fmt: skip
    return Composed(letter, address, way=delivery.channel) if letter else None


def _for_chat(delivery: Delivery, address: str, about: wording.About) -> Composed | None:
    """Return news as they go where the message came from: a talk, or a thread in the open."""
    kind, _, key = address.partition(":")
    if kind == "mention":
        text = wording.in_thread(delivery.kind, about)
        mention = mention_of(int(delivery.whom.partition(":")[2]))
        way = f"bot:{mention.bot_id}" if mention else ""
        return Composed(Letter("", text), address, way=way) if text else None
    return _for_talk(delivery, key, about)


def _for_talk(delivery: Delivery, talk_id: str, about: wording.About) -> Composed | None:
    """Return news as its talk hears it, with buttons; None for a talk that is gone or wants none.

    What the administrator of letters left without words is not told here either.
    """
    talk = Talk.objects.filter(pk=talk_id).first() if talk_id else None
    if talk is None or (talk.muted and not TOLD[delivery.kind].owed):
        return None
    letter = wording.letter(delivery.kind, CHAT, about)
    number = about.values.get("number", "").replace("-", "")
    asked = {
        "case.answered": rating_asked(number),
        "case.questioned": (Button("reply", f"reply:{number}"),),
        "case.written": (Button("reply", f"reply:{number}"),),
    }.get(delivery.kind, ())  # fmt: skip
    buttons = tuple((label(each.label, about.language), each.press) for each in asked)
    if letter is None:
        return None
    return Composed(letter, f"talk:{talk_id}", buttons, f"bot:{talk.bot_id}")


def _declined(print_: str) -> bool:
    return Silence.objects.filter(region=region(), print=print_).exists() if print_ else False


def declined(print_: str) -> bool:
    """Tell whether the owner of an address wants no letters but those that are owed."""
    return _declined(print_)


def decline_path(print_: str) -> str:
    """Return the page where the owner of an address declines letters; nothing for a phone."""
    return f"/letters/{signing.sign(print_, SALT)}/" if print_ else ""


def print_of(token: str) -> str | None:
    """Return the print that a link of a letter carries; None for a forged link."""
    return signing.unsign(token, SALT, YEARS)


def _whom(delivery: Delivery) -> tuple[str, wording.About] | None:
    kind, _, key = delivery.whom.partition(":")
    reader = {
        "report": _author, "support": _supporter, "joining": _joiner, "person": _participant,
    }[kind]  # fmt: skip
    return reader(int(key), delivery)


def _author(report_id: int, delivery: Delivery) -> tuple[str, wording.About] | None:
    case = Case.objects.filter(report=report_id).select_related(
        "report", "organisation", "region"
    ).first()  # fmt: skip
    if case is None or case.report.withdrawn_at is not None:
        return None
    report = case.report
    address = _address(case, delivery)
    path = f"/m/{case.spoken}/" if report.author_id else f"/track/?number={case.spoken}"
    if delivery.kind in OF_PROBLEMS:
        return address, wording.of_problem(delivery.data, path, report.language)
    said = wording.of_case(case, delivery.kind, delivery.data, path)
    if case.closed_contour:
        return address, wording.sealed(said)
    if delivery.channel == EMAIL:
        said = replace(said, reply_to=reply_address(case.number))
        if delivery.kind == "case.answered" and delivery.data.get("answer"):
            said = said.rated_at(link_path(case, delivery.data["answer"]))
    return address, _filed(said, case, delivery)


def _address(case: Case, delivery: Delivery) -> str:
    if delivery.channel == CHAT:
        talk = chat_of(case.report_id)
        mention = None if talk else mention_of(case.report_id)
        if mention is not None and mention.bot is not None and mention.thread:
            return f"mention:{mention.pk}"
        return f"talk:{talk.pk}" if talk else ""
    if delivery.channel == EMAIL:
        return str(case.report.email)
    return str(case.report.phone) or _proven_phone(case.report.author_id)


def _proven_phone(person: int | None) -> str:
    """Return the phone of one who chose to hear by it beside a letter."""
    found = ProvenPhone.objects.filter(person=person).first() if person else None
    return found.phone if found else ""


def _filed(about: wording.About, case: Case, delivery: Delivery) -> wording.About:
    """Put the signed answer of an appeal, with its signatures, beside the words."""
    if delivery.kind != "case.answered" or delivery.channel != EMAIL:
        return about
    kept = case.papers.filter(kind="answer", answer=delivery.data.get("answer")).first()
    if kept is None:
        return about
    files = [Enclosure(kept.name, content_of(kept.path), kept.mime)]
    files += [
        Enclosure(f"{kept.name}.{place}.sig", bytes(each.cms), "application/pkcs7-signature")
        for place, each in enumerate(kept.signatures.all(), 1)
    ]
    return about.beside(files)


def _supporter(support_id: int, delivery: Delivery) -> tuple[str, wording.About] | None:
    support = Support.objects.filter(pk=support_id).select_related("case__organisation").first()
    if support is None:
        return None
    address = support.email if delivery.channel == EMAIL else support.phone
    return address, wording.of_joined(support.case, f"/joined/{support.token}/")


def _joiner(joining_id: int, delivery: Delivery) -> tuple[str, wording.About] | None:
    joining = Joining.objects.filter(pk=joining_id).first()
    if joining is None:
        return None
    address = joining.email if delivery.channel == EMAIL else joining.phone
    return address, wording.of_problem(delivery.data, f"/waiting/{joining.token}/", "ru")


def _participant(person_id: int, delivery: Delivery) -> tuple[str, wording.About] | None:
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        return None
    if delivery.kind in OF_COMMENTS:
        return person.email, wording.of_comment(delivery.kind, delivery.data)
    if delivery.kind in OF_PROPOSALS:
        return person.email, wording.of_proposal(delivery.data)
    return person.email, wording.of_outcome(delivery.kind, delivery.data)


def replies(reports: Collection[int]) -> dict[int, str]:
    """Return where the answers to these messages stand in their threads."""
    whom = {f"report:{pk}": pk for pk in reports}
    found = Delivery.objects.filter(
        whom__in=whom, kind="case.answered", channel=CHAT, state=Delivery.State.DELIVERED
    )
    return {whom[each.whom]: each.note for each in found.order_by("pk")}


def newest(count: int) -> list[tuple[Delivery, Any]]:
    """Return the newest letters with their words as they would be now: for the demo's page."""
    found = Delivery.objects.filter(region=region()).exclude(channel=PUSH)
    return [(each, composed(each)) for each in found[:count]]
