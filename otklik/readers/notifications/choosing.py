"""Whom a fact belongs to, what they chose to hear of it, through which door and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from otklik.flow.cases.models import Support
from otklik.flow.channels.push.models import Device
from otklik.flow.intake.models import Report
from otklik.flow.problems.models import Joining
from otklik.ground.accounts.models import Person, ProvenPhone
from otklik.ground.territories.queries import region, set_by
from otklik.ground.topics.queries import directory
from otklik.readers.notifications import rules
from otklik.readers.notifications.models import Choice, Delivery, Habit
from otklik.readers.notifications.rules import DOORS, MAIN, OWED, TOLD, NoticeRules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from otklik.journal.reading import Entry
    from otklik.readers.notifications.queries import Hearer

EVENTS, TEXTS = "notice_events", "sms_texts"
EMAIL, PUSH, SMS = "email", "push", "sms"


@dataclass(frozen=True)
class Wanted:
    """One fact to be told to one who wants it so: at once, after quiet hours, or with the day's."""

    entry: Entry
    whom: str
    channel: str
    person: int | None = None
    next_at: datetime | None = None
    gathered: bool = False


def notice_rules() -> NoticeRules:
    """Return what the administrator set."""
    return set_by("notices", NoticeRules)


def local(now: datetime) -> datetime:
    """Return a moment by the region's own clock."""
    return now.astimezone(ZoneInfo(region().time_zone))


def wanted(found: Collection[Hearer], now: datetime) -> Iterator[Wanted]:
    """Give what of these people want to hear; who is no person of ours hears as before."""
    owners = _owners({whom for _entry, whom, _door in found})
    people = set(owners.values())
    chosen = {
        (each.person_id, each.event, each.door): each.wanted
        for each in Choice.objects.filter(person__in=people)
    } if people else {}  # fmt: skip
    habits = habits_of(people)
    reached = {(entry.id, whom) for entry, whom, door in found if door == SMS}
    for entry, whom, door in [*found, *_extra(found, owners, reached)]:
        person, event = owners.get(whom), TOLD[entry.kind].text
        said = chosen.get((person, event, door)) if person else None
        if person and not rules.wants(
            event, door, main=(entry.id, whom) in reached or door != SMS,
            chosen=said, default=default_of(event, door),
        ):  # fmt: skip
            continue
        yield _timed(Wanted(entry, whom, door, person), habits.get(person or 0), now)


def _extra(
    found: Iterable[Hearer], owners: dict[str, int], reached: set[tuple[int, str]]
) -> list[Hearer]:
    """Return text messages to proven phones beside the way that a message named."""
    asked = {
        (entry.id, whom): entry for entry, whom, _door in found
        if whom in owners and whom.startswith("report:") and (entry.id, whom) not in reached
        and by_sms(TOLD[entry.kind].text)
    }  # fmt: skip
    if not asked:
        return []
    people = {owners[whom] for _entry, whom in asked}
    proven = set(ProvenPhone.objects.filter(person__in=people).values_list("person_id", flat=True))
    return [(entry, whom, SMS) for (_, whom), entry in asked.items() if owners[whom] in proven]


def _timed(one: Wanted, habit: Habit | None, now: datetime) -> Wanted:
    here, set_ = local(now), notice_rules()
    owed = TOLD[one.entry.kind].owed
    if habit is None or one.person is None:
        return one
    if habit.digest and one.channel == EMAIL and not owed:
        at = rules.clock(set_.digest_at) or habit.quiet_to
        return _with(one, rules.next_at(here, at), gathered=True)
    return _with(one, quiet_until(habit, now), gathered=False)


def _with(one: Wanted, at: datetime | None, *, gathered: bool) -> Wanted:
    return Wanted(one.entry, one.whom, one.channel, one.person, at, gathered)


def quiet_until(habit: Habit | None, now: datetime) -> datetime | None:
    """Return until when a person's hours are quiet; None if they are not now."""
    if habit is None or not habit.quiet:
        return None
    return rules.quiet_until(local(now), habit.quiet_from, habit.quiet_to)


def quiet_of(delivery: Delivery, now: datetime) -> datetime | None:
    """Return until when the one whom a letter goes to wants no news; None if they may come."""
    if delivery.person_id is None:
        return None
    return quiet_until(habits_of([delivery.person_id]).get(delivery.person_id), now)


def default_of(event: str, door: str) -> object:
    """Return what the data say of a door that nobody chose; without a line, as it always was."""
    line = directory(EVENTS).get(event)
    return line.extra.get(door, False) if line else MAIN


def by_sms(event: str) -> bool:
    """Tell whether an event has words for a text message."""
    return f"told_{event}" in directory(TEXTS)


def _owners(whom: Collection[str]) -> dict[str, int]:
    """Return the persons behind those who hear; guests have none."""
    asked: dict[str, set[int]] = {}
    for each in whom:
        kind, _, key = each.partition(":")
        asked.setdefault(kind, set()).add(int(key))
    found = {f"person:{key}": key for key in asked.get("person", ())}
    tables: tuple[tuple[str, Any, str], ...] = (
        ("report", Report, "author_id"), ("support", Support, "person_id"),
        ("joining", Joining, "person_id"), ("device", Device, "person_id"),
    )  # fmt: skip
    for kind, table, column in tables:
        if keys := asked.get(kind):
            known = table.objects.filter(pk__in=keys, **{f"{column}__isnull": False})
            found |= {f"{kind}:{pk}": who for pk, who in known.values_list("pk", column)}
    return found


def habits_of(people: Collection[int]) -> dict[int, Habit]:
    """Return when people want to be told: their own word, or the region's for all."""
    if not people:
        return {}
    found = {each.person_id: each for each in Habit.objects.filter(person__in=people)}
    usual = habit_by_default()
    if usual.quiet or usual.digest:
        return dict.fromkeys(people, usual) | found
    return found


def habit_by_default() -> Habit:
    """Return when people are told until they say otherwise."""
    told = notice_rules()
    return Habit(
        region=region(),
        quiet=told.quiet,
        digest=told.digest,
        quiet_from=rules.clock(told.quiet_from) or time(22),
        quiet_to=rules.clock(told.quiet_to) or time(8),
    )


def habit_of(person: Person) -> Habit:
    """Return when a person wants to be told."""
    return Habit.objects.filter(person=person).first() or habit_by_default()


@dataclass(frozen=True)
class Cell:
    """One door of an event on the page: whether there is one, may it be shut, is it open."""

    door: str
    there: bool
    fixed: bool = False
    on: bool = False


@dataclass(frozen=True)
class Row:
    """One event on the page."""

    code: str
    title: str
    owed: bool
    cells: tuple[Cell, ...]


def table(person: Person, language: str) -> list[Row]:
    """Return the events with their doors, those that may be declined first."""
    chosen = {(each.event, each.door): each.wanted for each in Choice.objects.filter(person=person)}
    rows = []
    for code, line in directory(EVENTS).items():
        if code not in {told.text for told in TOLD.values()}:
            continue
        cells = tuple(_cell(code, door, line.extra, chosen, person) for door in DOORS)
        title = (language == "en" and line.title_en) or line.title_ru
        rows.append(Row(code, str(title), code in OWED, cells))
    return sorted(rows, key=lambda row: row.owed)


def _cell(
    event: str, door: str, extra: dict[str, Any], chosen: dict[tuple[str, str], bool],
    person: Person,
) -> Cell:  # fmt: skip
    there = by_sms(event) if door == SMS else door in extra
    fixed = event in OWED and door in {"email", "chat"}
    said = chosen.get((event, door))
    return Cell(door, there, fixed, shown_default(extra.get(door), door, person)
                if said is None else said)  # fmt: skip


def shown_default(default: object, door: str, person: Person) -> bool:
    """Tell how a door nobody chose looks: a text message goes only where no letter does."""
    if default == MAIN:
        return door != SMS or not person.email
    return bool(default)


def log_of(person: Person) -> QuerySet[Delivery]:
    """Return all that went to a person, newest first."""
    return Delivery.objects.filter(region=region(), person=person).order_by("-pk")


def log_about(subject: str, person: Person | None) -> QuerySet[Delivery]:
    """Return what went out about a case, or to its author about anything, newest first."""
    found = Delivery.objects.filter(region=region())
    if person is None:
        return found.filter(subject=subject).order_by("-pk")
    return (found.filter(subject=subject) | found.filter(person=person)).order_by("-pk")


def title_of(kind: str, language: str) -> str:
    """Return what a kind of fact is called to people."""
    line = directory(EVENTS).get(TOLD[kind].text) if kind in TOLD else None
    if line is None:
        return kind
    return str((language == "en" and line.title_en) or line.title_ru)


def digests_due(now: datetime, count: int) -> list[int]:
    """Return the persons whose letter of the day should have gone by now."""
    found = Delivery.objects.filter(region=region(), state="gathered", next_at__lte=now)
    people = found.exclude(person=None).order_by("person").values_list("person", flat=True)
    return list(people.distinct()[:count])


def switched(person: Person) -> dict[str, bool]:
    """Return what a person switched against the region's data, as `event:door`."""
    found = Choice.objects.filter(person=person).order_by("event", "door")
    return {f"{each.event}:{each.door}": each.wanted for each in found}
