"""The verbs of a discussion. Constraints and row locks decide, never a look before a write."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from otklik.flow.appeals.paper import keep, signer
from otklik.ground.accounts.rules import Refused
from otklik.ground.kit.sealing import name_print
from otklik.ground.kit.text import clean, personal_in
from otklik.ground.territories.queries import territories
from otklik.journal.writing import command, record
from otklik.participation.discussions import events, paper, queries, rules
from otklik.participation.discussions.models import (
    Comment,
    CommentAppeal,
    Conclusion,
    Discussion,
    DocumentPart,
    HallPerson,
    HallRemark,
    Hearing,
    HearingPaper,
    ModerationAct,
    Participant,
)
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import admitted, circle_of
from otklik.participation.projects.rules import Circle, check_personal

if TYPE_CHECKING:
    from datetime import date, datetime

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Project


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a discussion."""

    title: str
    opens_at: datetime
    closes_at: datetime
    about: str = ""
    moderation: str = rules.POST
    circle: Circle = field(default_factory=Circle)
    project: Project | None = None
    hearing: rules.HearingTold | None = None


@dataclass(frozen=True)
class Said:
    """What one writes: at which place, in answer to whom, signed or not; `key` makes it once."""

    text: str
    stance: str = ""
    part: str = ""
    to: int | None = None
    signed: bool = False
    sure: bool = False
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def _locked(discussion_id: int) -> Discussion:
    found = Discussion.objects.select_related("phase__project", "phase__audience")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=discussion_id)


def _tell(found: Discussion, fact: type[events.DiscussionFact], by: str, now: datetime) -> None:
    record(fact(region=found.region_id, subject=found.ref, actor=by, at=now, discussion=found.pk))


def _tell_of(
    one: Comment, fact: type[events.CommentFact], by: str, now: datetime, **more: str
) -> None:
    record(
        fact(
            region=one.region_id, subject=f"discussion:{one.discussion_id}", actor=by, at=now,
            discussion=one.discussion_id, comment=one.pk, parent=one.parent_id, **more,
        )
    )  # fmt: skip


def _drafted(discussion_id: int) -> Discussion:
    found = _locked(discussion_id)
    if found.phase.sealed_at is not None:
        raise Refused("announced", "Объявленное обсуждение не меняют",
                      "An announced discussion stands")  # fmt: skip
    return found


@command
def draft_discussion(draft: Draft, *, by: Official, now: datetime) -> Discussion:
    """Begin a discussion, with a project of its title if none is named; nobody sees it yet."""
    if draft.hearing is not None:
        rules.check_hearing(
            rules.hearing_list(
                draft.hearing, queries.terms(), circle=draft.circle, opens_at=draft.opens_at,
                now=now,
            )
        )  # fmt: skip
    project = draft.project or projects.start_project(
        title=draft.title, summary=draft.about, by=by, now=now
    )
    phase = projects.plan_phase(
        project, kind="discussion", opens_at=draft.opens_at, closes_at=draft.closes_at,
        circle=draft.circle,
    )  # fmt: skip
    found = projects.under_free_slug(
        draft.title,
        lambda slug: Discussion.objects.create(
            region=by.region, phase=phase, slug=slug, title=draft.title.strip()[:300],
            about=draft.about.strip(), moderation=draft.moderation, made_by=by, made_at=now,
        ),
    )  # fmt: skip
    if draft.hearing is not None:
        told = draft.hearing
        Hearing.objects.create(
            region=by.region, discussion=found, form=told.form, basis=told.basis.strip()[:300],
            exposition=told.exposition.strip()[:500], chair=told.chair.strip()[:200],
        )  # fmt: skip
    _tell(found, events.DiscussionDrafted, by.ref, now)
    return found


@command
def write_document(discussion_id: int, source: str, *, by: Official, now: datetime) -> None:
    """Put a draft's document in place of the one that was there."""
    found = _drafted(discussion_id)
    parts = rules.parts(clean(source))
    found.parts.all().delete()
    DocumentPart.objects.bulk_create(
        DocumentPart(
            region=found.region, discussion=found, key=each.key, kind=each.kind, page=each.page,
            text=each.text, lat=each.lat, lon=each.lon,
        )
        for each in parts
    )  # fmt: skip
    _tell(found, events.DiscussionEdited, by.ref, now)


@command
def drop_draft(discussion_id: int, *, by: Official, now: datetime) -> None:
    """Throw a draft away."""
    found = _drafted(discussion_id)
    phase = found.phase
    _tell(found, events.DiscussionDropped, by.ref, now)
    found.delete()
    phase.delete()


@command
def announce_discussion(discussion_id: int, *, by: Official, now: datetime) -> Discussion:
    """Publish a discussion; neither document nor window nor circle change any more."""
    found = _locked(discussion_id)
    if found.phase.sealed_at is not None:
        return found
    checks = queries.check_list(found, now)
    projects.announce_phase(found.phase, checks, by=by, now=now)
    _tell(found, events.DiscussionAnnounced, by.ref, now)
    return found


@command
def conclude(
    discussion_id: int, *, number: str, text: str, signer: str, signed_on: date | None,
    by: Official, now: datetime,
) -> Conclusion:  # fmt: skip
    """Write what follows from a hearing, once; a constraint lets it be one."""
    found = queries.get(discussion_id)
    hearing = queries.hearing_of(found)
    if hearing is None or queries.state(found, now) != phases.CLOSED:
        raise Refused("not_ended", "Слушания ещё не завершены", "The hearing has not ended")
    for said, words in ((number, "номер"), (text, "выводы"), (signer, "кто подписал")):
        if not said.strip():
            raise Refused("empty", f"Заполните: {words}", f"Fill in: {words}")
    day = rules.checked_day(
        signed_on, localtime(found.phase.closes_at).date(), localtime(now).date()
    )
    try:
        with transaction.atomic():
            made = Conclusion.objects.create(
                region=by.region, hearing=hearing, number=number.strip()[:60],
                text=clean(text), signer=signer.strip()[:200], signed_on=day, made_by=by,
                made_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("concluded", "Заключение уже записано: откройте страницу заново",
                      "A conclusion stands already: open the page anew") from None  # fmt: skip
    _tell(found, events.HearingConcluded, by.ref, now)
    return made


# --- In the hall ----------------------------------------------------------------------------------


def _held(discussion_id: int, now: datetime) -> tuple[Discussion, Hearing]:
    """Return a hearing that began and is not concluded, locked: its register is numbered."""
    found = _locked(discussion_id)
    hearing = queries.hearing_of(found)
    begun = queries.state(found, now) in {phases.OPEN, phases.CLOSED}
    if hearing is None or not begun or queries.conclusion_of(found) is not None:
        raise Refused("not_held", "Слушания ещё не начались или по ним уже есть заключение",
                      "The hearing has not begun, or is concluded already")  # fmt: skip
    return found, hearing


@command
def register_in_hall(
    discussion_id: int, told: rules.Guest, *, by: Official, now: datetime
) -> HallPerson:
    """Write one who came, or wrote on paper, into the register; a constraint lets it be once."""
    found, hearing = _held(discussion_id, now)
    born = rules.check_guest(told, localtime(now).date())
    known = phases.Who("confirmed", told.territory, born)
    circle = replace(circle_of(found.phase.audience), registered_before=None)
    phases.check_may_take_part(circle, known, localtime(found.phase.opens_at).date())
    try:
        with transaction.atomic():
            made = HallPerson.objects.create(
                region=found.region, hearing=hearing, name=told.name.strip()[:200],
                residence=told.residence.strip()[:300], born_on=born.isoformat(), came=told.came,
                number=hearing.hall.count() + 1, by=by, at=now,
                print=name_print(told.name, born.isoformat()),
                participant=Participant.objects.create(
                    region=found.region, discussion=found, level="confirmed",
                    territory=territories().get(told.territory),
                ),
            )  # fmt: skip
    except IntegrityError:
        raise Refused("registered", "Этот человек уже в перечне",
                      "This person is on the register already") from None  # fmt: skip
    _tell(found, events.HallRegistered, by.ref, now)
    return made


@command
def enter_remark(
    discussion_id: int, number: int, said: Said, *, source: str, by: Official, now: datetime
) -> Comment:
    """Enter what one of the register said or wrote; the same press again gives the same one."""
    found, hearing = _held(discussion_id, now)
    one = hearing.hall.select_related("participant").filter(number=number).first()
    if one is None:
        raise Refused("number", "Такого номера в перечне нет", "There is no such number")
    before = one.participant.comments.filter(key=said.key).first()
    if before is not None:
        return before
    text = clean(said.text)
    rules.check_source(source)
    rules.check_text(text, queries.limits().longest)
    rules.check_stance(said.stance, reply=False)
    part, _parent = _place(found, replace(said, to=None))
    made = Comment.objects.create(
        region=found.region, discussion=found, participant=one.participant, part=part,
        stance=said.stance, text=text, state=rules.SHOWN, key=said.key, made_at=now,
    )  # fmt: skip
    HallRemark.objects.create(region=found.region, comment=made, source=source, by=by, at=now)
    _tell_of(made, events.HallRemarkEntered, by.ref, now)
    _tell_of(made, events.CommentShown, by.ref, now)
    return made


@command
def sign_papers(discussion_id: int, *, by: Official, now: datetime) -> list[HearingPaper]:
    """Sign the protocol and the conclusion by whatever signs here; their bytes stand from then."""
    found = _locked(discussion_id)
    hearing, engine = queries.hearing_of(found), signer()
    if hearing is None or queries.conclusion_of(found) is None:
        raise Refused("not_concluded", "Сначала запишите заключение", "Write the conclusion first")
    if engine is None:
        raise Refused("no_signer", "Подпись в этой программе не настроена: подпишите в системе"
                      " документооборота", "Nothing signs here: sign elsewhere")  # fmt: skip
    made = []
    for form in paper.TITLES:
        if hearing.papers.filter(form=form).exists():
            continue
        done = paper.printed(form, found)
        path, digest = keep(done.content, done.name.rsplit(".", 1)[1])
        signed = engine.sign(done.content)
        one = HearingPaper.objects.create(
            region=found.region, hearing=hearing, form=form, name=done.name, mime=done.mime,
            path=path, sha256=digest, cms=signed.cms, subject=signed.subject[:300],
            test=signed.test, by=by, at=now,
        )  # fmt: skip
        made.append(one)
    if made:
        _tell(found, events.HearingSigned, by.ref, now)
    return made


# --- Words ----------------------------------------------------------------------------------------


def _participant(found: Discussion, person: Person, now: datetime) -> Participant:
    """Return a person's one row, locked; the constraint decides who made it."""
    if queries.state(found, now) != phases.OPEN:
        raise Refused("not_open", "Обсуждение сейчас не идёт", "The discussion is not open now")
    known = admitted(found.phase, person)
    try:
        with transaction.atomic():
            return Participant.objects.create(
                region=found.region, discussion=found, person=person, level=person.level,
                territory=territories().get(known.territory),
            )  # fmt: skip
    except IntegrityError:
        line = Participant.objects.select_for_update(no_key=True)
        return line.get(discussion=found, person=person)


def _place(found: Discussion, said: Said) -> tuple[DocumentPart | None, Comment | None]:
    """Return the part of the document and the comment that one writes at."""
    if said.to is not None:
        parent = found.comments.filter(pk=said.to, depth=0, state=rules.SHOWN).first()
        if parent is None:
            raise Refused("gone", "Комментарий, на который вы отвечаете, скрыт",
                          "The comment that you answer is hidden")  # fmt: skip
        return parent.part, parent
    if not said.part:
        return None, None
    part = found.parts.filter(key=said.part).first()
    if part is None:
        raise Refused("part", "Выберите место в документе", "Choose a place in the document")
    return part, None


@command
def write(discussion_id: int, said: Said, *, person: Person, now: datetime) -> Comment:
    """Take a comment or a reply; the same press again gives the same one."""
    found, text = queries.get(discussion_id), clean(said.text)
    line, limits = _participant(found, person, now), queries.limits()
    before = line.comments.filter(key=said.key).first()
    if before is not None:
        return before
    rules.check_text(text, limits.longest)
    rules.check_stance(said.stance, reply=said.to is not None)
    part, parent = _place(found, said)
    if not said.sure:
        check_personal(personal_in(text))
    morning = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rules.check_count(line.comments.filter(made_at__gte=morning).count(), limits.comments_a_day)
    shown = found.moderation == rules.POST
    one = Comment.objects.create(
        region=found.region, discussion=found, participant=line, part=part, parent=parent,
        depth=int(parent is not None), stance=said.stance, text=text,
        signature=rules.signature(person.first_name, person.last_name) if said.signed else "",
        state=rules.SHOWN if shown else rules.PENDING, key=said.key, made_at=now,
    )  # fmt: skip
    _tell_of(one, events.CommentWritten, person.ref, now)
    if shown:
        _tell_of(one, events.CommentShown, person.ref, now)
    return one


# --- Moderation -----------------------------------------------------------------------------------

FACTS: dict[str, type[events.CommentFact]] = {
    rules.SHOW: events.CommentShown, rules.HIDE: events.CommentHidden,
    rules.RESTORE: events.CommentRestored, rules.UPHOLD: events.CommentUpheld,
}  # fmt: skip


def _act(one: Comment, act: str, reason: str, by: Official, now: datetime) -> ModerationAct:
    one.state = rules.state_after(one.state, act)
    one.save(update_fields=["state"])
    made = ModerationAct.objects.create(
        region=one.region, comment=one, act=act, reason=reason, by=by, at=now
    )
    more = {"reason": reason} if act == rules.HIDE else {}
    _tell_of(one, FACTS[act], by.ref, now, **more)
    return made


def _comment(comment_id: int) -> Comment:
    return Comment.objects.select_for_update(no_key=True).get(pk=comment_id)


@command
def moderate(
    comment_id: int, act: str, *, reason: str = "", by: Official, now: datetime
) -> ModerationAct:
    """Show, hide for a reason of the list, or restore; everybody reads that it was done."""
    one = _comment(comment_id)
    rules.check_reason(
        act, reason, [code for code, line in queries.reasons().items() if line.active]
    )
    if act == rules.UPHOLD or queries.open_appeal(one) is not None:
        raise Refused("appealed", "Автор подал жалобу: решите её", "The author appealed: decide it")
    return _act(one, act, reason if act == rules.HIDE else "", by, now)


@command
def appeal(comment_id: int, *, text: str, person: Person, now: datetime) -> CommentAppeal:
    """Ask another moderator to look at a hidden comment of one's own; once a hiding."""
    one, limits = _comment(comment_id), queries.limits()
    last = one.acts.filter(act=rules.HIDE).last()
    rules.check_appeal(one.state, last.at if last else None, now, limits.appeal_days)
    rules.check_text(text, limits.longest)
    assert last is not None
    try:
        with transaction.atomic():
            made = CommentAppeal.objects.create(
                region=one.region, against=last, hidden_by=last.by, text=clean(text), made_at=now
            )
    except IntegrityError:
        raise Refused("appealed", "Вы уже подали жалобу", "You have appealed already") from None
    _tell_of(one, events.CommentAppealed, person.ref, now)
    return made


@command
def decide_appeal(
    appeal_id: int, *, restore: bool, reply: str, by: Official, now: datetime
) -> CommentAppeal:
    """Restore a comment or leave it hidden, with words for the author: another one decides."""
    made = CommentAppeal.objects.select_for_update(of=("self",)).select_related("against").get(
        pk=appeal_id
    )  # fmt: skip
    if made.decided_by_id is not None:
        raise Refused("decided", "Жалоба уже решена", "The appeal has been decided")
    rules.check_another(made.hidden_by_id, by.pk)
    rules.check_text(reply, queries.limits().longest)
    one = _comment(made.against.comment_id)
    made.outcome = _act(one, rules.RESTORE if restore else rules.UPHOLD, "", by, now)
    made.decided_by, made.reply = by, clean(reply)
    made.save(update_fields=["outcome", "decided_by", "reply"])
    return made
