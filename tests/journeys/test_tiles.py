"""The operator's own map file: given by ranges, and said to have changed when it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

CONTENT = bytes(range(200))
AT = "/map/region.pmtiles"


@pytest.fixture
def streets(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "tiny.pmtiles"
    path.write_bytes(CONTENT)
    settings.MAP_PMTILES = str(path)
    return path


@pytest.mark.parametrize(
    ("asked", "expected", "told"),
    [
        ("bytes=0-126", CONTENT[:127], "bytes 0-126/200"),
        ("bytes=150-150", CONTENT[150:151], "bytes 150-150/200"),
        ("bytes=150-", CONTENT[150:], "bytes 150-199/200"),
        ("bytes=190-5000", CONTENT[190:], "bytes 190-199/200"),
    ],
)
@pytest.mark.usefixtures("streets")
def test_a_map_takes_only_the_part_that_it_draws(
    client: Client, asked: str, expected: bytes, told: str
) -> None:
    answer = client.get(AT, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, expected)
    assert (answer["Content-Range"], answer["Content-Length"]) == (told, str(len(expected)))
    assert answer["Accept-Ranges"] == "bytes"


def test_a_changed_file_is_told_by_its_etag(client: Client, streets: Path) -> None:
    first = client.get(AT, headers={"Range": "bytes=0-9"})["ETag"]
    assert first.startswith('"')
    assert client.get(AT, headers={"Range": "bytes=100-109"})["ETag"] == first
    whole = client.get(AT)
    assert (b"".join(whole), whole["ETag"], whole.status_code) == (CONTENT, first, 200)
    streets.write_bytes(CONTENT + b"more")
    assert client.get(AT, headers={"Range": "bytes=0-9"})["ETag"] != first


@pytest.mark.usefixtures("streets")
def test_what_is_past_the_end_is_refused(client: Client) -> None:
    answer = client.get(AT, headers={"Range": "bytes=200-210"})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */200")


@pytest.mark.usefixtures("world")
def test_without_a_file_there_is_none(client: Client, settings: Any, tmp_path: Path) -> None:
    for path in ("", str(tmp_path / "absent.pmtiles")):
        settings.MAP_PMTILES = path
        assert client.get(AT, headers={"Range": "bytes=0-9"}).status_code == 404
