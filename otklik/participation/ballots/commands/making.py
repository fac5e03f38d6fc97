"""A vote is written, announced with its terms, and begins."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.journal.writing import command
from otklik.participation.ballots import blind, chain, events, queries, rules
from otklik.participation.ballots.commands.steps import locked, tell
from otklik.participation.ballots.models import Vote, VoteKey, VoteOption
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official
    from otklik.participation.projects.models import Audience, Project


FORMAT = 1


@dataclass(frozen=True)
class Option:
    """One thing to choose, as its organiser writes it."""

    label: str
    about: str = ""
    cost: int = 0


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a vote; without a project one is started with the same title."""

    question: str
    method: str
    secrecy: str
    opens_at: datetime
    closes_at: datetime
    options: tuple[Option, ...]
    project: Project | None = None
    about: str = ""
    counting: str = ""
    max_choices: int = 1
    max_score: int = 5
    seats: int = 1
    budget: int = 0
    quorum: int = 0
    threshold: int = 0
    paper: bool = False
    circle: Circle = field(default_factory=Circle)


PLAIN = ("about", "method", "secrecy", "counting", "max_choices", "max_score", "seats", "budget",
         "quorum", "threshold", "paper")  # fmt: skip


@command
def draft_vote(draft: Draft, *, by: Official, now: datetime) -> Vote:
    """Write a vote; nobody outside sees it until it is announced."""
    if not draft.question.strip():
        raise Refused("no_question", "Напишите вопрос", "Write the question")
    project = draft.project or projects.start_project(title=draft.question, by=by, now=now)
    phase = projects.plan_phase(
        project, kind="budget" if draft.method == "budget" else "vote", opens_at=draft.opens_at,
        closes_at=draft.closes_at, circle=draft.circle,
    )  # fmt: skip
    vote = projects.under_free_slug(
        draft.question,
        lambda slug: Vote.objects.create(
            region=by.region, phase=phase, slug=slug, question=draft.question.strip()[:300],
            made_by=by, made_at=now, **{name: getattr(draft, name) for name in PLAIN},
        ),
    )  # fmt: skip
    VoteOption.objects.bulk_create(
        VoteOption(
            region=by.region, vote=vote, key=f"v{place}", label=each.label.strip()[:200],
            about=each.about, cost=each.cost, position=place,
        )
        for place, each in enumerate(draft.options, start=1)
    )  # fmt: skip
    tell(vote, events.VoteDrafted, by.ref, now)
    return vote


@command
def drop_draft(vote_id: int, *, by: Official, now: datetime) -> None:
    """Throw a draft away; an announced vote stays for ever."""
    vote = locked(vote_id)
    if vote.status != Vote.Status.DRAFT:
        raise Refused("announced", "Объявленное голосование не удаляют",
                      "An announced vote is never deleted")  # fmt: skip
    phase = vote.phase
    tell(vote, events.VoteDropped, by.ref, now)
    vote.delete()
    phase.delete()


@command
def announce_vote(vote_id: int, *, by: Official, now: datetime) -> Vote:
    """Publish a vote's terms and their hash, with keys made for it alone; nothing changes after."""
    vote = locked(vote_id)
    if vote.status != Vote.Status.DRAFT:
        return vote
    for said, holds in queries.check_list(vote, now):
        if not holds:
            raise Refused("not_ready", f"Не готово: {said}", f"Not ready: {said}")
    receipt = Ed25519PrivateKey.generate()
    token = blind.new_key() if vote.secrecy == Vote.Secrecy.BLIND else None
    VoteKey.objects.create(
        region=vote.region, vote=vote, receipt_secret=receipt.private_bytes_raw().hex(),
        token_secret=blind.private_text(token) if token else "",
    )  # fmt: skip
    vote.manifest = {
        **_terms(vote), "receipt_key": chain.public_of(receipt),
        "token_key": blind.public_text(token.public_key()) if token else "",
        "salt": secrets.token_hex(16),
    }  # fmt: skip
    vote.manifest_hash = chain.digest(vote.manifest)
    vote.status = Vote.Status.ANNOUNCED
    vote.save(update_fields=["manifest", "manifest_hash", "status"])
    projects.seal_phase(vote.phase, by=by, now=now)
    tell(vote, events.VoteAnnounced, by.ref, now, manifest=vote.manifest_hash)
    return vote


def _terms(vote: Vote) -> dict[str, Any]:
    phase, audience = vote.phase, vote.phase.audience
    return {
        "kind": "manifest", "format": FORMAT, "region": vote.region_id, "slug": vote.slug,
        "project": phase.project.title, "question": vote.question, "secrecy": vote.secrecy,
        "opens_at": phase.opens_at.isoformat(), "closes_at": phase.closes_at.isoformat(),
        "rules": {
            "method": vote.method, "counting": vote.counting, "max_choices": vote.max_choices,
            "max_score": vote.max_score, "seats": vote.seats, "budget": vote.budget,
            "quorum": vote.quorum, "threshold": vote.threshold, "lot": "sha256(head:key)",
        },
        "options": [
            {"key": each.key, "label": each.label, "cost": each.cost}
            for each in vote.options.all()
        ],
        "audience": {
            "min_age": audience.min_age, "territories": audience.territories,
            "min_level": audience.min_level, **_bounds(audience),
        },
        "places": {
            code: place.short_ru for code, place in sorted(territories().items())
        },
        "together": rules.TOGETHER, "cell": phases.CELL,
        **({"paper": True} if vote.paper else {}),
    }  # fmt: skip


def _bounds(audience: Audience) -> dict[str, Any]:
    """Return what else bounds a circle, where it does; a list is not published, its length is."""
    told = {
        "proven": audience.proven, "listed": audience.lines.count() if audience.listed else 0,
        "age_day": audience.age_day and audience.age_day.isoformat(),
        "registered_before": audience.registered_before
        and audience.registered_before.isoformat(),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


@command
def open_vote(vote_id: int, *, now: datetime) -> Vote:
    """Begin to take ballots when the announced time has come."""
    vote = locked(vote_id)
    if vote.status == Vote.Status.ANNOUNCED and vote.phase.opens_at <= now:
        vote.status = Vote.Status.OPEN
        vote.save(update_fields=["status"])
        tell(vote, events.VoteOpened, "system", now)
    return vote
