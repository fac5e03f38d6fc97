"""Reading votes. Before the end nothing here counts a choice, for officials either."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Max, Min, Q, When

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region, territories
from otklik.journal.reading import pace
from otklik.participation.ballots import events, rules
from otklik.participation.ballots.models import (
    Ballot,
    BoardEntry,
    Checkpoint,
    HeldRight,
    OpenBallot,
    PaperSheet,
    Publication,
    RegisterEntry,
    RightsRuling,
    Vote,
)
from otklik.participation.projects.queries import crowd
from otklik.participation.projects.rules import VERIFIED

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


def listed_votes() -> QuerySet[Vote]:
    """Return the votes that everybody sees: running first, then those to come, then finished."""
    place = Case(
        When(status=Vote.Status.OPEN, then=0), When(status=Vote.Status.ANNOUNCED, then=1), default=2
    )
    return public_votes().order_by(place, "-phase__closes_at")


def checkable_votes() -> list[Vote]:
    """Return the newest vote of each level whose package lies there to be recounted."""
    found = (
        public_votes()
        .filter(pk__in=Publication.objects.values("vote"))
        .order_by("secrecy", "-phase__closes_at")
    )
    return list(found.distinct("secrecy"))


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


def read_on(sheet: PaperSheet) -> list[Any]:
    """Return what was read on a sheet, in turn; None for a spoiled one."""
    return [each.choices for each in sheet.entries.all()]


def sheets_of(vote: Vote) -> list[PaperSheet]:
    """Return the sheets of a vote with who read them, by number."""
    found = PaperSheet.objects.filter(vote=vote)
    return list(found.prefetch_related("entries__by__person").order_by("number"))


def sheet_of(vote: Vote, sheet_id: int) -> PaperSheet | None:
    """Return a sheet of this vote."""
    return PaperSheet.objects.filter(vote=vote, pk=sheet_id).first()


def papers(vote: Vote) -> list[dict[str, Any]]:
    """Return the sheets as they are published: by the scan's hash, with no number and no name."""
    found = []
    for sheet in PaperSheet.objects.filter(vote=vote).prefetch_related("entries"):
        entries = read_on(sheet)
        state, choices = rules.reading(entries)
        found.append(
            {"scan": sheet.scan_hash, "entries": entries, "state": state, "choices": choices}
        )
    return sorted(found, key=lambda each: str(each["scan"]))


def held_state(vote: Vote, person: Person) -> str:
    """Return how a person's right stands if it was set aside; "" if it never was."""
    found = HeldRight.objects.filter(vote=vote, voter=person).values_list("state", flat=True)
    return found.first() or ""


def may_be_held(vote: Vote, person: Person) -> bool:
    """Tell whether a right may be set aside still: identity not checked, no ballot given."""
    if vote.status != Vote.Status.OPEN or person.level in VERIFIED:
        return False
    return entry_of(vote, person) is None and not held_state(vote, person)


def set_aside(vote: Vote) -> dict[str, int]:
    """Return how many rights wait, were admitted, were refused; everybody may know."""
    found = HeldRight.objects.filter(vote=vote).values_list("state").annotate(n=Count("pk"))
    counted = dict(found.order_by("state"))
    return {state: counted.get(state, 0) for state in HeldRight.State.values}


def rulings(vote: Vote) -> QuerySet[RightsRuling]:
    """Return what was decided on rights set aside, the last first; everybody may read it."""
    return RightsRuling.objects.filter(vote=vote)


def held_batches(vote: Vote) -> list[dict[str, Any]]:
    """Return the rights that wait, those that came together in one line, without a person."""
    held = HeldRight.objects.filter(vote=vote, state=HeldRight.State.HELD)
    found = held.values("batch").annotate(
        n=Count("pk"), first=Min("asked_on"), last=Max("asked_on"),
        phones=Count("pk", filter=Q(voter__level="phone")),
        fresh=Count("pk", filter=Q(voter__date_joined__gte=vote.phase.opens_at)),
    )  # fmt: skip
    return [dict(each) for each in found.order_by("-n", "batch")]


@dataclass(frozen=True)
class Pace:
    """How ballots came by the clock: counts alone, tied to no ballot."""

    hours: list[tuple[datetime, int]]
    minutes: list[tuple[datetime, int]]
    bursts: list[tuple[datetime, int]]


def pace_of(vote: Vote) -> Pace:
    """Return how many ballots came by hours, by the minutes of the fullest hour, and the bursts."""
    came = pace(vote.ref, events.BallotCast.kind)
    hours: Counter[datetime] = Counter()
    for minute, count in came.items():
        hours[minute.replace(minute=0)] += count
    fullest = max(hours, key=lambda at: (hours[at], at), default=None)
    by = rules.unusual(region().settings.get("votes", {}))
    return Pace(
        sorted(hours.items()),
        [(at, n) for at, n in sorted(came.items()) if at.replace(minute=0) == fullest],
        rules.bursts(came, by),
    )


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


def lines(vote: Vote) -> list[dict[str, Any]]:
    """Return the result by options, those with more votes first; what came on paper apart."""
    result = vote.result
    found = [
        {
            "key": each.key, "option": each.label, "cost": each.cost,
            "votes": result["votes"][each.key],
            **{way: result[way]["votes"][each.key] if way in result else None
               for way in ("site", "paper")},
            "chosen": each.key in result["chosen"],
        }
        for each in vote.options.all()
    ]  # fmt: skip
    return sorted(found, key=lambda line: -line["votes"])


def publication(vote: Vote) -> Publication | None:
    """Return the package of a finished vote."""
    return Publication.objects.filter(vote=vote).first()
