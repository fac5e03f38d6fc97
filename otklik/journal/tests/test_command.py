from __future__ import annotations

import time
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from otklik.journal import following
from otklik.journal.models import Cursor, Entry
from otklik.journal.tests.happenings import Happened, happened
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


@command
def do(*wanted: int) -> None:
    for step in wanted:
        record(happened(step))


def call(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("journal", *arguments, stdout=out, no_color=True)
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def watcher(registry: dict[str, following.Follower]) -> None:
    @following.follower("map", kinds={Happened}, reset=lambda: None)
    def handle(entries: Sequence[Entry]) -> None:
        """Only keep up."""

    @following.reactor("triage")
    def react(entry: Entry) -> None:
        """Only keep up."""


def test_it_shows_the_tail() -> None:
    do(1, 2, 3)
    first, second = call("tail", "2")
    assert "test.happened thing:1 system: Было 2" in first
    assert "Было 3" in second


def test_it_follows_the_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        do(2)
        if len(waits) > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    do(1)
    assert [line.split()[-1] for line in call("tail", "1", "--follow")] == ["1", "2"]


def test_it_shows_the_lag() -> None:
    do(1)
    following.catch_up()
    Cursor.objects.filter(name="map").update(stopped_reason="ValueError at 1 (test.happened)")
    stopped, well = call("lag")
    assert stopped.startswith("map ")
    assert stopped.endswith("stopped: ValueError at 1 (test.happened)")
    assert well.startswith("triage ")
    assert well.endswith("-0")


def test_it_skips_what_a_follower_stopped_on() -> None:
    do(1, 2)
    following.catch_up(["triage"])
    following.chosen()
    before = Entry.objects.filter(kind="test.happened").order_by("position").first()
    assert before
    Cursor.objects.filter(name="map").update(
        position=(before.position or 0) - 1, stopped_reason="ValueError"
    )
    (line,) = call("skip", "map", "--by", "official:1")
    assert line.startswith("map goes on after")
    assert Cursor.objects.get(name="map").position == before.position


def test_it_skips_nothing_else() -> None:
    with pytest.raises(CommandError, match="has not stopped"):
        call("skip", "map")


def test_it_rebuilds() -> None:
    do(1)
    assert call("rebuild", "map")[0].startswith("map: ")
    with pytest.raises(CommandError, match="cannot be rebuilt"):
        call("rebuild", "triage")


def test_it_knows_the_names() -> None:
    with pytest.raises(CommandError, match="no follower 'mapp'; there are: map, triage"):
        call("rebuild", "mapp")
