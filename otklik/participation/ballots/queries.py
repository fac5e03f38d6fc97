"""Reading votes. Before the end nothing here counts a choice, for officials either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region, territories
from otklik.participation.ballots import rules
from otklik.participation.ballots.models import (
    Ballot,
    BoardEntry,
    Checkpoint,
    OpenBallot,
    Publication,
    RegisterEntry,
    Vote,
)
from otklik.participation.projects.queries import crowd

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Project

ORGANISE = "organise_votes"
RELATED = ("phase__project__organisation", "phase__audience")


def _votes() -> QuerySet[Vote]:
    return Vote.objects.filter(region=region()).select_related(*RELATED)


def public_votes() -> QuerySet[Vote]:
    """Return the votes that everybody sees: announced, running, finished; newest window first."""
    return _votes().exclude(status=Vote.Status.DRAFT).order_by("-phase__closes_at")


def public_vote(slug: str) -> Vote:
    """Return a vote that everybody sees; Vote.DoesNotExist for a draft."""
    return public_votes().get(slug=slug)


def votes_in(project: Project) -> QuerySet[Vote]:
    """Return a project's votes that everybody sees."""
    return public_votes().filter(phase__project=project)


def votes_of(official: Official) -> QuerySet[Vote]:
    """Return the votes that an official organises: those of bodies where they may."""
    grants = powers_of(official).granting(ORGANISE)
    return _votes().filter(within(grants, by_body("phase__project__organisation")))


def vote_for(official: Official, vote_id: int) -> Vote:
    """Return a vote that an official organises; Vote.DoesNotExist for any other."""
    return votes_of(official).get(pk=vote_id)


def contest_of(vote: Vote) -> rules.Contest:
    """Return what is chosen from, as it stands in the tables."""
    options = list(vote.options.all())
    return rules.Contest(
        method=vote.method, options=tuple(each.key for each in options), counting=vote.counting,
        max_choices=vote.max_choices, max_score=vote.max_score, seats=vote.seats,
        budget=vote.budget, costs={each.key: each.cost for each in options},
        quorum=vote.quorum, threshold=vote.threshold,
    )  # fmt: skip


def check_list(vote: Vote, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold before a vote is announced, each with whether it does."""
    phase, contest = vote.phase, contest_of(vote)
    found = [
        ("Вопрос написан", bool(vote.question.strip())),
        ("Начало ещё впереди", phase.opens_at > now),
        ("Конец позже начала", phase.closes_at > phase.opens_at),
        ("Тайна выбрана", vote.secrecy in rules.SECRECIES),
        ("Территории существуют", set(phase.audience.territories) <= set(territories())),
    ]
    faults = rules.faults(contest)
    return found + ([(each, False) for each in faults] or [("Правила подсчёта полны", True)])


def issued(vote: Vote) -> int:
    """Return how many people got a ballot; everybody may know."""
    return RegisterEntry.objects.filter(vote=vote).count()


def turnout(vote: Vote) -> dict[str, int]:
    """Return how many got a ballot by place; not to be printed before small ones are merged."""
    found = RegisterEntry.objects.filter(vote=vote).values_list("stratum").annotate(n=Count("pk"))
    return dict(found.order_by("stratum"))


def people(vote: Vote) -> dict[str, dict[str, int]]:
    """Return how many got a ballot by age and by sex; not to be printed before merging."""
    voters = RegisterEntry.objects.filter(vote=vote).values_list("voter", flat=True)
    return crowd(list(voters), vote.phase.opens_at.date())


def entry_of(vote: Vote, person: Person) -> RegisterEntry | None:
    """Return a person's own line of the register."""
    return RegisterEntry.objects.filter(vote=vote, voter=person).first()


def named_choice(vote: Vote, person: Person) -> OpenBallot | None:
    """Return a person's own last ballot of an open vote."""
    found = OpenBallot.objects.filter(vote=vote, entry__voter=person)
    return found.order_by("-rev").first()


def board(vote: Vote) -> list[dict[str, Any]]:
    """Return the board: commits and heads, no choices."""
    return [
        dict(each) for each in BoardEntry.objects.filter(vote=vote).values("seq", "commit", "head")
    ]


def checkpoints(vote: Vote) -> list[dict[str, Any]]:
    """Return the signed heads."""
    return [
        dict(each) for each in Checkpoint.objects.filter(vote=vote).values("record", "signature")
    ]


def last_head(vote: Vote) -> tuple[int, str]:
    """Return the board's length and last head."""
    last = BoardEntry.objects.filter(vote=vote).order_by("-seq").first()
    return (last.seq, last.head) if last else (0, vote.manifest_hash)


def ballots(vote: Vote) -> list[dict[str, Any]]:
    """Return every revision as it is published after the end, by commit."""
    if vote.secrecy == Vote.Secrecy.OPEN:
        rows = OpenBallot.objects.filter(vote=vote).values_list(
            "entry__leaf", "rev", "choices", "nonce", "commit"
        )
        return [
            {"token": token, "rev": rev, "choices": choices, "nonce": nonce, "commit": commit}
            for token, rev, choices, nonce, commit in rows.order_by("commit")
        ]
    fields = ["token", "rev", "choices", "nonce", "commit"]
    if vote.secrecy == Vote.Secrecy.BLIND:
        fields += ["prefix", "token_signature", "signature"]
    return list(Ballot.objects.filter(vote=vote).order_by("commit").values(*fields))


def leaves(vote: Vote) -> list[str]:
    """Return the register's lines by their hashes."""
    found = RegisterEntry.objects.filter(vote=vote).order_by("leaf")
    return list(found.values_list("leaf", flat=True))


def publication(vote: Vote) -> Publication | None:
    """Return the package of a finished vote."""
    return Publication.objects.filter(vote=vote).first()
