"""The verb of other systems: tell more of a message that they brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.flow.cases.commands import (
    clarify_case,
    confirm_case,
    dispute_case,
    locked,
    tell,
)
from otklik.flow.cases.models import Note
from otklik.flow.partners import rules
from otklik.flow.partners.events import UpdateTaken
from otklik.flow.partners.models import Update
from otklik.flow.partners.queries import case_by
from otklik.journal.writing import command

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import ApiKey


@dataclass(frozen=True)
class News:
    """What another system says of a case; `number` is its own, told again it changes nothing."""

    number: str
    status: str
    text: str = ""


@command
def take_update(number: str, news: News, *, key: ApiKey, now: datetime) -> Update:
    """Take news of a case from the system that brought it. Case.DoesNotExist for any other."""
    case = locked(case_by(key, number).number)
    known = Update.objects.filter(key=key, number=news.number).first()
    if known is not None:
        return known
    by = f"key:{key.pk}"
    verb = rules.verb_of(news.status, case.status, words=bool(news.text))
    _act(case, verb, news.text, by, now)
    if news.text and verb not in {"clarify", "dispute"}:
        Note.objects.create(
            region=case.region, case=case, kind="update", text=news.text, to_author=True,
            by=by, at=now,
        )  # fmt: skip
    made = Update.objects.create(
        region=case.region, key=key, case=case, number=news.number, status=news.status, verb=verb,
        at=now,
    )  # fmt: skip
    tell(locked(case.number), UpdateTaken, by, now, update=made.pk, said=news.status)
    return made


def _act(case: Case, verb: str, text: str, by: str, now: datetime) -> None:
    if verb == "confirm":
        confirm_case(case.number, by=by, now=now)
    elif verb == "dispute":
        dispute_case(case.number, text=text, by=by, now=now)
    elif verb == "clarify":
        clarify_case(case.number, text=text, by=by, now=now)
