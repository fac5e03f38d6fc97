"""On hearing of a case, look anew when its deadline must be reminded of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.events import CaseFact
from otklik.flow.control.commands import watch
from otklik.flow.control.models import Watch
from otklik.journal.following import follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


def _reset() -> None:
    Watch.objects.all().delete()


@follower("control", kinds=set(CaseFact.__subclasses__()), reset=_reset)
def look(entries: Sequence[Entry]) -> None:
    """Keep the watch of every case named."""
    watch({entry.subject.removeprefix("case:") for entry in entries})
