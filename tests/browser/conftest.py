"""A running Otklik and a real browser, for the journeys."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import psutil
import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config import freshness
from tests.environment import READY, address_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    # as if there were no internet
    "--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
SECONDS = 180
PATIENCE = 90_000
"""A wait fails only after so many milliseconds: a loaded machine is slow, not wrong."""
SURROUNDINGS: dict[str, str] = {}
"""In which the demo region is served, for another process of the same."""
ASKED: list[str] = []
"""Every address that a page asked for, in one test."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a fresh demo region, with few messages, on a port of its own; end it after.

    `OTKLIK_SERVED=http://127.0.0.1:8000` takes a demo region that is being served instead.
    """
    if running := os.environ.get("OTKLIK_SERVED"):
        yield running
        return
    folder: Path = tmp_path_factory.mktemp("served")
    name = f"served_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {READY}")
    port = free_port()
    env = {
        **os.environ,
        "DATABASE_URL": address_of(name),
        "OTKLIK_DATA": str(folder),
        "OTKLIK_OWNER": "0",
        "OTKLIK_DEMO": "1",
        "PORT": str(port),
    }
    otklik = [sys.executable, "-m", "config.cli"]
    SURROUNDINGS.update(env)
    seed = [*otklik, "demo", "seed", "--count=60"]
    subprocess.run(seed, env=env, check=True, stdout=subprocess.DEVNULL)
    freshness.remember(env["DATABASE_URL"], freshness.digest(demo=True))  # nothing of it twice
    server = subprocess.Popen([*otklik, "serve", "--demo"], env=env)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        started = psutil.Process(server.pid).children(recursive=True)
        server.terminate()
        server.wait(30)
        _, left = psutil.wait_procs(started, timeout=10)
        assert started, "the worker runs beside the server"
        assert not left, "SIGTERM ends every process that was started"


def moved(statement: str) -> None:
    """Move what no page moves, time above all, in the database that is served."""
    with psycopg.connect(SURROUNDINGS["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement.encode())


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Wait until a server that is starting answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.5)
    raise TimeoutError(address)


def until(met: Callable[[], Any], page: Page, served: str) -> None:
    """Open a page again and again until it shows what a job does; say how the server is if not."""
    end = time.monotonic() + SECONDS
    while not met():
        if time.monotonic() > end:
            with urllib.request.urlopen(f"{served}/healthz", timeout=30) as answer:  # noqa: S310
                pytest.fail(f"never seen on {page.url}; {answer.read().decode()}")
        page.wait_for_timeout(1000)
        page.reload()


def reported(served: str, service: str, text: str, at: tuple[float, float]) -> list[dict[str, str]]:
    """Send a message as another program does; return what it was answered."""
    fields = {"api_key": "demo-key", "service_code": service, "description": text,
              "lat": str(at[0]), "long": str(at[1])}  # fmt: skip
    asked = urllib.request.Request(  # noqa: S310
        f"{served}/open311/v2/requests.json", data=urllib.parse.urlencode(fields).encode()
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
        assert answer.status in {200, 201}
        taken: list[dict[str, str]] = json.loads(answer.read())
        return taken


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, or Playwright's own where there is none.

    It ends with its module: while it lives, its event loop runs in the thread of the tests, and
    Django refuses the database to those that come after it.
    """
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        opened = started.new_context

        def patient(**options: Any) -> BrowserContext:
            # a worker between page and server hides requests from the tests that watch them
            context = opened(**{"service_workers": "block", **options})
            context.set_default_timeout(PATIENCE)
            context.on("request", lambda request: ASKED.append(request.url))
            return context

        started.new_context = patient  # type: ignore[method-assign]
        expect.set_options(timeout=PATIENCE)
        yield started
        started.close()


@pytest.fixture(autouse=True)
def _nothing_outside() -> Iterator[None]:
    """See that no page ever asks the world outside for anything."""
    ASKED.clear()
    yield
    ours = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:")
    assert not [address for address in ASKED if not address.startswith(ours)]
