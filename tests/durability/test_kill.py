"""Twenty SIGKILLs under load: every number that was handed out is there afterwards, once."""

from __future__ import annotations

import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
import pytest

from tests.durability.conftest import OTKLIK, SECONDS

if TYPE_CHECKING:
    from tests.durability.conftest import Running

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(2400)]
KILLS = 20
DATABASE_TOO = {4, 9, 14, 19}
"""In these rounds PostgreSQL is killed as well, postmaster and backends."""
WRITERS = 4
ENOUGH = 40
"""So many messages are acknowledged before each kill."""
HEAT = "SELECT * FROM heatmap_heatrow ORDER BY report"


def test_nothing_acknowledged_is_lost_or_doubled_by_twenty_kills(running: Running) -> None:
    running.start()
    for nth in range(KILLS):
        stop, before = threading.Event(), len(running.acknowledged)
        writers = [threading.Thread(target=running.write, args=(stop,)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        end = time.monotonic() + SECONDS
        while len(running.acknowledged) < before + ENOUGH and time.monotonic() < end:
            time.sleep(0.01)
        running.kill(database=nth in DATABASE_TOO)  # while the writers still write
        stop.set()
        for writer in writers:
            writer.join()
        running.start()
    assert len(running.acknowledged) >= KILLS * ENOUGH

    _caught_up(running)
    with psycopg.connect(running.address(), autocommit=True) as connection:
        _each_once(connection, running.acknowledged)
        before_rebuild = connection.execute(HEAT).fetchall()
        subprocess.run(
            [*OTKLIK, "journal", "rebuild", "heatmap"], env=running.env, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert connection.execute(HEAT).fetchall() == before_rebuild
        assert len(before_rebuild) >= len(running.acknowledged)


def test_the_running_server_heals_after_the_database_restarted(running: Running) -> None:
    """PostgreSQL loses one process, drops every connection and starts anew; the server stays."""
    running.start()
    assert running.process is not None
    stop = threading.Event()
    writers = [threading.Thread(target=running.write, args=(stop,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + SECONDS
    while len(running.acknowledged) < ENOUGH and time.monotonic() < end:
        time.sleep(0.01)
    stop.set()
    for writer in writers:
        writer.join()  # now the pool holds several connections and all are idle
    before = len(running.acknowledged)
    of_otklik = set(psutil.Process(running.process.pid).children(recursive=True))
    lines = (running.folder / "postgres" / "postmaster.pid").read_text().splitlines()
    psutil.Process(int(lines[0])).children()[0].kill()
    while not _answers(running.address()):
        assert time.monotonic() < end + SECONDS
        time.sleep(0.1)

    for nth in range(ENOUGH):  # each is taken at the first try: no dead connection is handed out
        running.send(f"after-{nth}")
    assert len(running.acknowledged) == before + ENOUGH
    _caught_up(running)
    assert all(each.is_running() for each in of_otklik)
    with psycopg.connect(running.address(), autocommit=True) as connection:
        _each_once(connection, running.acknowledged)
        _a_job_is_done(connection)

        (worker,) = [each for each in of_otklik if each.cmdline()[-1:] == ["work"]]
        worker.kill()  # the server starts another
        _a_job_is_done(connection)


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def _a_job_is_done(connection: psycopg.Connection[Any]) -> None:
    beat = "SELECT max(last_heartbeat) FROM procrastinate_workers"
    before, end = connection.execute(beat).fetchone(), time.monotonic() + SECONDS
    while connection.execute(beat).fetchone() == before:
        assert time.monotonic() < end, "the worker of jobs has died"
        time.sleep(0.5)


def _caught_up(running: Running) -> None:
    end = time.monotonic() + SECONDS
    while any(each["lag"] for each in running.health()["followers"].values()):
        assert time.monotonic() < end, running.health()
        time.sleep(0.5)


def _each_once(connection: psycopg.Connection[Any], acknowledged: dict[str, str]) -> None:
    reports = connection.execute("SELECT number, idempotency_key FROM intake_report").fetchall()
    kept = {number: key.rpartition(":")[2] for number, key in reports}  # the door's key comes first
    assert len(kept) == len(reports)
    assert {number: kept.get(number) for number in acknowledged} == acknowledged
    received = connection.execute(
        "SELECT subject, count(*) FROM journal_entry WHERE kind = 'report.received' GROUP BY 1"
    ).fetchall()
    assert dict(received) == {f"report:{number}": 1 for number in kept}
    opened = connection.execute(
        "SELECT subject, count(*) FROM journal_entry WHERE kind = 'case.opened' GROUP BY 1"
    ).fetchall()
    assert dict(opened) == {f"case:{number}": 1 for number in kept}
    positions = connection.execute("SELECT position FROM journal_entry ORDER BY id").fetchall()
    assert sorted(row[0] for row in positions) == list(range(1, len(positions) + 1))
