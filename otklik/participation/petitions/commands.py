"""The verbs of a petition. A constraint decides that a person signs once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command, record
from otklik.participation.petitions import events, queries, rules
from otklik.participation.petitions.models import Petition, PetitionSignature
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import admitted
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.participation.projects.models import Project


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a petition."""

    title: str
    about: str
    initiator: str
    threshold: int
    opens_at: datetime
    closes_at: datetime
    circle: Circle = field(default_factory=Circle)
    organisation: Organisation | None = None
    territory: Territory | None = None
    project: Project | None = None


def _locked(petition_id: int) -> Petition:
    found = Petition.objects.select_related("phase__project", "phase__audience")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=petition_id)


def _tell(found: Petition, fact: type[events.PetitionFact], by: str, now: datetime) -> None:
    record(fact(region=found.region_id, subject=found.ref, actor=by, at=now, petition=found.pk))


@command
def draft_petition(draft: Draft, *, by: Official, now: datetime) -> Petition:
    """Write a petition down with a project of its title; nobody sees it until it is announced."""
    rules.check_told(draft.title, draft.about, draft.initiator, draft.threshold)
    project = draft.project or projects.start_project(
        title=draft.title, summary=draft.about, territory=draft.territory,
        organisation=draft.organisation, by=by, now=now,
    )  # fmt: skip
    phase = projects.plan_phase(
        project, kind="petition", opens_at=draft.opens_at, closes_at=draft.closes_at,
        circle=draft.circle,
    )  # fmt: skip
    found = projects.under_free_slug(
        draft.title,
        lambda slug: Petition.objects.create(
            region=by.region, phase=phase, slug=slug, title=draft.title.strip()[:300],
            about=draft.about.strip(), initiator=draft.initiator.strip()[:200],
            threshold=draft.threshold, made_by=by, made_at=now,
        ),
    )  # fmt: skip
    _tell(found, events.PetitionDrafted, by.ref, now)
    return found


@command
def drop_draft(petition_id: int, *, by: Official, now: datetime) -> None:
    """Throw a draft away."""
    found = _locked(petition_id)
    phase = found.phase
    if phase.sealed_at is not None:
        raise Refused("announced", "Объявленную петицию не меняют", "An announced petition stands")
    _tell(found, events.PetitionDropped, by.ref, now)
    found.delete()
    phase.delete()


@command
def announce_petition(petition_id: int, *, by: Official, now: datetime) -> Petition:
    """Publish a petition; neither words nor threshold nor window nor circle change any more."""
    found = _locked(petition_id)
    if found.phase.sealed_at is not None:
        return found
    checks = queries.check_list(found, now)
    projects.announce_phase(found.phase, checks, by=by, now=now)
    _tell(found, events.PetitionAnnounced, by.ref, now)
    return found


def _open(petition_id: int, now: datetime) -> Petition:
    """Return a running petition, locked: signatures are counted one after another."""
    found = _locked(petition_id)
    if queries.state(found, now) != phases.OPEN:
        raise Refused("not_open", "Подписи сейчас не собирают", "It is not open now")
    return found


@command
def sign(petition_id: int, *, person: Person, now: datetime) -> bool:
    """Sign once; say once that the threshold is reached. Return whether this signature is new."""
    found = _open(petition_id, now)
    admitted(found.phase, person)
    _one, new = PetitionSignature.objects.get_or_create(
        petition=found, person=person, defaults={"region": found.region, "level": person.level}
    )
    if not new:
        return False
    _tell(found, events.PetitionSigned, person.ref, now)
    if found.reached_at is None and found.signatures.count() >= found.threshold:
        found.reached_at = now
        found.save(update_fields=["reached_at"])
        _tell(found, events.PetitionReached, "system", now)
    return True


@command
def withdraw(petition_id: int, *, person: Person, now: datetime) -> None:
    """Take one's signature back; a threshold that was reached stays reached."""
    found = _open(petition_id, now)
    gone, _tables = found.signatures.filter(person=person).delete()
    if gone:
        _tell(found, events.PetitionWithdrawn, person.ref, now)
