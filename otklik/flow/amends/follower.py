"""On hearing of an author's stars, see whether somebody must get in touch with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from otklik.flow.amends.commands import owe_contact
from otklik.flow.amends.rules import is_fresh
from otklik.flow.rating.events import RatingGiven
from otklik.journal.following import reactor

if TYPE_CHECKING:
    from otklik.journal.reading import Entry


@reactor("amends", kinds={RatingGiven})
def look(entry: Entry) -> None:
    """Open a duty for a low rating that is no old news; at least once, and one for each."""
    now = timezone.now()
    if entry.data["by_author"] and is_fresh(entry.at, now):
        owe_contact(entry.data["answer"], now=now)
