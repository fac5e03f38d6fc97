"""On hearing that a person was forgotten, let their answers lead to nobody and drop their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.privacy.jobs import drop_files
from otklik.journal.following import follower
from otklik.participation.surveys.models import AnswerFile, Response
from otklik.participation.surveys.rules import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("surveys", kinds={"person.forgotten"})
def forget(entries: Sequence[Entry]) -> None:
    """Keep the count; drop drafts, the name, the groups and words, places and files."""
    people = [int(entry.subject.removeprefix("person:")) for entry in entries]
    found = Response.objects.filter(person__in=people)
    files = AnswerFile.objects.filter(response__in=found)
    paths = list(files.values_list("path", flat=True))
    files.delete()
    if paths:
        drop_files.defer(paths=paths)
    found.filter(sent_at=None).delete()
    for each in found.select_related("survey").prefetch_related("survey__questions"):
        words = {one.key for one in each.survey.questions.all() if one.kind in OWN}
        each.answers = {key: value for key, value in each.answers.items() if key not in words}
        each.person, each.territory, each.band, each.sex = None, "", "", ""
        each.save(update_fields=["answers", "person", "territory", "band", "sex"])
