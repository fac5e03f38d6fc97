"""Reading requests, and all that is held about one person."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.utils.dateparse import parse_datetime

from otklik.flow.appeals import paper
from otklik.flow.appeals.queries import file_of
from otklik.flow.cases.models import Case, Support
from otklik.flow.cases.queue import QueueFilters, queue_for
from otklik.flow.cases.rules import FINAL
from otklik.flow.channels.peers.queries import handed_over
from otklik.flow.channels.peers.rules import shared_in_words
from otklik.flow.channels.push.models import Device
from otklik.flow.correspondence.models import Remark
from otklik.flow.intake.files import stored
from otklik.flow.intake.models import Attachment, Report
from otklik.flow.privacy.models import Erasure, Export, KeptFile
from otklik.flow.privacy.rules import Terms, terms
from otklik.flow.problems.models import Joining
from otklik.flow.rating.models import Rating
from otklik.ground.accounts.models import Look, Official, Person
from otklik.ground.accounts.queries import entrances, looks_at, powers_of
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from otklik.flow.regimes.models import Applicant

ASK, ALLOW, ERASE = "export_cases", "approve_export", "erase_person"
FILTERS = frozenset(each.name for each in fields(QueueFilters))


def retention_terms() -> Terms:
    """Return for how long things are kept, as the administrator set it."""
    return terms(region().settings.get("retention", {}))


def written(filters: QueueFilters) -> dict[str, Any]:
    """Return a filter as it is kept with a request."""
    told = {name: getattr(filters, name) for name in FILTERS}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
        if value
    }


def read(query: dict[str, Any]) -> QueueFilters:
    """Return a filter that was kept with a request."""
    told: dict[str, Any] = {name: value for name, value in query.items() if name in FILTERS}
    for name in {"since", "until"} & set(told):
        told[name] = parse_datetime(told[name])
    return QueueFilters(**told)


def exported(official: Official, filters: QueueFilters, now: datetime) -> QuerySet[Case]:
    """Return the cases of an export: what its asker sees, never the closed contour."""
    found = queue_for(official, filters, now).filter(closed_contour=False)
    return found.select_related("report__author")


def _may_decide(official: Official, export: Export) -> bool:
    grants = powers_of(official).granting(ALLOW)
    body = export.asked_by.organisation_id
    return any(each.organisations is None or body in each.organisations for each in grants)


def exports_for(official: Official) -> list[Export]:
    """Return one's own exports, and those that one may decide, newest first."""
    found = Export.objects.filter(region=region()).select_related(
        "asked_by__person", "asked_by__organisation", "decided_by__person"
    )
    return [
        each
        for each in found[:300]
        if each.asked_by_id == official.pk or _may_decide(official, each)
    ]


def export_for(official: Official, export_id: int) -> Export:
    """Return an export that is one's own or to decide; Export.DoesNotExist for any other."""
    found = Export.objects.select_related("asked_by__person", "asked_by__organisation", "region")
    export = found.get(pk=export_id, region=region())
    if export.asked_by_id != official.pk and not _may_decide(official, export):
        raise Export.DoesNotExist
    return export


def erasures() -> QuerySet[Erasure]:
    """Return the requests to be forgotten, newest first."""
    found = Erasure.objects.filter(region=region())
    return found.select_related("person", "checked_by__person", "decided_by__person")


def erasure_of(person: Person) -> Erasure | None:
    """Return a person's last request to be forgotten."""
    return Erasure.objects.filter(person=person).first()


def open_cases_of(person: Person) -> int:
    """Return how many of a person's messages still wait."""
    return Case.objects.filter(report__author=person).exclude(status__in=FINAL).count()


def held_about(person: Person) -> dict[str, Any]:
    """Return all that is held about a person, in words a person can read."""
    own = Report.objects.filter(author=person).select_related("applicant")
    reports = own.prefetch_related("attachments").order_by("pk")
    return {
        "profile": {
            "email": person.email, "last_name": person.last_name, "first_name": person.first_name,
            "patronymic": person.patronymic, "phone": person.phone,
            "level": person.get_level_display(), "joined": person.date_joined.isoformat(),
        },
        "entrances": _entrances(person),
        "messages": [_message(report) for report in reports],
        "joined": [
            {"number": each.case.number, "email": each.email, "phone": each.phone,
             "at": each.at.isoformat()}
            for each in Support.objects.filter(person=person).select_related("case")
        ] + [
            {"problem": each.problem_id, "email": each.email, "phone": each.phone,
             "at": each.at.isoformat()}
            for each in Joining.objects.filter(person=person)
        ],
        "correspondence": [
            {"number": each.case.spoken, "text": each.text, "at": each.at.isoformat(),
             "by": "author" if each.official_id is None else "official"}
            for each in Remark.objects.filter(case__report__author=person).select_related("case")
        ],
        "handed_over": [
            {"number": each.case.spoken, "to": each.peer.title, "number_there": each.number,
             "told": shared_in_words(each.shared, "ru"), "at": each.taken_at.isoformat()}
            for each in handed_over(person) if each.taken_at
        ],
        "ratings": [
            {"answer": each.answer_score, "result": each.result_score, "comment": each.comment,
             "at": each.at.isoformat()}
            for each in Rating.objects.filter(person=person)
        ],
        "looks": looks_at_person(person),
    }  # fmt: skip


def _entrances(person: Person) -> dict[str, Any]:
    """Return by what a person comes in, what was attested of them, and from where they did."""
    known = entrances(person)
    told = known.attested
    return {
        "accounts": [
            {"system": each.provider, "since": each.date_joined.isoformat()}
            for each in known.accounts
        ],
        "proven_phone": known.phone,
        "attested": None if told is None else {
            "by": told.provider, "level": told.get_level_display(),
            "birth_date": told.birth_date, "gender": told.gender,
            "registration": told.registration, "residence": told.residence,
            "organisations": told.organisations.get("list", []), "at": told.at.isoformat(),
        },
        "devices_told": [
            {"since": each.added_at.isoformat(), "browser": each.name}
            for each in Device.objects.filter(person=person)
        ],
        "sessions": [
            {"since": each.created_at.isoformat(), "ip": each.ip, "browser": each.user_agent}
            for each in UserSession.objects.filter(user=person)
        ],
    }  # fmt: skip


def _message(report: Report) -> dict[str, Any]:
    return {
        "number": report.spoken, "received": report.received_at.isoformat(), "text": report.text,
        "address": report.address, "point": [report.lat, report.lon], "email": report.email,
        "phone": report.phone, "channel": report.channel, "particulars": report.extra,
        "withdrawn": report.withdrawn_at.isoformat() if report.withdrawn_at else None,
        "files": [each.name for each in report.attachments.all()],
        "applicant": _applicant(getattr(report, "applicant", None)),
    }  # fmt: skip


def _applicant(found: Applicant | None) -> dict[str, str] | None:
    if found is None:
        return None
    names = ("last_name", "first_name", "patronymic", "postal_address")
    return {name: str(getattr(found, name)) for name in names}


def looks_at_person(person: Person, language: str = "ru") -> list[dict[str, str]]:
    """Return who looked at any of a person's data: by body and role, newest first."""
    numbers = Report.objects.filter(author=person).values_list("number", flat=True)
    seen = Look.objects.filter(subject__in=[f"case:{number}" for number in numbers])
    subjects = sorted(set(seen.values_list("subject", flat=True)))
    told = [
        {"number": f"{subject[5:9]}-{subject[9:]}", "at": look.at.isoformat(),
         "organisation": look.organisation, "role": look.role, "what": look.what,
         "reason": look.reason}
        for subject in subjects
        for look in looks_at(subject, language)
    ]  # fmt: skip
    return sorted(told, key=lambda each: each["at"], reverse=True)


def files_of(person: Person) -> list[tuple[str, str]]:
    """Return a person's own files: the name to give each, and where it lies."""
    found = Attachment.objects.filter(report__author=person, purpose__in=["message", "talk"])
    return [
        (f"{each.report.number}-{each.pk}-{each.name}", each.original)
        for each in found.select_related("report")
    ]


def lawful_file(case: Case) -> Iterator[tuple[str, bytes]]:
    """Give what the law keeps of an appeal: its printed file, papers, signatures, appendices."""
    done = paper.printed(
        "file", file_of(case), title=f"Дело № {case.spoken}", name=f"file-{case.number}"
    )
    yield done.name, done.content
    for kept in case.papers.prefetch_related("signatures"):
        yield kept.name, paper.content_of(kept.path)
        for place, signature in enumerate(kept.signatures.all(), 1):
            yield f"{kept.name}.{place}.sig", bytes(signature.cms)
    found = Attachment.objects.filter(report=case.report_id, purpose=Attachment.Purpose.MESSAGE)
    for each in found.order_by("pk"):
        if stored(each.original).exists():
            yield f"{each.pk}-{each.name}", stored(each.original).read_bytes()


def kept_files() -> QuerySet[KeptFile]:
    """Return the sealed files, those sealed last first."""
    return KeptFile.objects.filter(region=region()).select_related("case")


def kept_until(case: Case) -> datetime | None:
    """Return until when a case's file lies sealed; None for one that is not."""
    return KeptFile.objects.filter(case=case).values_list("until", flat=True).first()
