"""The engine against `worked_dates.md`, which was worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from otklik.ground.kit.clock import Roll, Unit, WorkingTime, add, before, resumed
from otklik.ground.organisations.loading import draft

ROOT = Path(__file__).resolve().parent.parent.parent
MOSCOW = ZoneInfo("Europe/Moscow")
UNITS = {
    "cal": Unit.CALENDAR_DAYS, "wd": Unit.WORKING_DAYS, "wh": Unit.WORKING_HOURS, "h": Unit.HOURS,
}  # fmt: skip


def rows(title: str) -> list[list[str]]:
    """Return the lines of one table of the page."""
    text = (Path(__file__).parent / "worked_dates.md").read_text()
    lines = text.split(f"## {title}\n")[1].split("\n## ")[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def schedules() -> dict[str, WorkingTime]:
    return draft(ROOT / "data" / "vologda" / "calendars.yaml", "Europe/Moscow")


def schedule(name: str) -> WorkingTime:
    code, _, zone = name.partition("@")
    found = schedules()[code]
    return replace(found, zone=zone) if zone else found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def shown(moment: datetime, working: WorkingTime) -> str:
    return f"{working.local(moment):%Y-%m-%d %H:%M}"


def test_there_are_at_least_sixty() -> None:
    lines = rows("Terms")
    assert len({tuple(line[:4]) for line in lines}) == len(lines) >= 60


@pytest.mark.parametrize("row", rows("Terms"), ids=lambda row: " ".join(row[:4]))
def test_a_worked_date(row: list[str]) -> None:
    term, name, roll, start, due, why = row
    amount, unit = term.split()
    working = schedule(name)
    end = add(at(start), int(amount), UNITS[unit], working, Roll(roll))
    assert shown(end, working) == due, why


@pytest.mark.parametrize("row", rows("Pauses"), ids=lambda row: " ".join(row[:4]))
def test_a_worked_pause(row: list[str]) -> None:
    unit, name, roll, due, paused, now, after, why = row
    working = schedule(name)
    moved = resumed(at(due), at(paused), at(now), UNITS[unit], working, Roll(roll))
    assert shown(moved, working) == after, why


@pytest.mark.parametrize("row", rows("Time kept for approval"), ids=lambda row: " ".join(row[:4]))
def test_a_worked_reserve(row: list[str]) -> None:
    term, name, roll, end, latest, why = row
    amount, unit = term.split()
    working = schedule(name)
    found = before(at(end), int(amount), UNITS[unit], working, Roll(roll))
    assert shown(found, working) == latest, why
