"""What a security auditor reads: looks, exports, changes of access, failed sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from otklik.ground.accounts.models import FailedLogin, Look
from otklik.ground.accounts.queries import names_of, roles
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import label
from otklik.journal.reading import of_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

STAFF = ("staff.invited", "staff.joined", "staff.switched", "staff.role_given", "staff.role_taken",
         "erasure.decided", "person.forgotten", "retention.done")  # fmt: skip
EXPORTS = ("export.asked", "export.decided", "export.made", "export.taken")


@dataclass(frozen=True)
class Asked:
    """How the auditor narrows a list."""

    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, found: QuerySet[Any], *columns: str) -> QuerySet[Any]:
        """Narrow by time, and by words in these columns."""
        if self.since:
            found = found.filter(at__gte=self.since)
        if self.until:
            found = found.filter(at__lt=self.until + timedelta(days=1))
        words = Q()
        for column in columns if self.text else ():
            words |= Q(**{f"{column}__icontains": self.text})
        return found.filter(words)


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    at: datetime
    who: str
    what: str
    about: str
    why: str = ""


def looks(asked: Asked) -> QuerySet[Any]:
    """Return who looked at whose personal data, and exports that were taken."""
    found = Look.objects.filter(region=region()).select_related("official__person", "organisation")
    columns = ("subject", "official__person__email", "organisation__short_ru", "reason")
    return asked.narrow(found, *columns).order_by("-at", "-pk")


def exports(asked: Asked) -> QuerySet[Any]:
    """Return what happened to exports."""
    return asked.narrow(of_kinds(EXPORTS), "subject", "actor").order_by("-pk")


def staff(asked: Asked) -> QuerySet[Any]:
    """Return how access and roles changed, and what was erased."""
    return asked.narrow(of_kinds(STAFF), "subject", "actor").order_by("-pk")


def logins(asked: Asked) -> QuerySet[Any]:
    """Return failed sign-ins."""
    found = FailedLogin.objects.filter(region=region()).select_related("person")
    return asked.narrow(found, "typed", "address").order_by("-at", "-pk")


KINDS = {"looks": looks, "exports": exports, "roles": staff, "logins": logins}


def lines(kind: str, rows: Iterable[Any]) -> list[Line]:
    """Return rows as lines to print."""
    rows = list(rows)
    if kind == "looks":
        titles = {each.code: each.title_ru for each in roles().values()}
        return [_look(row, titles) for row in rows]
    if kind == "logins":
        return [Line(row.at, row.typed, "вход не удался", row.address or "") for row in rows]
    names = names_of([row.actor for row in rows] + [row.subject for row in rows])
    return [
        Line(
            row.at, names.get(row.actor, row.actor), row.fact.sentence("ru"),
            names.get(row.subject, row.subject),
        )
        for row in rows
    ]  # fmt: skip


def _look(row: Look, titles: dict[str, str]) -> Line:
    body = row.organisation.short_ru if row.organisation else ""
    why = label("look_reasons", row.code) if row.code else ""
    return Line(
        row.at, f"{row.official.person}, {body}, {titles.get(row.role, row.role).lower()}",
        row.get_what_display(), row.subject, ": ".join(filter(None, (why, row.reason))),
    )  # fmt: skip
