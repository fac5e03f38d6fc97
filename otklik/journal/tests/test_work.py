"""The worker of jobs: it goes on until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from django.db import connection

from otklik.journal.following import followers
from otklik.journal.management.commands import work


def test_another_worker_begins_when_one_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    began = []

    async def worker(concurrency: int) -> None:
        began.append(concurrency)
        if len(began) == 1:
            return  # as procrastinate's does when its heartbeat fails
        if len(began) == 2:
            raise OSError("the database is still away")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(3600)

    monkeypatch.setattr(work, "worker", worker)
    monkeypatch.setattr(work, "AGAIN", 0)
    asyncio.run(work.run_jobs(3))
    assert began == [3, 3, 3]


@pytest.mark.parametrize(("asked", "kept"), [(3, False), (500, True)])
def test_each_follower_and_each_job_has_a_connection(
    asked: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = {"max_size": asked}
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", pool)
    work.make_room(4)
    assert pool["max_size"] >= len(followers) + 4
    assert (pool["max_size"] == asked) == kept
