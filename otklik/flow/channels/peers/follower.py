"""On hearing that a body got a case, let it go to the systems where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from otklik.flow.cases.events import CaseAssigned, CaseRedirected, CaseShown
from otklik.flow.channels.peers import jobs, queries
from otklik.flow.channels.peers.models import Forward
from otklik.journal.following import follower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otklik.journal.reading import Entry


@follower("peers", kinds={CaseAssigned, CaseRedirected, CaseShown})
def peers(entries: Sequence[Entry]) -> None:
    """Queue each case for each system once, with its job: both or neither."""
    known = queries.active_peers()
    ours = [each for each in entries if each.region == settings.REGION]
    if not known or not ours:
        return
    cases = queries.cases_by_number({_number(each) for each in ours})
    now = timezone.now()
    for entry in ours:
        case = cases.get(_number(entry))
        for peer in known if case else ():
            if case and entry.at >= peer.made_at and queries.belongs(peer, case):
                made, fresh = Forward.objects.get_or_create(
                    peer=peer, case=case,
                    defaults={"region_id": case.region_id, "next_at": now, "created_at": now,
                              "changed_at": now},
                )  # fmt: skip
                if fresh:
                    jobs.deliver.defer(forward_id=made.pk)


def _number(entry: Entry) -> str:
    return entry.subject.removeprefix("case:")
