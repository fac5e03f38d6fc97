"""The verbs of a proposal: send, correct, withdraw; return, refuse, publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

from otklik.ground.accounts.models import Person
from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command, record
from otklik.participation.petitions import commands as petitions
from otklik.participation.projects import commands as projects
from otklik.participation.projects.rules import Circle
from otklik.participation.proposals import events, queries, rules
from otklik.participation.proposals.models import Proposal, ProposalStep

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.participation.projects.models import Project

INITIATOR = "Житель региона"
"""Who gathers, on a petition that never changes; the name, if one gave it, stands beside."""


@dataclass(frozen=True)
class Said:
    """What a resident proposes."""

    kind: str
    title: str
    about: str
    organisation: Organisation | None
    territory: Territory | None = None
    initiator: str = ""


def _step(
    found: Proposal, verb: str, fact: type[events.ProposalFact], *, reason: str = "",
    text: str = "", by: Official | None = None, now: datetime,
) -> None:  # fmt: skip
    ProposalStep.objects.create(
        region_id=found.region_id, proposal=found, verb=verb, reason=reason, text=text.strip(),
        by=by, at=now,
    )  # fmt: skip
    record(
        fact(
            region=found.region_id, subject=found.ref, at=now, proposal=found.pk, reason=reason,
            actor=by.ref if by else found.person.ref if found.person else "system",
        )
    )  # fmt: skip


def _columns(said: Said) -> dict[str, object]:
    rules.check_told(said.kind, said.title, said.about, queries.limits())
    if said.organisation is None:
        raise Refused("body", "Выберите, кому вы это адресуете", "Choose whom you address")
    return {
        "kind": said.kind, "title": said.title.strip()[:200], "about": said.about.strip(),
        "initiator": said.initiator.strip()[:200], "organisation": said.organisation,
        "territory": said.territory,
    }  # fmt: skip


@command
def propose(said: Said, *, person: Person, now: datetime) -> Proposal:
    """Send a proposal; the person's row is locked, so that the limit holds for two at once."""
    columns = _columns(said)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    live = Proposal.objects.filter(person=person, state__in=rules.LIVE).count()
    rules.check_room(live, queries.limits())
    found = Proposal.objects.create(
        region_id=columns["organisation"].region_id,  # type: ignore[attr-defined]
        person=person, sent_at=now, **columns,
    )  # fmt: skip
    _step(found, "send", events.ProposalSent, now=now)
    return found


def _locked(proposal_id: int, *allowed: str) -> Proposal:
    found = Proposal.objects.select_related("organisation", "territory")
    one = found.select_for_update(no_key=True, of=("self",)).get(pk=proposal_id)
    rules.check_state(one.state, allowed)
    return one


@command
def correct(proposal_id: int, said: Said, *, now: datetime) -> Proposal:
    """Say it otherwise and send it again; also while it still waits."""
    found, columns = _locked(proposal_id, *rules.LIVE), _columns(said)
    for name, value in columns.items():
        setattr(found, name, value)
    found.state = rules.SENT
    found.save()
    _step(found, "correct", events.ProposalSent, now=now)
    return found


@command
def withdraw(proposal_id: int, *, now: datetime) -> None:
    """Take a proposal back before it is published."""
    found = _locked(proposal_id, *rules.LIVE)
    found.state = rules.WITHDRAWN
    found.save(update_fields=["state"])
    _step(found, "withdraw", events.ProposalWithdrawn, now=now)


@command
def answer(
    proposal_id: int, *, back: bool, reason: str, text: str, by: Official, now: datetime
) -> None:
    """Return a proposal to be corrected, or refuse it; both with a reason of the list and words."""
    if reason not in queries.reasons():
        raise Refused("reason", "Выберите причину", "Choose the reason")
    if back and not text.strip():
        raise Refused("text", "Напишите, что исправить", "Say what to correct")
    found = _locked(proposal_id, rules.SENT)
    found.state = rules.RETURNED if back else rules.REFUSED
    found.save(update_fields=["state"])
    fact = events.ProposalReturned if back else events.ProposalRefused
    _step(found, "return" if back else "refuse", fact, reason=reason, text=text, by=by, now=now)


@command
def publish(proposal_id: int, *, by: Official, now: datetime) -> Project:
    """Publish a proposal as it stands: a petition from the next morning on, or a project."""
    found, bound = _locked(proposal_id, rules.SENT), queries.limits()
    if found.kind == Proposal.Kind.PETITION:
        found.project = _petition(found, bound, by, now)
    else:
        found.project = projects.start_project(
            title=found.title, summary=found.about, territory=found.territory,
            organisation=found.organisation, by=by, now=now,
        )  # fmt: skip
        projects.publish_project(found.project, by=by, now=now)
    found.state = rules.ACCEPTED
    found.save(update_fields=["project", "state"])
    _step(found, "publish", events.ProposalAccepted, by=by, now=now)
    return found.project


def _petition(found: Proposal, bound: rules.Limits, by: Official, now: datetime) -> Project:
    here = localtime(now)
    opens = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=here.tzinfo)
    place = found.territory
    draft = petitions.Draft(
        found.title, found.about, INITIATOR, bound.needed(local=place is not None), opens,
        opens + timedelta(days=bound.gather_days),
        Circle(bound.min_age, frozenset({place.code} if place else ())),
        organisation=found.organisation, territory=place,
    )  # fmt: skip
    made = petitions.draft_petition(draft, by=by, now=now)
    return petitions.announce_petition(made.pk, by=by, now=now).phase.project
