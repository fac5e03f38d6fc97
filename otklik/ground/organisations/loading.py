"""Bodies, their working hours and the production calendar: their files and their tables."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otklik.ground.kit.clock import WorkingTime
from otklik.ground.organisations import rules
from otklik.ground.organisations.models import Calendar, CalendarDay, Organisation, Schedule
from otklik.ground.territories.merging import TODAY, Export, Kind, Told
from otklik.ground.territories.region_files import (
    Column,
    Folder,
    Row,
    WrongFilesError,
    iso,
    pack,
    plain,
    yaml_text,
)
from otklik.ground.territories.rules import loop, span_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otklik.ground.territories.region_files import Item

CALENDAR_FILE, ORGANISATION_FILE = "calendars.yaml", "organisations.yaml"
RUSSIA = "russia"
"""The calendar that `production_calendar` of the file is; others stand under `calendars`."""
RUSSIA_TITLE = "Производственный календарь России"
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FOLLOW, IGNORE = "follow", "ignore"
_DAY_NOTE = re.compile(r"^\s+(\d{4}-\d\d-\d\d): *\S+ *# *(.+?) *$", re.MULTILINE)
_DAY_LINE = re.compile(r"^ +(\d{4}-\d\d-\d\d): [^\n]+$", re.MULTILINE)

CALENDARS = Kind("calendars", "календари", Calendar, ("code",), ("code", "title_ru"))
DAYS = Kind(
    "calendar_days", "особые дни", CalendarDay, ("calendar", "date"),
    ("calendar", "date", "kind", "note"), removed=True,
)  # fmt: skip
SCHEDULES = Kind(
    "schedules", "графики работы", Schedule, ("code",),
    ("code", "title_ru", "calendar", "week", "zone", "short_minutes"),
)  # fmt: skip
ORGANISATIONS = Kind(
    "organisations", "организации", Organisation, ("code",),
    ("code", "title_ru", "title_en", "short_ru", "kind", "owner", "parent", "territory",
     "schedule", "external", "email", "note", "valid_from", "valid_to", "successor"),
    closing={"valid_to": TODAY},
)  # fmt: skip
KINDS = (CALENDARS, DAYS, SCHEDULES, ORGANISATIONS)

ORGANISATION_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title", always=True),
    Column("title_en"),
    Column("short_ru", "short", always=True),
    Column("kind", always=True),
    Column("owner"),
    Column("parent", default=None, always=True),
    Column("territory", default=None, always=True),
    Column("schedule", default=None),
    Column("external", default=False),
    Column("email"),
    Column("valid_from", default=None, read=iso, show=lambda day: day and date.fromisoformat(day)),
    Column("valid_to", default=None, read=iso, show=lambda day: day and date.fromisoformat(day)),
    Column("successor", default=None),
    Column("note", "topics_note"),
)


def _read_week(week: Mapping[str, Any]) -> dict[str, Any]:
    """Return a week by numbers of days; 24:00 closes a day that never sleeps, as 00:00 does."""
    numbers = dict(zip(DAY_NAMES, rules.WEEKDAYS, strict=True))
    return {
        numbers.get(str(day), str(day)): _spans(spans, "24:00", "00:00")
        for day, spans in week.items()
    }


def _show_week(week: Mapping[str, Any]) -> dict[str, Any]:
    names = dict(zip(rules.WEEKDAYS, DAY_NAMES, strict=True))
    return {names.get(day, day): _spans(week[day], "00:00", "24:00") for day in sorted(week)}


def _spans(spans: Any, old: str, new: str) -> Any:
    if not isinstance(spans, list):
        return spans
    return [
        [span[0], new if span[1] == old else span[1]]
        if isinstance(span, list) and len(span) == 2  # noqa: PLR2004  (from, to)
        else span
        for span in spans
    ]


SCHEDULE_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title.ru", always=True),
    Column("holidays", default=FOLLOW, always=True),
    Column("calendar", default=None),
    Column("week", default={}, read=_read_week, show=_show_week, always=True),
    Column("zone"),
    Column("short_minutes", "short_day_minus_minutes", default=60),
)


def read(folder: Folder) -> dict[str, list[Row]]:
    """Return what the files say of bodies and their time."""
    found = folder.yaml(CALENDAR_FILE)
    calendars, days = _calendars(folder, found)
    return {
        CALENDARS.name: calendars,
        DAYS.name: days,
        SCHEDULES.name: _schedules(folder, found),
        ORGANISATIONS.name: _organisations(folder),
    }


def heads(folder: Folder) -> list[Row]:
    """Return what the files say of themselves."""
    taken = ("schedules", "production_calendar", "calendars", "organisations")
    return [
        folder.head(name, folder.yaml(name), *taken)
        for name in (CALENDAR_FILE, ORGANISATION_FILE)
        if name in folder.names()
    ]


def write(export: Export) -> dict[str, str]:
    """Return the files of bodies and their time."""
    calendars = _calendar_text(export)  # first: schedules and bodies name calendars
    told = export.rows(ORGANISATIONS)
    items = [pack(row.data, row.rest, ORGANISATION_COLUMNS) for row in told]
    head = export.head(ORGANISATION_FILE)
    return {
        CALENDAR_FILE: calendars,
        ORGANISATION_FILE: yaml_text(head, {"organisations": items}),
    }


def draft(file: Path, zone: str) -> dict[str, WorkingTime]:
    """Return the schedules of a file like `calendars.yaml`, without loading it.

    Raises WrongFilesError with all that is wrong in it.
    """
    with tempfile.TemporaryDirectory() as name:
        shutil.copyfile(file, Path(name) / CALENDAR_FILE)
        folder = Folder(Path(name))
        said = read(folder)
    if not said[SCHEDULES.name]:
        folder.wrong(file.name, "schedules", "нет ни одного графика")
    if folder.wrongs:
        raise WrongFilesError(folder.wrongs)
    days: dict[str, list[Row]] = {}
    for row in said[DAYS.name]:
        days.setdefault(row.data["calendar"], []).append(row)
    return {
        row.key: _working_time(row.data, days.get(row.data["calendar"], []), zone)
        for row in said[SCHEDULES.name]
    }


def _working_time(schedule: Item, days: list[Row], zone: str) -> WorkingTime:
    spans = {
        int(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in week)
        for day, week in schedule["week"].items()
    }
    by_date = {date.fromisoformat(row.data["date"]): row.data for row in days}
    return WorkingTime(
        zone=schedule["zone"] or zone,
        week=spans,
        days={day: said["kind"] for day, said in by_date.items()},
        short=timedelta(minutes=schedule["short_minutes"]),
        notes={day: said["note"] for day, said in by_date.items()},
    )


def _calendars(folder: Folder, found: Item) -> tuple[list[Row], list[Row]]:
    notes = dict(_DAY_NOTE.findall(folder.text(CALENDAR_FILE)))
    calendars: list[Row | None] = []
    days: list[Row | None] = []
    for code, title, years in _told_calendars(folder, found):
        about = {
            str(year): {name: value for name, value in said.items() if name != "days"}
            for year, said in years.items()
        }
        data = {"code": code, "title_ru": title}
        calendars.append(Row(CALENDAR_FILE, code, data, plain({"years": about})))
        for year, said in years.items():
            days += _days(folder, code, year, said.get("days") or {}, notes)
    return folder.unique(calendars), folder.unique(days)


def _told_calendars(folder: Folder, found: Item) -> list[tuple[str, str, dict[Any, Item]]]:
    said = [(RUSSIA, RUSSIA_TITLE, found.get("production_calendar"))] if found else []
    for item in folder.items(CALENDAR_FILE, found.get("calendars"), "calendars"):
        said.append((str(item.get("code", "")), str(item.get("title", "")), item.get("years")))
    told: list[tuple[str, str, dict[Any, Item]]] = []
    for code, title, found_years in said:
        years = {} if found_years is None else found_years
        if isinstance(years, dict) and all(isinstance(year, dict) for year in years.values()):
            told.append((code, title, years))
        else:
            folder.wrong(CALENDAR_FILE, code, "годы нужны вида 2026: {days: {…}}")
    return told


def _days(
    folder: Folder, calendar: str, year: Any, said: Any, notes: dict[str, str]
) -> list[Row | None]:
    days: list[Row | None] = []
    for day, kind in said.items():
        text = str(iso(day))
        if not text.startswith(f"{year}-"):
            folder.wrong(CALENDAR_FILE, text, f"день не из {year} года")
        elif kind is False:
            folder.wrong(CALENDAR_FILE, text, 'off пишется в кавычках: "off"')
        else:
            data = {"calendar": calendar, "date": text, "kind": kind, "note": notes.get(text, "")}
            days.append(Row(CALENDAR_FILE, f"{calendar}/{text}", data))
    return days


def _schedules(folder: Folder, found: Item) -> list[Row]:
    rows: list[Row | None] = []
    for item in folder.items(CALENDAR_FILE, found.get("schedules"), "schedules"):
        row = folder.row(CALENDAR_FILE, str(item.get("code", "")), item, SCHEDULE_COLUMNS)
        if row is not None:
            follows = row.data.pop("holidays") != IGNORE
            row.data["calendar"] = (row.data["calendar"] or RUSSIA) if follows else None
            problem = (
                rules.week_problem(row.data["week"])
                or rules.zone_problem(row.data["zone"])
                or rules.short_problem(row.data["short_minutes"])
            )
            if problem:
                folder.wrong(row.file, row.key, problem)
        rows.append(row)
    return folder.unique(rows)


def _organisations(folder: Folder) -> list[Row]:
    found = folder.yaml(ORGANISATION_FILE).get("organisations")
    rows = folder.unique(
        [
            folder.row(ORGANISATION_FILE, str(item.get("code", "")), item, ORGANISATION_COLUMNS)
            for item in folder.items(ORGANISATION_FILE, found, "organisations")
        ]
    )
    for row in rows:
        problem = span_problem(row.data["valid_from"], row.data["valid_to"])
        if problem:
            folder.wrong(row.file, row.key, problem)
    for name in ("parent", "successor"):
        round_trip = loop({row.key: row.data[name] for row in rows})
        if round_trip:
            folder.wrong(ORGANISATION_FILE, round_trip[0], f"{name}: круг {' → '.join(round_trip)}")
    return rows


def _calendar_text(export: Export) -> str:
    calendars = export.rows(CALENDARS)
    days: dict[str, list[Told]] = {}
    for row in export.rows(DAYS):
        days.setdefault(row.data["calendar"], []).append(row)
    body: Item = {"schedules": [_schedule(row) for row in export.rows(SCHEDULES)]}
    others = []
    for calendar in calendars:
        years = _years(calendar, days.get(calendar.key, []))
        if calendar.key == RUSSIA:
            body["production_calendar"] = years
        else:
            title = calendar.data["title_ru"]
            others.append({"code": calendar.key, "title": title, "years": years})
    if others:
        body["calendars"] = others
    notes = {row.data["date"]: row.data["note"] for rows in days.values() for row in rows}
    text = yaml_text(export.head(CALENDAR_FILE), body)
    return _DAY_LINE.sub(lambda line: _with_note(line[0], notes.get(line[1], "")), text)


def _with_note(line: str, note: str) -> str:
    return f"{line}  # {' '.join(note.split())}" if note else line


def _years(calendar: Told, days: list[Told]) -> dict[int, Item]:
    about: dict[str, Item] = calendar.rest.get("years", {})
    years: dict[int, Item] = {int(year): {**said, "days": {}} for year, said in about.items()}
    for row in sorted(days, key=lambda told: str(told.data["date"])):
        day = date.fromisoformat(row.data["date"])
        years.setdefault(day.year, {"days": {}})["days"][day] = row.data["kind"]
    return {year: years[year] for year in sorted(years)}


def _schedule(row: Told) -> Item:
    data = dict(row.data)
    data["holidays"] = FOLLOW if data["calendar"] else IGNORE
    data["calendar"] = None if data["calendar"] == RUSSIA else data["calendar"]
    return pack(data, row.rest, SCHEDULE_COLUMNS)
