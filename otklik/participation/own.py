"""What one did in participation, for one's own eyes: «Мои данные» and its copy to take away.

Of a secret vote it tells that one took part: how one voted is held nowhere beside a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.participation.ballots.models import HeldRight, OpenBallot, RegisterEntry, Vote
from otklik.participation.discussions.models import Comment
from otklik.participation.petitions.models import PetitionSignature
from otklik.participation.projects.queries import resident_of
from otklik.participation.proposals.models import Proposal
from otklik.participation.statements.models import Statement, StatementVote
from otklik.participation.surveys.models import AnswerFile, Response

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Person


def took_part(person: Person) -> dict[str, Any]:
    """Return all that a person did, in words a person can read."""
    resident = resident_of(person)
    return {
        "resident": None if resident is None else {
            "territory": resident.territory.title_ru, "born_on": resident.born_on,
            "sex": resident.sex,
        },
        "votes": _votes(person), "rights_set_aside": _rights(person),
        "surveys": _surveys(person), "comments": _comments(person),
        "statements": _statements(person), "signatures": _signatures(person),
        "proposals": _proposals(person),
    }  # fmt: skip


def _votes(person: Person) -> list[dict[str, Any]]:
    entries = RegisterEntry.objects.filter(voter=person).select_related("vote")
    chosen = {
        each.entry_id: each.choices
        for each in OpenBallot.objects.filter(entry__voter=person).order_by("rev")
    }
    return [
        {"question": each.vote.question, "day": each.issued_on.isoformat(),
         "secrecy": each.vote.get_secrecy_display(),
         "choice": _labels(each.vote, chosen[each.pk]) if each.pk in chosen else None}
        for each in entries.prefetch_related("vote__options").order_by("issued_on", "pk")
    ]  # fmt: skip


def _rights(person: Person) -> list[dict[str, Any]]:
    found = HeldRight.objects.filter(voter=person).select_related("vote", "ruling")
    return [
        {"question": each.vote.question, "day": each.asked_on.isoformat(),
         "state": each.get_state_display(), "reason": each.ruling.reason if each.ruling else ""}
        for each in found.order_by("asked_on", "pk")
    ]  # fmt: skip


def _labels(vote: Vote, choices: Any) -> Any:
    names = {each.key: each.label for each in vote.options.all()}
    if isinstance(choices, dict):
        return {names[key]: score for key, score in choices.items()}
    return [names[key] for key in choices]


def _surveys(person: Person) -> list[dict[str, Any]]:
    found = Response.objects.filter(person=person).select_related("survey").order_by("pk")
    return [
        {"survey": each.survey.title, "sent": each.sent_at.isoformat() if each.sent_at else None,
         "answers": {
             one.text: each.answers[one.key]
             for one in each.survey.questions.all() if one.key in each.answers
         }}
        for each in found.prefetch_related("survey__questions")
    ]  # fmt: skip


def _comments(person: Person) -> list[dict[str, Any]]:
    found = Comment.objects.filter(participant__person=person).select_related("discussion")
    return [
        {"discussion": each.discussion.title, "text": each.text, "stance": each.stance,
         "state": each.get_state_display()}
        for each in found.order_by("pk")
    ]  # fmt: skip


def _statements(person: Person) -> dict[str, Any]:
    own = Statement.objects.filter(voter__person=person).order_by("pk")
    answers = StatementVote.objects.filter(voter__person=person).select_related("statement")
    return {
        "added": [{"text": each.text, "state": each.get_state_display()} for each in own],
        "answers": [
            {"statement": each.statement.text, "answer": each.value, "at": each.at.isoformat()}
            for each in answers.order_by("pk")
        ],
    }


def _signatures(person: Person) -> list[str]:
    found = PetitionSignature.objects.filter(person=person).order_by("pk")
    return list(found.values_list("petition__title", flat=True))


def _proposals(person: Person) -> list[dict[str, Any]]:
    found = Proposal.objects.filter(person=person).select_related("organisation")
    return [
        {"kind": each.get_kind_display(), "title": each.title, "about": each.about,
         "initiator": each.initiator, "to": each.organisation.title_ru,
         "state": each.get_state_display(), "sent": each.sent_at.isoformat(),
         "steps": [
             {"what": step.verb, "reason": step.reason, "words": step.text,
              "at": step.at.isoformat()}
             for step in each.steps.all()
         ]}
        for each in found.prefetch_related("steps").order_by("pk")
    ]  # fmt: skip


def files_of(person: Person) -> list[tuple[str, str]]:
    """Return the files that a person gave as answers: a name and where each lies."""
    found = AnswerFile.objects.filter(response__person=person).order_by("pk")
    return [
        (f"survey-{pk}-{name}", path) for pk, name, path in found.values_list("pk", "name", "path")
    ]
