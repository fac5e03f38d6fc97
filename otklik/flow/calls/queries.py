"""Reading for the operator: who calls, what is known of them, what to ask, whom to call back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from otklik.flow.calls import rules
from otklik.flow.calls.models import Call, Callback, Extension, Line
from otklik.flow.cases.queries import cases_of
from otklik.flow.intake.queries import reports_by_phone
from otklik.flow.intake.rules import phone_of
from otklik.ground.accounts.models import Official
from otklik.ground.kit.text import phrase_in
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory, topics

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.flow.cases.models import Case
    from otklik.ground.topics.models import Topic

SHOWN = 5
USUAL = "default"
RELATED = ("report", "official__person", "asked_by__person", "call")


def line_by_token(token: str) -> Line | None:
    """Return a telephone system by the part of its address, or None."""
    return Line.objects.select_related("region").filter(
        region=region(), token=token, active=True
    ).first()  # fmt: skip


def operator_at(extension: str) -> Official | None:
    """Return who sits at an inner number, or None."""
    found = Extension.objects.select_related("official").filter(
        region=region(), number=extension, official__active=True
    ).first()  # fmt: skip
    return found.official if found else None


def cases_by_phone(official: Official, phone: str) -> list[Case]:
    """Return the newest cases of one who wrote or called from a phone, as far as one may see."""
    given = phone_of(phone)
    if given is None:
        return []
    theirs = reports_by_phone(given).order_by().values("pk")
    found = cases_of(official).filter(report__in=theirs).select_related("report__author")
    return list(found.order_by("-received_at")[:SHOWN])


def name_by_phone(found: list[Case]) -> str:
    """Return how the caller of earlier cases is called, if anybody said it."""
    for case in found:
        author = case.report.author
        said = str(case.report.extra.get("caller") or "") or (
            author.get_full_name() if author else ""
        )
        if said:
            return said
    return ""


def ringing_for(official: Official, now: datetime) -> Call | None:
    """Return the call that rings at an operator's place or that they took, and did not record."""
    live = Q(state__in=("ringing", "talking")) | Q(state="ended", ended_at__gt=now - rules.FRESH)
    found = Call.objects.filter(
        live, official=official, report=None, joining=None, line__isnull=False, recorded=False,
        started_at__gt=now - rules.FRESH,
    )  # fmt: skip
    return found.order_by("-started_at").first()


def call_for(official: Official, call_id: int) -> Call:
    """Return a call of an operator's own; Call.DoesNotExist for any other."""
    return Call.objects.get(region=region(), official=official, pk=call_id)


def callbacks_for(official: Official, *, which: str, now: datetime) -> QuerySet[Callback]:
    """Return callbacks: mine and nobody's, those of all, late ones, or closed ones."""
    found = Callback.objects.filter(region=region()).select_related(*RELATED)
    found = found.prefetch_related("attempts__by__person")
    if which == "closed":
        return found.exclude(state="open").order_by("-closed_at")
    found = found.filter(state="open")
    if which == "late":
        return found.filter(due_at__lt=now)
    return found if which == "all" else found.filter(Q(official=official) | Q(official=None))


def callback_counts(official: Official, now: datetime) -> dict[str, int]:
    """Return how many callbacks wait, in each list."""
    return {
        which: callbacks_for(official, which=which, now=now).count()
        for which in ("mine", "late", "all")
    }


def callback(callback_id: int) -> Callback:
    """Return a callback of the region; Callback.DoesNotExist if there is none."""
    return Callback.objects.select_related(*RELATED).get(region=region(), pk=callback_id)


def operators() -> list[Official]:
    """Return those who take calls."""
    found = Official.objects.filter(
        region=region(), active=True, memberships__role__permissions__contains=["create_on_behalf"]
    )  # fmt: skip
    return list(found.select_related("person").distinct().order_by("person__last_name"))


@dataclass(frozen=True)
class Script:
    """What to ask and what to say on a topic."""

    ask: list[str] = field(default_factory=list)
    say: list[str] = field(default_factory=list)


def script_for(topic: Topic | None) -> Script:
    """Return the script of a fact, else of what lies above it, else the usual one."""
    known = directory("call_scripts")
    codes = [step.code for step in topics().path(topic)] if topic else []
    line = next((known[code] for code in [*codes, USUAL] if code in known), None)
    if line is None:
        return Script()
    return Script(list(line.extra.get("ask", [])), list(line.extra.get("say", [])))


@dataclass(frozen=True)
class Warned:
    """What in a caller's words is dangerous, and whom to connect them with."""

    phrase: str
    advice: str


def danger_in(text: str) -> Warned | None:
    """Return what must be done at once on hearing such words, or None."""
    for line in directory("call_dangers").values():
        phrase = phrase_in(text, line.extra.get("phrases", []))
        if phrase:
            return Warned(phrase, line.title_ru)
    return None


def dialect(line: Line) -> dict[str, dict[str, object]]:
    """Return the words of a telephone system; empty for our own."""
    found = directory("telephony").get(line.dialect)
    return found.extra if found else {}


def calls_of(official: Official) -> QuerySet[Call]:
    """Return an operator's own calls, newest first."""
    return Call.objects.filter(official=official).select_related("report", "joining__problem")
