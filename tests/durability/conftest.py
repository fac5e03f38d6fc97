"""A server of its own, with its own cluster that keeps all it promises, to be killed."""

from __future__ import annotations

import contextlib
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
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.browser.conftest import browser  # noqa: F401  (a fixture)

if TYPE_CHECKING:
    from collections.abc import Iterator

OTKLIK = [sys.executable, "-m", "config.cli"]
SECONDS = 600
"""A busy machine may take its time to start again."""
MAKE_REGION = """
import os
from django.core.management import call_command
from config import freshness
from otklik.demo import accounts
from otklik.ground.territories.queries import region
call_command("migrate", verbosity=0)
call_command("ground", "load", verbosity=0)
accounts.settle(region())
freshness.remember(os.environ["DATABASE_URL"], freshness.digest(demo=False))
"""


@dataclass
class Running:
    """A server of its own with its own cluster, killed and started again."""

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
            except (OSError, ValueError, HTTPException):
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


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a cluster with the region loaded and nothing running: each test takes a copy."""
    folder = tmp_path_factory.mktemp("region") / "data"
    env = {**surroundings(folder), "OTKLIK_OWNER": "1"}
    made = [*OTKLIK, "shell", "-v0", "-c", MAKE_REGION]
    subprocess.run(made, env=env, check=True, stdout=subprocess.DEVNULL)
    return folder


def surroundings(folder: Path, port: int = 0) -> dict[str, str]:
    """Return the environment of a server of its own; open the way there to the database's user."""
    for parent in folder.parents:  # the database's own user must get there
        if parent.owner() == "root" and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    env = {**os.environ, "OTKLIK_DATA": str(folder), "OTKLIK_OWNER": "0", "OTKLIK_DEMO": "1",
           "PORT": str(port), "LOG_LEVEL": "CRITICAL"}  # fmt: skip
    for name in ("DATABASE_URL", "PYTEST_CURRENT_TEST"):
        env.pop(name, None)
    return env


def _wait_for_the_end(pid: Path) -> None:
    """Wait until no PostgreSQL writes there: a slow one outlives who started it."""
    with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess):
        psutil.Process(int(pid.read_text().splitlines()[0])).wait(SECONDS)


@pytest.fixture
def running(tmp_path: Path, region: Path) -> Iterator[Running]:
    folder = tmp_path / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _wait_for_the_end(region / "postgres" / "postmaster.pid")
    subprocess.run(["cp", "-a", str(region), str(folder)], check=True)
    found = Running(folder, port, surroundings(folder, port))
    try:
        yield found
    finally:
        if found.process is not None and found.process.poll() is None:
            found.kill(database=True)
