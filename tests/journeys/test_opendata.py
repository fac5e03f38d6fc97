"""Anybody takes last night's data and reads it with programs of their own."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from otklik.readers.opendata import jobs
from otklik.readers.opendata.exports import publish
from tests.cast import NOW, opened_case

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture(autouse=True)
def _place(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def taken(client: Client, name: str) -> bytes:
    answer = client.get(f"/data/{name}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_all_forms_hold_the_same_public_messages_as_they_are_described(client: Client) -> None:
    assert "в ближайшие минуты" in client.get("/data/").content.decode()
    cases = [opened_case(text="Яма, звоните +7 921 123-45-67") for _ in range(3)]
    lone = opened_case(lat=59.30, lon=39.95)
    private = opened_case(wants_public=False)
    publish(NOW)
    publish(NOW)  # the next night replaces it whole
    said = json.loads(taken(client, "datapackage.json"))
    files = {each["path"]: taken(client, each["path"]) for each in said["resources"]}
    for each in said["resources"]:
        assert each["hash"] == "sha256:" + hashlib.sha256(files[each["path"]]).hexdigest()
        assert each["bytes"] == len(files[each["path"]])
    table = pl.read_parquet(io.BytesIO(files["messages.parquet"]))
    names = [each["name"] for each in said["resources"][0]["schema"]["fields"]]
    assert table.columns == names
    assert set(table["number"]) == {lone.number, *(each.number for each in cases)}
    same = pl.read_csv(io.BytesIO(files["messages.csv"]), schema=table.schema)
    assert same.equals(table)
    features = json.loads(files["messages.geojson"])["features"]
    assert {each["properties"]["number"] for each in features} == {c.number for c in cases}
    whole = b"".join(files.values())
    for secret in (b"123-45-67", b"anna@example.ru", private.number.encode()):
        assert secret not in whole
    page = client.get("/data/").content.decode()
    assert "messages.parquet" in page
    assert "CC-BY-4.0" in page


def test_a_new_server_makes_them_at_once_and_then_each_night(client: Client) -> None:
    case = opened_case()
    jobs.first(timestamp=0)
    assert case.number in taken(client, "messages.csv").decode()
    later = opened_case()
    jobs.first(timestamp=300)
    assert later.number not in taken(client, "messages.csv").decode(), "the night is not yet"
    jobs.publish(timestamp=600)
    assert later.number in taken(client, "messages.csv").decode()


def test_small_counts_are_hidden_and_no_other_file_leaves(client: Client) -> None:
    for _ in range(3):
        opened_case()
    opened_case(topic="lighting-lamp-off", wants_public=False)
    publish(NOW)
    counts = {
        row["category"]: row["received"]
        for row in pl.read_csv(io.BytesIO(taken(client, "counts.csv"))).iter_rows(named=True)
    }
    assert counts == {"roads": 3, "lighting": None}
    for name in ("nothing.csv", "..%2Fkeys", "datapackage.json~"):
        assert client.get(f"/data/{name}").status_code == 404
