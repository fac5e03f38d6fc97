"""Reading what came of phases: for everybody, for those who decide and for those who promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.utils.timezone import localdate

from otklik.flow.cases.queries import cases_of, public_cases
from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import may
from otklik.ground.territories.queries import region
from otklik.participation.outcomes import rules
from otklik.participation.outcomes.models import (
    Obligation,
    ObligationCase,
    ObligationPhoto,
    ObligationStep,
    Ruling,
)
from otklik.participation.projects.models import Phase
from otklik.participation.projects.rules import ASKED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official
    from otklik.participation.ballots.models import Vote
    from otklik.participation.discussions.models import Discussion
    from otklik.participation.petitions.models import Petition
    from otklik.participation.projects.models import Project
    from otklik.participation.statements.models import Conversation
    from otklik.participation.surveys.models import Survey

    Subject = Vote | Survey | Discussion | Conversation | Petition

ORGANISE, FULFIL, READ = "organise_votes", "fulfil", "see_statistics"
SUBJECTS = tuple(dict.fromkeys(ASKED.values()))
HEAVY = ("project__territory__polygon", "vote__manifest", "vote__result")


@dataclass(frozen=True)
class Outcome:
    """A phase that ended and what came of it, ready to be shown."""

    phase: Phase
    title: str
    slug: str
    rulings: Sequence[Ruling]
    today: date
    obligations: Sequence[Obligation] = field(default_factory=list)

    @property
    def ruling(self) -> Ruling | None:
        """The decision that holds now."""
        return self.rulings[-1] if self.rulings else None

    @property
    def earlier(self) -> Sequence[Ruling]:
        """The decisions that were replaced."""
        return self.rulings[:-1]

    @property
    def days_without(self) -> int:
        """For how many days there is no decision."""
        return rules.days_without(localdate(decided_from(self.phase)), self.today)

    @property
    def overdue(self) -> list[Obligation]:
        """The promises that are broken today."""
        return [each for each in self.obligations if rules.late(each.state, each.due, self.today)]

    @property
    def order(self) -> tuple[int, int, int]:
        """The place in the public list."""
        dues = [(each.state, each.due) for each in self.obligations]
        group, days = rules.pressing(dues, decided=bool(self.rulings), today=self.today)
        return group, days, -self.days_without if group == 1 else self.days_without


def _obligations() -> QuerySet[Obligation]:
    return Obligation.objects.filter(region=region()).select_related("organisation")


def _ended(now: datetime) -> QuerySet[Phase]:
    """Return the announced phases whose end has come, and petitions that reached enough."""
    found = Phase.objects.filter(_due(now), region=region(), sealed_at__isnull=False)
    rulings = Ruling.objects.select_related("topic").defer("topic__phrases").order_by("pk")
    related = ("project__organisation", "project__territory", *SUBJECTS, "audience")
    return found.select_related(*related).defer(*HEAVY).prefetch_related(
        Prefetch("rulings", rulings),
        Prefetch("rulings__obligations", _obligations().order_by("due", "pk")),
    )  # fmt: skip


def _due(now: datetime) -> Q:
    """Return what is to be decided on: it ended, or a petition obliges to answer."""
    ended = Q(closes_at__lte=now) | Q(petition__reached_at__lte=now)
    return ended & Q(kind__in=ASKED)


def decided_from(phase: Phase) -> datetime:
    """Return from when on a decision may be made."""
    petition = getattr(phase, "petition", None) if phase.kind == Phase.Kind.PETITION else None
    reached = petition.reached_at if petition else None
    return min(phase.closes_at, reached or phase.closes_at)


def subject_of(phase: Phase) -> Subject:
    """Return what was asked in a phase: it hangs there under a name of its kind."""
    subject: Subject = getattr(phase, ASKED[phase.kind])
    return subject


def title_of(phase: Phase) -> str:
    """Return the question of a vote, the title of a survey or a discussion."""
    return str(subject_of(phase))


def _outcome(phase: Phase, now: datetime) -> Outcome:
    rulings = list(phase.rulings.all())
    held = [each for ruling in rulings for each in ruling.obligations.all()]
    return Outcome(
        phase, title_of(phase), subject_of(phase).slug, rulings, localdate(now),
        sorted(held, key=lambda each: (each.state != rules.RUNNING, each.due)),
    )  # fmt: skip


def with_steps(found: Sequence[Outcome]) -> None:
    """Read at once the words and photos of what is to be shown."""
    steps = ObligationStep.objects.order_by("pk").prefetch_related("photos")
    links = ObligationCase.objects.filter(case__in=public_cases().values("pk"))
    open_links = links.select_related("case")
    prefetch_related_objects(
        [each for one in found for each in one.obligations],
        Prefetch("steps", steps),
        Prefetch("case_links", open_links),
    )


def outcomes(now: datetime, *, territory: str = "", topic: str = "") -> list[Outcome]:
    """Return what came of all that ended: overdue first, then undecided, running, done."""
    found = _ended(now)
    if territory:
        found = found.filter(
            Q(project__territory__code=territory) | Q(audience__territories__contains=[territory])
        )
    if topic:
        found = found.filter(rulings__topic__code=topic).distinct()
    return sorted((_outcome(each, now) for each in found), key=lambda each: each.order)


def outcomes_of(project: Project, now: datetime) -> list[Outcome]:
    """Return what came of a project's phases."""
    found = [_outcome(each, now) for each in _ended(now).filter(project=project)]
    with_steps(found)
    return sorted(found, key=lambda each: each.order)


def outcome_of(phase: Phase, now: datetime) -> Outcome | None:
    """Return what came of a phase; None before its end."""
    found = _ended(now).filter(pk=phase.pk).first()
    if found is None:
        return None
    one = _outcome(found, now)
    with_steps([one])
    return one


def photo(token: str) -> ObligationPhoto:
    """Return a photo that everybody may see."""
    return ObligationPhoto.objects.get(region=region(), token=token)


def pressing(now: datetime) -> dict[str, int]:
    """Return how much is overdue and how many phases have no decision; everybody may know."""
    overdue = _obligations().filter(_late(now)).count()
    undecided = _ended(now).filter(rulings=None).count()
    return {"overdue": overdue, "undecided": undecided}


def overdue(now: datetime) -> QuerySet[Obligation]:
    """Return the broken promises of the region, the longest broken first."""
    related = ("ruling__phase__project",)
    return _obligations().filter(_late(now)).select_related(*related).order_by("due", "pk")


def _late(now: datetime) -> Q:
    return Q(state=rules.RUNNING, due__lt=localdate(now))


# --- The desk -------------------------------------------------------------------------------------


def _reach(official: Official, permissions: Sequence[str], path: str) -> Q:
    """Return what lies within these permissions, where `path` leads to the body."""
    grants = [each for one in permissions for each in powers_of(official).granting(one)]
    return within(grants, by_body(path))


def phases_for(official: Official, now: datetime) -> QuerySet[Phase]:
    """Return the ended phases that an official decides on, or whose promises their body gave."""
    decides = _reach(official, (ORGANISE, READ), "project__organisation")
    fulfils = _reach(official, (FULFIL, READ), "rulings__obligations__organisation")
    return _ended(now).filter(decides | (fulfils & Q(rulings__isnull=False))).distinct()


TABS = ("overdue", "undecided", "running", "done")


def lists(official: Official, now: datetime) -> dict[str, list[Outcome]]:
    """Return the lists of the desk by their names, in each the most pressing first."""
    found = sorted((_outcome(each, now) for each in phases_for(official, now)),
                   key=lambda each: each.order)  # fmt: skip
    return {
        name: [each for each in found if each.order[0] == place] for place, name in enumerate(TABS)
    }


def waiting(official: Official, now: datetime) -> dict[str, int]:
    """Return how much presses an official: broken promises, phases without a decision, both."""
    decides = _reach(official, (ORGANISE,), "ruling__phase__project__organisation")
    concerns = decides | _reach(official, (FULFIL,), "organisation")
    late = _obligations().filter(_late(now) & concerns).count()
    ended = Phase.objects.filter(_due(now), region=region(), sealed_at__isnull=False)
    own = _reach(official, (ORGANISE,), "project__organisation")
    undecided = ended.filter(own, rulings=None).count()
    return {"late": late, "undecided": undecided, "all": late + undecided}


def outcome_for(official: Official, phase_id: int, now: datetime) -> Outcome:
    """Return a phase's outcome that an official may see; Phase.DoesNotExist for any other."""
    found = _outcome(phases_for(official, now).get(pk=phase_id), now)
    with_steps([found])
    return found


def may_decide(official: Official, phase: Phase) -> bool:
    """Tell whether an official decides on this phase."""
    return may(powers_of(official), ORGANISE, organisation=phase.project.organisation_id)


def sides_of(official: Official, phase: Phase, one: Obligation) -> frozenset[str]:
    """Return on which sides of an obligation an official stands."""
    sides: set[str] = set()
    if may_decide(official, phase):
        sides.add(rules.ORGANISER)
    if may(powers_of(official), FULFIL, organisation=one.organisation_id):
        sides.add(rules.EXECUTOR)
    return frozenset(sides)


def obligation_for(
    official: Official, obligation_id: int, now: datetime
) -> tuple[Outcome, Obligation]:
    """Return an obligation with its phase's outcome; Obligation.DoesNotExist for any other."""
    one = _obligations().select_related("ruling").get(pk=obligation_id)
    return outcome_for(official, one.ruling.phase_id, now), one


def cases_named(official: Official, numbers: Sequence[str]) -> list[Case]:
    """Return the messages of these numbers that an official or everybody may see."""
    return [
        *{
            each.pk: each
            for found in (cases_of(official), public_cases())
            for each in found.filter(number__in=numbers)
        }.values()
    ]


def summary(now: datetime) -> dict[str, int]:
    """Return how promises stand in the whole region: kept, in time, running, overdue."""
    found: dict[str, int] = _obligations().aggregate(
        kept=Count("pk", filter=Q(state=rules.KEPT)),
        running=Count("pk", filter=Q(state=rules.RUNNING) & ~_late(now)),
        overdue=Count("pk", filter=_late(now)),
    )
    return found
