"""The verbs of opinions. Constraints and row locks decide, never a look before a write."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from otklik.ground.accounts.rules import Refused
from otklik.ground.kit.text import clean, personal_in
from otklik.journal.writing import command, record
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import admitted
from otklik.participation.projects.rules import Circle, check_personal
from otklik.participation.statements import events, opinions, queries, rules, summary
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

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Project

SYSTEM = "system"


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a collection of opinions."""

    title: str
    opens_at: datetime
    closes_at: datetime
    about: str = ""
    moderation: str = "pre"
    circle: Circle = field(default_factory=Circle)
    project: Project | None = None


def _locked(conversation_id: int) -> Conversation:
    found = Conversation.objects.select_related("phase__project", "phase__audience")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=conversation_id)


def _tell(found: Conversation, fact: type[events.ConversationFact], by: str, now: datetime) -> None:
    record(fact(region=found.region_id, subject=found.ref, actor=by, at=now, conversation=found.pk))


def _tell_of(
    one: Statement, fact: type[events.StatementFact], by: str, now: datetime, **more: str
) -> None:
    record(
        fact(
            region=one.region_id, subject=f"conversation:{one.conversation_id}", actor=by, at=now,
            conversation=one.conversation_id, statement=one.pk, **more,
        )
    )  # fmt: skip


def _drafted(conversation_id: int) -> Conversation:
    found = _locked(conversation_id)
    if found.phase.sealed_at is not None:
        raise Refused("announced", "Объявленный сбор мнений не меняют",
                      "An announced collection of opinions stands")  # fmt: skip
    return found


@command
def draft_conversation(draft: Draft, *, by: Official, now: datetime) -> Conversation:
    """Begin with a project of the same title; nobody sees it until it is announced."""
    project = draft.project or projects.start_project(
        title=draft.title, summary=draft.about, by=by, now=now
    )
    phase = projects.plan_phase(
        project, kind="statements", opens_at=draft.opens_at, closes_at=draft.closes_at,
        circle=draft.circle,
    )  # fmt: skip
    found = projects.under_free_slug(
        draft.title,
        lambda slug: Conversation.objects.create(
            region=by.region, phase=phase, slug=slug, title=draft.title.strip()[:300],
            about=draft.about.strip(), moderation=draft.moderation, made_by=by, made_at=now,
        ),
    )  # fmt: skip
    _tell(found, events.ConversationDrafted, by.ref, now)
    return found


@command
def write_seeds(conversation_id: int, source: str, *, by: Official, now: datetime) -> None:
    """Put the organiser's statements, one a line, in place of those that were there."""
    found, longest = _drafted(conversation_id), queries.limits().longest
    lines = [" ".join(each.split()) for each in clean(source).splitlines() if each.strip()]
    for each in lines:
        rules.check_text(each, longest)
    found.statements.all().delete()
    Statement.objects.bulk_create(
        Statement(region=found.region, conversation=found, text=each, state=rules.SHOWN,
                  made_at=now)
        for each in dict.fromkeys(lines)
    )  # fmt: skip
    _tell(found, events.ConversationEdited, by.ref, now)


@command
def drop_draft(conversation_id: int, *, by: Official, now: datetime) -> None:
    """Throw a draft away."""
    found = _drafted(conversation_id)
    phase = found.phase
    _tell(found, events.ConversationDropped, by.ref, now)
    found.statements.all().delete()
    found.delete()
    phase.delete()


@command
def announce_conversation(conversation_id: int, *, by: Official, now: datetime) -> Conversation:
    """Publish; the first statements, the window and the circle change no more."""
    found = _locked(conversation_id)
    if found.phase.sealed_at is not None:
        return found
    checks = queries.check_list(found, now)
    projects.announce_phase(found.phase, checks, by=by, now=now)
    _tell(found, events.ConversationAnnounced, by.ref, now)
    return found


# --- Those who answer -----------------------------------------------------------------------------


def _voter(found: Conversation, person: Person, now: datetime) -> Voter:
    """Return a person's one row, locked; the constraint decides who made it."""
    if queries.state(found, now) != phases.OPEN:
        raise Refused("not_open", "Сбор мнений сейчас не идёт", "It is not open now")
    admitted(found.phase, person)
    try:
        with transaction.atomic():
            return Voter.objects.create(
                region=found.region, conversation=found, person=person, level=person.level
            )
    except IntegrityError:
        line = Voter.objects.select_for_update(no_key=True)
        return line.get(conversation=found, person=person)


@command
def answer(
    conversation_id: int, statement_id: int, said: str, *, person: Person, now: datetime
) -> None:
    """Take an answer to a statement; the last one counts, and UNIQUE lets it be one."""
    found, value = queries.get(conversation_id), rules.value_of(said)
    voter = _voter(found, person, now)
    one = found.statements.filter(pk=statement_id, state=rules.SHOWN).first()
    if one is None:
        raise Refused("gone", "Этого высказывания больше нет", "The statement is there no more")
    StatementVote.objects.bulk_create(
        [StatementVote(region=found.region, statement=one, voter=voter, value=value, at=now)],
        update_conflicts=True, unique_fields=["statement", "voter"], update_fields=["value", "at"],
    )  # fmt: skip
    _tell(found, events.ConversationAnswered, person.ref, now)


@command
def add(
    conversation_id: int, text: str, *, key: uuid.UUID, sure: bool = False, person: Person,
    now: datetime,
) -> Statement:  # fmt: skip
    """Take a statement of a person's own; the same press again gives the same one."""
    found, text = queries.get(conversation_id), " ".join(clean(text).split())
    voter, limits = _voter(found, person, now), queries.limits()
    before = voter.statements.filter(key=key).first()
    if before is not None:
        return before
    rules.check_text(text, limits.longest)
    if not sure:
        check_personal(personal_in(text))
    rules.check_count(voter.statements.count(), limits.a_person)
    shown = found.moderation == Conversation.Moderation.POST
    one = Statement.objects.create(
        region=found.region, conversation=found, voter=voter, text=text, key=key, made_at=now,
        state=rules.SHOWN if shown else rules.PENDING,
    )  # fmt: skip
    _tell_of(one, events.StatementAdded, person.ref, now)
    if shown:
        _tell_of(one, events.StatementShown, person.ref, now)
    return one


@command
def moderate(
    statement_id: int, act: str, *, reason: str = "", by: Official, now: datetime
) -> StatementAct:
    """Show, or hide for a reason of the list; everybody reads that it was done."""
    one = Statement.objects.select_for_update(no_key=True).get(pk=statement_id)
    active = [code for code, line in queries.reasons().items() if line.active]
    rules.check_reason(act, reason, active)
    one.state = rules.state_after(one.state, act)
    one.save(update_fields=["state"])
    kept = reason if act == rules.HIDE else ""
    made = StatementAct.objects.create(
        region=one.region, statement=one, act=act, reason=kept, by=by, at=now
    )
    if act == rules.HIDE:
        _tell_of(one, events.StatementHidden, by.ref, now, reason=kept)
    else:
        _tell_of(one, events.StatementShown, by.ref, now)
    return made


@command
def compute(conversation_id: int, *, now: datetime) -> OpinionRun | None:
    """Compute groups after the end; the same votes by the same version give the run that is."""
    found = _locked(conversation_id)
    if queries.state(found, now) != phases.CLOSED:
        return None
    votes = queries.events(found)
    print_ = queries.print_of(votes)
    before = found.runs.filter(input_sha256=print_, version=opinions.VERSION).first()
    if before is not None:
        return before
    made = OpinionRun.objects.create(
        region=found.region, conversation=found, input_sha256=print_, version=opinions.VERSION,
        result=summary.told(votes), made_at=now,
    )  # fmt: skip
    _tell(found, events.ConversationComputed, SYSTEM, now)
    return made
