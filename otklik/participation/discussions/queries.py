"""Reading discussions: the document with comments, one's own, the moderators' queue, the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q
from django.utils.timezone import localdate

from otklik.ground.accounts.bounds import by_body, within
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit.sealing import name_print
from otklik.ground.territories.queries import region, territories
from otklik.ground.topics.queries import directory
from otklik.participation.discussions import rules
from otklik.participation.discussions.models import (
    Comment,
    CommentAppeal,
    Conclusion,
    Discussion,
    HallPerson,
    Hearing,
    HearingPaper,
    ModerationAct,
)
from otklik.participation.projects.queries import (
    born_by_account,
    checks_of,
    circle_of,
    state_of,
)
from otklik.participation.projects.rules import VERIFIED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Official, Person
    from otklik.ground.topics.models import Directory
    from otklik.participation.projects.models import Project

ORGANISE, MODERATE = "organise_votes", "moderate_discussions"
REASONS = "moderation_reasons"
BODY = "phase__project__organisation"
SEEN = (rules.SHOWN, rules.HIDDEN, rules.ERASED)
"""What everybody knows of: hidden and erased comments keep their place without their words."""


def limits() -> rules.Limits:
    """Return how much one may write, as the region sets it."""
    return rules.limits(region().settings.get("discussions", {}))


def terms() -> rules.Terms:
    """Return what the law asks of hearings, as the region sets it."""
    return rules.terms(region().settings.get("hearings", {}))


def reasons() -> dict[str, Directory]:
    """Return for what comments are hidden, by code; also what is in use no more."""
    return directory(REASONS)


def _discussions() -> QuerySet[Discussion]:
    related = (BODY, "phase__audience", "hearing__conclusion")
    return Discussion.objects.filter(region=region()).select_related(*related)


def get(discussion_id: int) -> Discussion:
    """Return a discussion."""
    return _discussions().get(pk=discussion_id)


def public_discussions() -> QuerySet[Discussion]:
    """Return the discussions that everybody sees, the newest window first."""
    return _discussions().filter(phase__sealed_at__isnull=False).order_by("-phase__closes_at")


def public_discussion(slug: str) -> Discussion:
    """Return a discussion that everybody sees; Discussion.DoesNotExist for a draft."""
    return public_discussions().get(slug=slug)


def discussions_in(project: Project) -> QuerySet[Discussion]:
    """Return a project's discussions that everybody sees."""
    return public_discussions().filter(phase__project=project)


def _held(official: Official, permission: str, path: str) -> Q:
    return within(powers_of(official).granting(permission), by_body(path))


def discussions_of(official: Official) -> QuerySet[Discussion]:
    """Return the discussions that an official organises, and the announced ones they moderate."""
    moderates = _held(official, MODERATE, BODY) & Q(phase__sealed_at__isnull=False)
    return _discussions().filter(_held(official, ORGANISE, BODY) | moderates)


def discussion_for(official: Official, discussion_id: int) -> Discussion:
    """Return a discussion that an official organises; Discussion.DoesNotExist for any other."""
    return _discussions().filter(_held(official, ORGANISE, BODY)).get(pk=discussion_id)


def state(found: Discussion, now: datetime) -> str:
    """Return where a discussion stands by the clock."""
    return state_of(found.phase, now)


def hearing_of(found: Discussion) -> Hearing | None:
    """Return what makes a discussion a public hearing; None for another."""
    return getattr(found, "hearing", None)


def conclusion_of(found: Discussion) -> Conclusion | None:
    """Return a hearing's conclusion."""
    return getattr(hearing_of(found), "conclusion", None)


def _by_law(found: Discussion, now: datetime) -> list[tuple[str, bool]]:
    hearing, phase = hearing_of(found), found.phase
    if hearing is None:
        return []
    told = rules.HearingTold(hearing.form, hearing.basis, hearing.exposition, hearing.chair)
    return rules.hearing_list(
        told, terms(), circle=circle_of(phase.audience), opens_at=phase.opens_at, now=now,
    )  # fmt: skip


def file_of(found: Discussion) -> dict[str, Any]:
    """Return what the protocol of a hearing is printed from: remarks in order, by their places."""
    seen = found.comments.filter(state__in=SEEN).select_related(
        "part", "participant__territory", "participant__in_hall", "hall"
    )
    remarks = seen.defer("participant__territory__polygon").order_by("pk")
    return {
        "discussion": found, "phase": found.phase, "hearing": hearing_of(found),
        "conclusion": conclusion_of(found), "remarks": list(remarks), "counts": counts(found),
        "hall": hall_counts(found), "parts": list(found.parts.all()), "places": sorted(
            each.title_ru for code, each in territories().items()
            if code in found.phase.audience.territories
        ),
    }  # fmt: skip


def register(found: Discussion) -> list[HallPerson]:
    """Return the register of a hearing's hall, in its order."""
    hearing = hearing_of(found)
    return list(hearing.hall.select_related("participant__territory").defer(
        "participant__territory__polygon"
    )) if hearing else []  # fmt: skip


def both_ways(people: Sequence[HallPerson], found: Discussion) -> set[int]:
    """Return the numbers of those of the register who wrote on the site too.

    Who they are is compared by prints of name and day of birth from verified accounts.
    """
    wrote = found.participants.filter(person__isnull=False, comments__isnull=False).distinct()
    persons = [each.person for each in wrote.select_related("person") if each.person]
    born = born_by_account(each.pk for each in persons)
    prints = {
        name_print(f"{each.last_name} {each.first_name} {each.patronymic}",
                   born[each.pk].isoformat())
        for each in persons if each.pk in born
    }  # fmt: skip
    return {each.number for each in people if each.print in prints}


def hall_counts(found: Discussion) -> dict[str, Any]:
    """Return how many came, spoke and wrote in the hall, how many remarks came by the site."""
    people = register(found)
    remarks = found.comments.filter(state=rules.SHOWN, depth=0)
    hall, site = remarks.filter(hall__isnull=False), remarks.filter(hall__isnull=True)
    wrote = {"in_hall": hall, "on_site": site}
    return {
        "registered": len(people),
        "in_person": sum(each.came == rules.IN_PERSON for each in people),
        "by_letter": sum(each.came == rules.BY_LETTER for each in people),
        "both": len(both_ways(people, found)),
        **{
            f"{name}_{stance}": count
            for name, rows in wrote.items()
            for stance, count in _stances(rows).items()
        },
    }  # fmt: skip


def _stances(rows: QuerySet[Comment]) -> dict[str, int]:
    return rows.aggregate(
        **{each: Count("pk", filter=Q(stance=each)) for each in rules.STANCES},
        all=Count("pk"), people=Count("participant", distinct=True),
    )  # fmt: skip


def signed_paper(found: Discussion, form: str) -> HearingPaper | None:
    """Return a paper of a hearing as it was signed."""
    hearing = hearing_of(found)
    return hearing.papers.filter(form=form).first() if hearing else None


def signed_papers(found: Discussion) -> list[HearingPaper]:
    """Return all papers of a hearing that were signed."""
    hearing = hearing_of(found)
    return list(hearing.papers.defer("cms")) if hearing else []


def check_list(found: Discussion, now: datetime) -> list[tuple[str, bool]]:
    """Return what must hold before a discussion is announced, each with whether it does."""
    phase = found.phase
    faults = rules.faults([each.told for each in found.parts.all()])
    return [
        *checks_of(phase, now),
        *([(each, False) for each in faults] or [("Документ составлен", True)]),
        *_by_law(found, now),
    ]


# --- For everybody --------------------------------------------------------------------------------


def counts(found: Discussion) -> dict[str, int]:
    """Return how many comments stand how: by stance, replies, waiting, hidden."""
    shown, top = Q(state=rules.SHOWN), Q(depth=0)
    return found.comments.aggregate(
        **{each: Count("pk", filter=shown & top & Q(stance=each)) for each in rules.STANCES},
        all=Count("pk", filter=shown),
        replies=Count("pk", filter=shown & ~top),
        pending=Count("pk", filter=Q(state=rules.PENDING)),
        hidden=Count("pk", filter=Q(state=rules.HIDDEN)),
        people=Count("participant", filter=shown, distinct=True),
        verified=Count(
            "participant", filter=shown & Q(participant__level__in=VERIFIED), distinct=True
        ),
    )  # fmt: skip


def document(found: Discussion) -> list[Any]:
    """Return the parts of a document, each with how many comments are shown at it."""
    shown = Q(comments__state=rules.SHOWN)
    return list(found.parts.annotate(said=Count("comments", filter=shown)).order_by("pk"))


def comments(found: Discussion, *, part: str = "", stance: str = "") -> QuerySet[Comment]:
    """Return the comments of the first level with their replies, newest first."""
    kept = Comment.objects.filter(discussion=found, state__in=SEEN)
    if part:
        kept = kept.filter(part__key=part)
    if stance:
        kept = kept.filter(stance=stance)
    related = ("participant__territory", "part", "hall")
    lean = kept.filter(depth=0).select_related(*related).defer("participant__territory__polygon")
    replies = Comment.objects.filter(state__in=SEEN).select_related(
        "participant__territory", "hall"
    )
    return lean.order_by("-pk").prefetch_related(
        Prefetch("replies", replies.defer("participant__territory__polygon").order_by("pk")),
        Prefetch("acts", ModerationAct.objects.order_by("pk")),
        Prefetch("replies__acts", ModerationAct.objects.order_by("pk")),
    )  # fmt: skip


def comment_in(found: Discussion, comment_id: int) -> Comment:
    """Return a shown comment that one may answer; Comment.DoesNotExist for any other."""
    shown = found.comments.filter(state=rules.SHOWN, depth=0)
    return shown.select_related("part", "participant").get(pk=comment_id)


def own(found: Discussion, person: Person) -> list[Comment]:
    """Return what a person wrote, newest first, with what became of it."""
    mine = found.comments.filter(participant__person=person).select_related("part")
    return list(
        mine.order_by("-pk").prefetch_related(
            Prefetch("acts", ModerationAct.objects.select_related("appeal__outcome"))
        )
    )


def own_comment(found: Discussion, comment_id: int, person: Person) -> Comment:
    """Return one's own comment; Comment.DoesNotExist for anybody else's."""
    return found.comments.select_related("part").get(pk=comment_id, participant__person=person)


def log(found: Discussion) -> QuerySet[ModerationAct]:
    """Return what moderators did, newest first; without a word of what was hidden."""
    acts = ModerationAct.objects.filter(comment__discussion=found)
    return acts.select_related("by__organisation", "comment__part", "decides").order_by("-pk")


COLUMNS = ("id", "parent", "part", "stance", "state", "day", "place", "level", "origin", "text")


def rows(found: Discussion) -> Iterator[dict[str, Any]]:
    """Give the open data: ids only, nobody's name or account; hidden ones without their words."""
    seen = found.comments.filter(state__in=SEEN).order_by("pk").values_list(
        "pk", "parent_id", "part__key", "stance", "state", "made_at",
        "participant__territory__code", "participant__level", "hall__source", "text",
    )  # fmt: skip
    for pk, parent, part, stance, held, at, place, level, origin, text in seen:
        words = text if held == rules.SHOWN else ""
        yield dict(
            zip(COLUMNS, (pk, parent, part or "", stance, held, localdate(at).isoformat(),
                          place or "", level, origin or "site", words), strict=True)
        )  # fmt: skip


def acts_in_print(found: Discussion) -> list[dict[str, Any]]:
    """Return the public log for machines."""
    return [
        {"comment": each.comment_id, "act": each.act, "reason": each.reason,
         "by": each.by.organisation.code, "at": each.at.isoformat()}
        for each in log(found)
    ]  # fmt: skip


# --- The desk -------------------------------------------------------------------------------------

QUEUE_BODY = f"discussion__{BODY}"
APPEAL_BODY = f"against__comment__{QUEUE_BODY}"
TABS = ("pending", "appeals", "shown", "hidden")


def _comments_of(official: Official) -> QuerySet[Comment]:
    found = Comment.objects.filter(region=region()).filter(_held(official, MODERATE, QUEUE_BODY))
    related = ("discussion", "part", "parent", "participant__territory")
    return found.select_related(*related).defer("participant__territory__polygon")


def queue(official: Official, tab: str) -> QuerySet[Comment]:
    """Return the comments of one tab: waiting ones oldest first, others newest first."""
    acts = Prefetch("acts", ModerationAct.objects.select_related("by__person").order_by("pk"))
    found = _comments_of(official).filter(state=tab).prefetch_related(acts)
    return found.order_by("pk" if tab == rules.PENDING else "-pk")


def appeals(official: Official) -> QuerySet[CommentAppeal]:
    """Return the appeals that wait, oldest first."""
    waiting = CommentAppeal.objects.filter(region=region(), decided_by=None)
    related = ("against__comment__discussion", "against__comment__part", "hidden_by__person")
    return waiting.filter(_held(official, MODERATE, APPEAL_BODY)).select_related(*related)


def comment_for(official: Official, comment_id: int) -> Comment:
    """Return a comment that an official moderates; Comment.DoesNotExist for any other."""
    return _comments_of(official).get(pk=comment_id)


def appeal_for(official: Official, appeal_id: int) -> CommentAppeal:
    """Return an appeal that an official may decide; CommentAppeal.DoesNotExist for any other."""
    found = CommentAppeal.objects.filter(_held(official, MODERATE, APPEAL_BODY))
    return found.get(pk=appeal_id, region=region())


def open_appeal(one: Comment) -> CommentAppeal | None:
    """Return the appeal that waits for a decision on a comment."""
    return CommentAppeal.objects.filter(against__comment=one, decided_by=None).first()


def waiting(official: Official) -> dict[str, int]:
    """Return how much waits for an official: comments to look at, appeals of others' acts."""
    found = _comments_of(official).filter(state=rules.PENDING).count()
    told = appeals(official).exclude(hidden_by=official).count()
    return {"pending": found, "appeals": told, "all": found + told}
