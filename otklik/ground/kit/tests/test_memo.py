"""What is remembered for a while does not stay for ever."""

from __future__ import annotations

import gc
import weakref

import pytest

from otklik.ground.kit import memo


class Value:
    """Something a weak reference can watch."""


def test_what_is_over_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    seen: list[weakref.ref[Value]] = []

    @memo.remembered(15)
    def made(second: int) -> Value:
        value = Value()
        seen.append(weakref.ref(value))
        return value

    made(0)
    made(0)
    assert len(seen) == 1
    for step in range(1, 100):  # each quarter of a minute asks with an argument of its own
        now += 15
        made(step)
    gc.collect()
    assert [watched() is not None for watched in seen] == [False] * 99 + [True]


def test_what_was_read_together_is_not_read_anew_together(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    read: list[int] = []

    @memo.remembered(60)
    def small_list(number: int) -> int:
        read.append(number)
        return number

    def reads(at: float) -> int:
        nonlocal now
        now, before = at, len(read)
        for number in range(40):
            small_list(number)
        return len(read) - before

    assert reads(1000) == 40
    assert reads(1029.9) == 0
    assert 0 < reads(1045) < 40
    assert reads(1060) > 0
