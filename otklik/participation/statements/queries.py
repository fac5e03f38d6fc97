"""Reading opinions. Before the end nothing here counts an answer, for officials either."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.accounts.rules import may
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory
from otklik.participation.projects.queries import checks_of, state_of
from otklik.participation.projects.rules import CLOSED, VERIFIED
from otklik.participation.statements import rules
from otklik.participation.statements.models import (
    Conversation,
    OpinionRun,
    Statement,
    StatementAct,
    StatementVote,
    Voter,
)

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.topics.models import Directory
    from otklik.participation.projects.models import Project

ORGANISE, MODERATE = "organise_votes", "moderate_discussions"
REASONS = "moderation_reasons"
BODY = "phase__project__organisation"


def limits() -> rules.Limits:
    """Return how long a statement is and how many one adds, as the region sets it."""
    return rules.limits(region().settings.get("statements", {}))


def reasons() -> dict[str, Directory]:
    """Return for what statements are hidden, by code; also what is in use no more."""
    return directory(REASONS)


def _conversations() -> QuerySet[Conversation]:
    related = (BODY, "phase__audience")
    return Conversation.objects.filter(region=region()).select_related(*related)


def get(conversation_id: int) -> Conversation:
    """Return a conversation."""
    return _conversations().get(pk=conversation_id)


def public_conversations() -> QuerySet[Conversation]:
    """Return the conversations that everybody sees, the newest window first."""
    return _conversations().filter(phase__sealed_at__isnull=False).order_by("-phase__closes_at")


def public_conversation(slug: str) -> Conversation:
    """Return a conversation that everybody sees; Conversation.DoesNotExist for a draft."""
    return public_conversations().get(slug=slug)


def conversations_in(project: Project) -> QuerySet[Conversation]:
    """Return a project's conversations that everybody sees."""
    return public_conversations().filter(phase__project=project)


def conversations_of(official: Official) -> QuerySet[Conversation]:
    """Return the conversations that an official organises, and the announced ones they moderate."""
    powers = powers_of(official)
    organises = within(powers.granting(ORGANISE), by_body(BODY))
    moderates = within(powers.granting(MODERATE), by_body(BODY))
    found = _conversations().filter(organises | (moderates & Q(phase__sealed_at__isnull=False)))
    return found.annotate(
        waiting=Count("statements", filter=Q(statements__state=rules.PENDING))
    ).order_by("-made_at")


def conversation_for(official: Official, conversation_id: int) -> Conversation:
    """Return a conversation that an official organises or moderates; DoesNotExist for any other."""
    return conversations_of(official).get(pk=conversation_id)


def allowed(official: Official, found: Conversation, permission: str) -> bool:
    """Tell whether an official organises or moderates this conversation."""
    return may(powers_of(official), permission, organisation=found.phase.project.organisation_id)


def state(found: Conversation, now: datetime) -> str:
    """Return where a conversation stands by the clock."""
    return state_of(found.phase, now)


def check_list(found: Conversation, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold before a conversation is announced, each with whether it does."""
    phase, seeds = found.phase, [each.text for each in found.statements.all()]
    faults = rules.faults(seeds, limits().longest)
    return [
        *checks_of(phase, now),
        *([(each, False) for each in faults] or [("Первые высказывания есть", True)]),
    ]


def came(found: Conversation) -> dict[str, int]:
    """Return how many took part and how much was said; not what."""
    voters = Voter.objects.filter(conversation=found)
    counted: dict[str, int] = found.statements.aggregate(
        shown=Count("pk", filter=Q(state=rules.SHOWN)),
        pending=Count("pk", filter=Q(state=rules.PENDING)),
        hidden=Count("pk", filter=Q(state=rules.HIDDEN)),
    )
    verified = voters.filter(level__in=VERIFIED).count()
    return {**counted, "people": voters.count(), "verified": verified}


# --- One who answers ------------------------------------------------------------------------------


def voter_of(found: Conversation, person: Person) -> Voter | None:
    """Return a person's row in a conversation."""
    return Voter.objects.filter(conversation=found, person=person).first()


def next_for(found: Conversation, person: Person) -> Statement | None:
    """Return the statement that comes next for a person, by the published rule."""
    shown = found.statements.filter(state=rules.SHOWN).annotate(answered=Count("votes"))
    unseen = shown.exclude(votes__voter__person=person)
    answered = dict(unseen.values_list("pk", "answered"))
    chosen = rules.following(found.slug, person.pk, answered)
    return None if chosen is None else found.statements.get(pk=chosen)


def shown_statement(found: Conversation, statement_id: int) -> Statement:
    """Return a statement that may be answered; Statement.DoesNotExist for any other."""
    return found.statements.get(pk=statement_id, state=rules.SHOWN)


def own_answers(found: Conversation, person: Person) -> list[StatementVote]:
    """Return what a person answered, the newest first."""
    mine = StatementVote.objects.filter(
        statement__conversation=found, voter__person=person, statement__state=rules.SHOWN
    )
    return list(mine.select_related("statement").order_by("-at", "-pk"))


def own_statements(found: Conversation, person: Person) -> list[Statement]:
    """Return what a person added, with what moderators did."""
    mine = found.statements.filter(voter__person=person).order_by("-pk")
    return list(mine.prefetch_related(Prefetch("acts", StatementAct.objects.order_by("pk"))))


# --- For everybody, after the end -----------------------------------------------------------------


def events(found: Conversation) -> list[tuple[int, int, int]]:
    """Return the last answers to what is shown, in the order of their keys."""
    votes = StatementVote.objects.filter(
        statement__conversation=found, statement__state=rules.SHOWN
    )
    return list(votes.order_by("voter", "statement").values_list("voter", "statement", "value"))


def print_of(votes: list[tuple[int, int, int]]) -> str:
    """Return the hash of what a run is computed from."""
    return hashlib.sha256(repr(votes).encode()).hexdigest()


def run_of(found: Conversation, now: datetime) -> OpinionRun | None:
    """Return the last run after the end; nothing before it."""
    return found.runs.last() if state(found, now) == CLOSED else None


def results(found: Conversation, now: datetime) -> list[dict[str, Any]]:
    """Return each statement with its counts after the end, with groups where they are shown."""
    run = run_of(found, now)
    if run is None:
        return []
    texts = dict(found.statements.filter(state=rules.SHOWN).values_list("pk", "text"))
    lines = [
        {**each, "text": texts[each["statement"]]}
        for each in run.result["statements"] if each["statement"] in texts
    ]  # fmt: skip
    return sorted(lines, key=lambda each: (-each["order"], each["statement"]))


def log(found: Conversation) -> QuerySet[StatementAct]:
    """Return what moderators did, newest first; without a word of what was hidden."""
    acts = StatementAct.objects.filter(statement__conversation=found)
    return acts.select_related("by__organisation").order_by("-pk")


# --- The desk -------------------------------------------------------------------------------------


def for_moderators(found: Conversation) -> QuerySet[Statement]:
    """Return what was said, waiting first, with what moderators did; not how it was answered."""
    acts = Prefetch("acts", StatementAct.objects.select_related("by__person").order_by("pk"))
    order = Count("pk", filter=Q(state=rules.PENDING))
    return found.statements.annotate(first=order).order_by("-first", "pk").prefetch_related(acts)
