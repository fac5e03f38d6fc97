"""On hearing that a person was forgotten, empty their words; that they were said stays known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.participation.discussions.models import Comment, CommentAppeal, Participant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("discussions", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Leave stances and replies of others; drop words, signatures, and whose they were."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    found = Participant.objects.filter(person__in=people)
    own = Comment.objects.filter(participant__in=found)
    CommentAppeal.objects.filter(against__comment__in=own).update(text="", reply="")
    own.update(state=Comment.State.ERASED, text="", signature="")
    found.update(person=None, territory=None)
