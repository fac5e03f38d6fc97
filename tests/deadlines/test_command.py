"""`otklik deadline`: an administrator tries a calendar before publishing it."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def tried(*words: str, **options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("deadline", *words, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def stages(answer: dict[str, Any]) -> dict[str, str]:
    return {each["stage"]: each["due"][:16] for each in answer["stages"]}


def test_an_ordinary_message_before_the_new_year_with_every_reason() -> None:
    answer = tried("ORD-30", "2026-12-05T12:00")
    assert stages(answer) == {  # worked out by hand
        "moderation": "2026-12-07T23:59",  # Saturday's message: Monday
        "coordination": "2026-12-09T23:59",  # Tue 8, Wed 9
        "execution": "2026-12-28T23:59",  # 30 and 29 December are the approver's
        "approval": "2026-12-30T23:59",
    }
    assert answer["total"]["due"].startswith("2026-12-30T23:59")
    assert (
        "04.01.2027 (пн): Новогодние каникулы, срок — 30.12.2026 (ср)" in answer["total"]["steps"]
    )
    assert all(each["reason"] for each in answer["stages"])
    assert "согласование" in answer["stages"][2]["reason"]
    assert any("06.12.2026 (вс): выходной" in step for step in answer["stages"][0]["steps"])


def test_the_body_s_own_schedule_counts() -> None:
    office = tried("FT-8h", "2026-12-30T14:00")
    night = tried("FT-8h", "2026-12-30T14:00", organisation=emergency())
    assert office["total"]["due"].startswith("2027-01-11T13:00")
    assert night["total"]["due"].startswith("2026-12-30T22:00")


def emergency() -> str:
    from otklik.ground.organisations.queries import organisations  # noqa: PLC0415

    return next(
        code
        for code, each in organisations().items()
        if each.schedule and each.schedule.code == "round_the_clock"
    )


def test_a_draft_calendar_is_tried_without_being_loaded(tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    text = (settings.REGION_DATA / "calendars.yaml").read_text()
    file.write_text(text.replace('2026-12-31: "off"', "2026-12-31: short"))
    assert tried("FT-1d", "2026-12-30T10:00")["total"]["due"].startswith("2027-01-11")
    drafted = tried("FT-1d", "2026-12-30T10:00", calendar=str(file))
    assert drafted["total"]["due"].startswith("2026-12-31")


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        (("FT-9h", "2026-11-24T10:00"), {}, "FT-8h"),
        (("FT-8h", "вчера"), {}, "вчера"),
        (("FT-8h", "2026-13-45T10:00"), {}, "2026-13-45"),
        (("FT-8h", "2026-11-24T10:00"), {"organisation": "nobody"}, "nobody"),
        (("FT-8h", "2026-11-24T10:00"), {"calendar": "/nowhere.yaml"}, "nowhere"),
    ],
)
def test_a_slip_is_named(words: tuple[str, ...], options: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError) as error:
        tried(*words, **options)
    assert said in str(error.value)


def test_a_broken_draft_is_told_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(
        "schedules:\n"
        "  - {code: gov, title: {ru: Органы}, zone: Mars/North, week: {mon: [[9, 8]]}}\n"
    )
    with pytest.raises(CommandError) as error:
        tried("FT-8h", "2026-11-24T10:00", calendar=str(file))
    assert "gov" in str(error.value)
