"""Changes, folds and resets, without a network and without a database."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.readers.heatmap import queries
from otklik.readers.heatmap.queries import HeatFilters
from otklik.readers.heatmap.rules import LIVE_LEVELS
from otklik.readers.live import stream
from otklik.readers.live.stream import Change, Channel, Picture, difference, fold
from otklik.readers.live.topics import RefusedError, asked

SCHEMA = {
    "cell": pl.String, "acuity": pl.Int64, "band": pl.String, "count": pl.Int64,
    "expected": pl.Float64, "open": pl.Int64, "overdue": pl.Int64, "forced": pl.String,
    "topic": pl.String,
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "topic_titles", lambda codes: {code: {} for code in codes if code})


def row(name: str, count: int) -> tuple[Any, ...]:
    acuity = None if count < 3 else min(100, count)
    return (name, acuity, "calm", count, 1.5, count, 0, None, f"topic-{count}")


def drawn(position: int, counts: dict[str, int], *, timeline: int = 1, today: int = 0) -> Picture:
    places = {
        level: pl.DataFrame([row(*pair) for pair in counts.items()], schema=SCHEMA, orient="row")
        for level in LIVE_LEVELS
    }
    return Picture(position, timeline, "now", places, {"today": today}, [], [])


def heard(data: bytes) -> list[tuple[str, dict[str, Any], str | None]]:
    found = []
    for block in data.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"]), fields.get("id")))
    return found


def listener(data: bytes, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Apply events as a browser does; return what it shows at resolution 6."""
    shown = dict(known or {})
    for name, told, _ in heard(data):
        if name == "snapshot":
            shown = {}
        if name in {"snapshot", "frame"}:
            level = told["levels"].get("6", {"rows": [], "gone": []})
            shown |= {line[0]: line for line in level["rows"]}
            for place in level["gone"]:
                shown.pop(place, None)
    return shown


def shown_by(picture: Picture) -> dict[str, Any]:
    return {line[0]: list(line) for line in picture.places["6"].rows()}


def grow(channel: Channel, pictures: list[Picture]) -> None:
    for new in pictures:
        old = channel.picture
        same = old is not None and old.timeline == new.timeline
        channel.take(new, difference(old, new) if old and same else None)


def test_a_frame_holds_what_changed_and_nothing_else() -> None:
    change = difference(drawn(1, {"a": 3, "b": 4, "c": 5}), drawn(2, {"a": 3, "b": 9}))
    assert change is not None
    assert change.levels["7"]["rows"] == [row("b", 9)]
    assert change.levels["7"]["gone"] == ["c"]
    assert change.more == {}
    assert difference(drawn(1, {"a": 2}), drawn(2, {"a": 2})) is None
    only_tiles = difference(drawn(1, {}), drawn(1, {}, today=5))
    assert only_tiles is not None
    assert (only_tiles.levels, only_tiles.more, only_tiles.moved) == ({}, {"today": 5}, False) or (
        only_tiles.more == {"tiles": {"today": 5}} and not only_tiles.moved
    )


def test_a_frame_of_time_alone_has_no_id() -> None:
    channel = Channel()
    grow(channel, [drawn(5, {"a": 3}), drawn(5, {"a": 4}), drawn(6, {"a": 5})])
    ids = [heard(channel.frame(change, LIVE_LEVELS))[0][2] for _, change in channel.changes]
    assert ids == [None, "6"]


def test_a_listener_gets_the_levels_they_asked_for() -> None:
    channel = Channel()
    grow(channel, [drawn(1, {"a": 3}), drawn(2, {"a": 4})])
    ((_, told, _),) = heard(channel.snapshot(("7",)))
    assert list(told["levels"]) == ["7"]
    assert told["topics"] == {"topic-4": {}}
    assert channel.snapshot(("7",)) is channel.snapshot(("7",))  # the same bytes for everybody
    only = Change(3, moved=True, at="now", levels={"6": {"rows": [], "gone": ["a"]}}, more={})
    assert channel.frame(only, ("8",)) == b""


steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), max_size=5),
    ),
    min_size=1,
    max_size=12,
)


@given(steps=steps, joined=st.integers(0, 11))
def test_who_comes_back_sees_what_everybody_sees(
    steps: list[tuple[int, dict[str, int]]], joined: int
) -> None:
    position, pictures = 10, []
    for moved, counts in steps:
        position += moved
        pictures.append(drawn(position, counts))
    channel = Channel()
    left = min(joined, len(pictures) - 1)
    grow(channel, pictures[: left + 1])
    known, serial = shown_by(pictures[left]), channel.serial
    grow(channel, pictures[left + 1 :])
    now = shown_by(pictures[-1])
    after = pictures[left].position
    assert channel.holds(after)
    assert listener(channel.missed(after, LIVE_LEVELS), known) == now
    assert listener(channel.missed_since(serial, LIVE_LEVELS), known) == now
    assert listener(channel.snapshot(LIVE_LEVELS)) == now


def test_a_position_of_the_future_or_of_long_ago_is_not_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "HELD", 2)
    channel = Channel()
    channel.changes = type(channel.changes)(maxlen=2)
    grow(channel, [drawn(n, {"a": n}) for n in range(3, 9)])
    assert [channel.holds(after) for after in (2, 5, 6, 7, 8, 9)] == [
        False, False, True, True, True, False,
    ]  # fmt: skip
    assert listener(channel.missed(6, LIVE_LEVELS)) == shown_by(drawn(8, {"a": 8}))
    assert [name for name, _, _ in heard(channel.missed_since(1, LIVE_LEVELS))] == [
        "reset", "snapshot",
    ]  # fmt: skip


def test_another_journal_voids_all_that_was_told() -> None:
    channel = Channel()
    grow(channel, [drawn(100, {"a": 3}), drawn(101, {"a": 4}), drawn(7, {"b": 3}, timeline=2)])
    assert not channel.holds(101)
    told = heard(channel.missed_since(2, LIVE_LEVELS))
    assert [name for name, _, _ in told] == ["reset", "snapshot"]
    assert told[1][2] == "7"


def test_nothing_folds_into_nothing() -> None:
    assert fold([]) is None


# What may be asked.


def test_it_reads_what_a_page_asks() -> None:
    bare = asked({}, "")
    assert (bare.topic.public, bare.topic.everybodys) == (True, True)
    assert (bare.levels, bare.after) == (LIVE_LEVELS, None)
    full = asked(
        {
            "token": ["a token"], "topic": ["b", "a", ""], "status": ["open"],
            "from": ["2026-11-20"], "to": ["2026-11-22"],
            "levels": ["6,8", "territory"], "after": ["7"],
        },
        "12",
    )  # fmt: skip
    assert full.topic.filters == HeatFilters(
        topics=("a", "b"),
        statuses=("open",),
        since=full.topic.filters.since,
        until=full.topic.filters.until,
    )
    assert full.topic.filters.since is not None
    assert full.topic.filters.since.tzinfo is not None
    assert str(full.topic.filters.until).startswith("2026-11-22 00:00")
    assert (full.topic.public, full.topic.everybodys) == (False, False)
    assert full.levels == ("territory", "6", "8")
    assert (full.token, bare.token) == ("a token", "")
    assert full.after == 12  # the browser's own header wins
    assert asked({"after": ["7"]}, "").after == 7
    assert asked({"after": ["-7"]}, "abc").after is None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"levels": ["9"]}, 400),
        ({"from": ["yesterday"]}, 400),
        ({"to": ["tomorrow"]}, 400),
        ({"topic": [f"t{n}" for n in range(50)]}, 400),
    ],
)
def test_it_refuses_what_may_not_be_asked(query: dict[str, list[str]], status: int) -> None:
    with pytest.raises(RefusedError) as refused:
        asked(query, "")
    assert refused.value.status == status
