"""Twenty SIGKILLs under load: every number that was handed out is there afterwards, once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
OTKLIK = [sys.executable, "-m", "config.cli"]
KILLS = 20
DATABASE_TOO = {4, 9, 14, 19}
"""In these rounds PostgreSQL is killed as well, postmaster and backends."""
WRITERS = 4
ENOUGH = 40
"""So many messages are acknowledged before each kill."""
SECONDS = 120
HEAT = "SELECT * FROM heatmap_heatrow ORDER BY report"


@dataclass
class Running:
    """A server of our own with its own cluster, killed and started again."""

    folder: Path
    port: int
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    acknowledged: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.process = subprocess.Popen([*OTKLIK, "serve"], env=self.env)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                self.health()
                return
            time.sleep(0.1)
        pytest.fail("it does not start again")

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def kill(self, *, database: bool) -> None:
        """SIGKILL, to all at once, whatever they are doing."""
        assert self.process is not None
        doomed = [*psutil.Process(self.process.pid).children(recursive=True)]
        doomed.append(psutil.Process(self.process.pid))
        if database:
            lines = (self.folder / "postgres" / "postmaster.pid").read_text().splitlines()
            postmaster = psutil.Process(int(lines[0]))
            doomed += [postmaster, *postmaster.children(recursive=True)]
        for each in doomed:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        psutil.wait_procs(doomed, timeout=20)
        self.process.wait(20)

    def write(self, stop: threading.Event) -> None:
        """Send messages one after another; keep each number that was handed out."""
        while not stop.is_set():
            try:
                self.send(uuid.uuid4().hex)
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(0.01)

    def send(self, key: str) -> None:
        """Send one message and keep its number; OSError if it was not taken."""
        fields = {"api_key": "demo-key", "service_code": "roads-pothole", "lat": "59.2205",
                  "long": "39.8915", "description": f"Яма у дома, проверка {key}"}  # fmt: skip
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/open311/v2/requests.json",
            data=urllib.parse.urlencode(fields).encode(),
            headers={"Idempotency-Key": key},
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            self.acknowledged[json.load(answer)[0]["service_request_id"]] = key

    def address(self) -> str:
        return f"postgresql://postgres:@/otklik?host={self.folder / 'postgres'}"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a cluster with the region loaded and nothing running: each test takes a copy."""
    folder = tmp_path_factory.mktemp("region")
    settle = (
        "from otklik.demo import accounts; from otklik.ground.territories.queries import region;"
        "accounts.settle(region())"
    )
    for step in (["migrate", "-v0"], ["ground", "load"], ["shell", "-v0", "-c", settle]):
        subprocess.run(
            [*OTKLIK, *step], env=_env(folder / "data"), check=True, stdout=subprocess.DEVNULL
        )
    return folder / "data"


def _env(folder: Path, port: int = 0) -> dict[str, str]:
    for parent in folder.parents:  # the database's own user must get there
        if parent.owner() == "root" and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    env = {**os.environ, "OTKLIK_DATA": str(folder), "OTKLIK_OWNER": "0", "OTKLIK_DEMO": "1",
           "PORT": str(port), "LOG_LEVEL": "CRITICAL"}  # fmt: skip
    for name in ("DATABASE_URL", "PYTEST_CURRENT_TEST"):
        env.pop(name, None)
    return env


@pytest.fixture
def running(tmp_path: Path, region: Path) -> Iterator[Running]:
    folder = tmp_path / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert not (region / "postgres" / "postmaster.pid").exists()
    subprocess.run(["cp", "-a", str(region), str(folder)], check=True)
    found = Running(folder, port, _env(folder, port))
    try:
        yield found
    finally:
        if found.process is not None and found.process.poll() is None:
            found.kill(database=True)


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
