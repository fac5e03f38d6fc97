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
