"""What the documentation names exists: links, variables, commands, addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import get_commands

from config.cli import SERVERS
from otklik.demo.accounts import DEMO_KEY
from otklik.faces.management.commands.docs import PAGES

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DOORS = (ROOT / "docs/reference/doors.md").read_text()


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_as_code_and_data_say(page: str) -> None:
    assert (ROOT / page).read_text() == PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere_and_commands_exist(path: Path) -> None:
    text = path.read_text()
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)
    assert not [link for link in links if not (path.parent / link).exists()]
    named = set(re.findall(r"(?:`|^    )otklik ([a-z_]+)", text, re.MULTILINE))
    assert named <= {*SERVERS, *get_commands()}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def test_each_complaint_names_tests_that_exist() -> None:
    page = (ROOT / "docs/reference/complaints.md").read_text()
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == [str(n) for n in range(1, 39)]
    named = re.findall(r"`((?:tests|otklik)/\S+\.py)`((?:,? `test_\w+`)*)", page)
    assert len(named) >= 38
    for path, functions in named:
        body = (ROOT / path).read_text()
        for name in re.findall(r"`(test_\w+)`", functions):
            assert f"def {name}(" in body, (path, name)


ASVS = {
    1: (2, 9, 11, 3, 2), 2: (3, 3, 4, 1), 3: (0, 2, 4, 6, 5, 0, 2), 4: (3, 1, 2, 4),
    5: (1, 3, 2, 3), 6: (3, 12, 4, 4, 5, 3, 0, 4), 7: (3, 4, 2, 5, 2, 2), 8: (2, 3, 1, 1),
    9: (3, 4), 10: (2, 2, 4, 11, 5, 2, 3), 11: (2, 3, 3, 4, 1, 1), 12: (3, 2, 4),
    13: (1, 5, 2, 5), 14: (2, 4, 3), 15: (3, 3, 7), 16: (1, 5, 4, 3, 3), 17: (1, 4, 2),
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has, by chapter."""


def test_every_requirement_of_asvs_is_judged_and_what_shows_it_exists() -> None:
    page = (ROOT / "docs/reference/security.md").read_text()
    rows = re.findall(r"^\| ([\d., ]+) \| (\w+) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    listed = [number for numbers, *_ in rows for number in numbers.split(", ")]
    wanted = {
        f"{chapter}.{section}.{number}"
        for chapter, counts in ASVS.items()
        for section, count in enumerate(counts, 1)
        for number in range(1, count + 1)
    }
    assert sorted(listed) == sorted(wanted)
    assert {how for _, how, *_ in rows} <= {"met", "partly", "not", "outside", "none"}
    named = {each for *_, shown in rows for each in re.findall(r"[\w./]+/\w+(?:\.py)?", shown)}
    named |= set(re.findall(r"`((?:otklik|config|docs|front|data)/[\w./-]+)`", page))
    assert not [each for each in named if not (ROOT / each).exists()]


def test_every_variable_is_explained() -> None:
    example = (ROOT / ".env.example").read_text()
    page = (ROOT / "docs/reference/settings.md").read_text()
    listed = set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE))
    assert listed == {
        name
        for row in re.findall(r"^\| (`[^|]+`) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("door", re.findall(r"^\| `(GET|POST) (\S+)`", DOORS, re.MULTILINE))
def test_the_doors_for_programs_answer(client: Client, door: tuple[str, str]) -> None:
    method, path = door
    if path == "/live/heatmap":
        pytest.skip("another process answers it: tests/journeys/test_live.py")
    if method == "GET":
        answer = client.get(path)
    elif path.startswith("/open311"):
        given = {"api_key": DEMO_KEY, "service_code": "roads-pothole", "lat": "59.2205",
                 "long": "39.8915", "description": "Яма у остановки"}  # fmt: skip
        answer = client.post(path, given)
    else:
        asked = '{"text": "яма на дороге", "lat": 59.2205, "lon": 39.8915}'
        answer = client.post(path, asked, content_type="application/json")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/json")
