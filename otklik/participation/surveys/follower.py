"""On hearing that a person was forgotten, let their answers lead to nobody and drop their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.journal.following import follower
from otklik.participation.surveys.models import Response
from otklik.participation.surveys.rules import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("surveys", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Keep the count; drop drafts, the name and all that was said in words."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    found = Response.objects.filter(person__in=people)
    found.filter(sent_at=None).delete()
    for each in found.select_related("survey").prefetch_related("survey__questions"):
        words = {one.key for one in each.survey.questions.all() if one.kind in WORDS}
        each.answers = {key: value for key, value in each.answers.items() if key not in words}
        each.person = None
        each.save(update_fields=["answers", "person"])
