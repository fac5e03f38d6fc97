"""How soon does every open monitor know of a message, and what does one frame cost at 10,000?

    python bench/live.py monitors --streams 500 --rate 50 --seconds 30
    python bench/live.py frame --streams 10000

Without a word, both; `--quick` makes them small. Every measure is one line of JSON. It makes its
own PostgreSQL and servers on the loopback and leaves nothing behind. Delays are from the moment
`receive` has committed a message until the last monitor has a frame that knows of it. The cost of
a frame stands beside a bare asyncio program that writes the same bytes to as many sockets: both
are read by the same reader, and timed from its first line that got the frame to its last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from heatmap import execute, prepare, say  # noqa: E402  (beside this file)

AS_OF = re.compile(rb'"as_of":(\d+)')
AIM_P95_MS, AIM_RATIO, AIM_KB = 1000, 1.6, 15
TEXT = "На улице Мира у дома 12 большая яма, машины объезжают по встречной"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def many_files() -> None:
    """Let this process hold as many sockets as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident(process: subprocess.Popen[bytes]) -> int:
    import psutil  # noqa: PLC0415

    return int(psutil.Process(process.pid).memory_info().rss)


# ---------------------------------------------------------------- the reader: its own process


def read(port: int, streams: int) -> None:
    """Open so many streams; tell on every line what came: `[second, stream, as_of]`.

    A line `go` on the input ends it. Frames are found by their `as_of`, which stands first.
    """
    many_files()
    chosen = selectors.DefaultSelector()
    for number in range(streams):
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(b"GET /live/heatmap?levels=territory HTTP/1.1\r\nHost: bench\r\n\r\n")
        line.setblocking(False)
        chosen.register(line, selectors.EVENT_READ, number)
    chosen.register(sys.stdin, selectors.EVENT_READ, -1)
    heard: list[tuple[float, int, int]] = []
    begun: set[int] = set()
    while True:
        for key, _ in chosen.select():
            if key.data < 0:
                sys.stdout.write(json.dumps(heard) + "\n")
                sys.stdout.flush()
                return
            _hear(key, heard, begun)
            if len(begun) == streams:
                begun.add(-1)
                sys.stdout.write("ready\n")
                sys.stdout.flush()


def _hear(key: selectors.SelectorKey, heard: list[tuple[float, int, int]], begun: set[int]) -> None:
    data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
    now = time.monotonic()
    if not data:
        raise ConnectionError(f"stream {key.data} was closed")
    found = AS_OF.findall(data)
    if found:
        begun.add(key.data)
        heard.append((now, key.data, int(found[-1])))


class Reader:
    """The reader's process, from here."""

    def __init__(self, port: int, streams: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--read", str(port), "--streams", str(streams)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._output.readline() == b"ready\n", "every stream begins with a snapshot"

    @property
    def _output(self) -> IO[bytes]:
        assert self.process.stdout
        return self.process.stdout

    def end(self) -> list[tuple[float, int, int]]:
        """Return all that was heard."""
        found = self.process.communicate(b"go\n", timeout=60)[0]
        return [tuple(each) for each in json.loads(found)]


# ---------------------------------------------------------------- the two senders


def our_server(port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PORT": str(port), "OTKLIK_OWNER": "0"}
    command = [sys.executable, "-m", "config.cli", "live"]
    return _started(subprocess.Popen(command, env=environment, cwd=ROOT), port)


def bare_server(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "--bare", str(port)]
    return _started(subprocess.Popen(command, stdin=subprocess.PIPE), port)


def _started(process: subprocess.Popen[bytes], port: int) -> subprocess.Popen[bytes]:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.2)
        else:
            return process
    raise TimeoutError(port)


async def bare(port: int) -> None:
    """Send what comes on the input, a line of JSON text, to everybody who is connected."""
    many_files()
    writers: list[asyncio.StreamWriter] = []

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # a look whether we listen yet
            writer.close()
            return
        writer.write(b'HTTP/1.1 200 OK\r\n\r\ndata: {"as_of":1}\n\n')
        writers.append(writer)
        await reader.read()

    server = await asyncio.start_server(joined, "127.0.0.1", port, backlog=4096)
    loop = asyncio.get_running_loop()
    async with server:
        while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
            for writer in writers:
                writer.write(line)


# ---------------------------------------------------------------- the measures


def write_one(number: int) -> tuple[float, int]:
    """Receive one message; return when it was acknowledged, and its report."""
    from django.utils import timezone  # noqa: PLC0415

    from otklik.flow.intake.commands import receive  # noqa: PLC0415
    from otklik.flow.intake.rules import NewReport  # noqa: PLC0415

    new = NewReport(
        text=TEXT, channel="site", idempotency_key=uuid.uuid4().hex, place="pin",
        lat=59.2 + (number % 40) / 1000, lon=39.85 + (number % 37) / 1000, contact="none",
    )  # fmt: skip
    receipt = receive(new, now=timezone.now())
    return time.monotonic(), receipt.report_id


def write(rate: float, seconds: float) -> list[tuple[float, int]]:
    """Write at a rate, from four threads."""
    count, began = int(rate * seconds), time.monotonic()
    found: list[tuple[float, int]] = []
    lock, numbers = threading.Lock(), iter(range(count))

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            found.append(write_one(number))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    return found


def positions() -> dict[int, int]:
    """Return where each report's receipt stands in the journal."""
    return dict(
        execute(
            "SELECT (data->>'report')::bigint, position FROM journal_entry"
            " WHERE kind = 'report.received'"
        )
    )


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def monitors(streams: int, rate: float, seconds: float) -> None:
    port = free_port()
    server = our_server(port)
    try:
        reader = Reader(port, streams)
        began = time.monotonic()
        acknowledged = write(rate, seconds)
        took = time.monotonic() - began
        time.sleep(3)
        heard = reader.end()
    finally:
        server.terminate()
        server.wait(20)
    where = positions()
    delays, last = _delays(acknowledged, heard, where, streams)
    one = statistics.median(delays)
    say(
        measure="monitors", streams=streams, messages=len(acknowledged),
        messages_a_second=round(len(acknowledged) / took, 1), frames=len(heard) // streams,
        any_p50_ms=round(one * 1000), any_p95_ms=round(share(delays, 0.95) * 1000),
        every_p50_ms=round(statistics.median(last) * 1000),
        every_p95_ms=round(share(last, 0.95) * 1000), every_max_ms=round(max(last) * 1000),
        aim_met=share(last, 0.95) * 1000 < AIM_P95_MS,
    )  # fmt: skip


def _delays(
    acknowledged: list[tuple[float, int]], heard: list[tuple[float, int, int]],
    where: dict[int, int], streams: int,
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Return each message's delay at each stream, and at the slowest of them."""
    by_stream: dict[int, list[tuple[float, int]]] = {n: [] for n in range(streams)}
    for at, stream, position in heard:
        by_stream[stream].append((at, position))
    found: list[float] = []
    last: list[float] = []
    messages = sorted((where[report], at) for at, report in acknowledged)
    worst = dict.fromkeys((position for position, _ in messages), 0.0)
    for frames in by_stream.values():
        n = 0
        for position, at in messages:
            while n < len(frames) and frames[n][1] < position:
                n += 1
            assert n < len(frames), "a monitor never heard of a message"
            found.append(frames[n][0] - at)
            worst[position] = max(worst[position], frames[n][0] - at)
    last = list(worst.values())
    return found, last


def frame(streams: int, rounds: int) -> None:
    """Send one frame to all, ours and bare in turn."""
    ports = free_port(), free_port()
    ours = our_server(ports[0])
    plain = bare_server(ports[1])
    try:
        empty = [resident(each) for each in (ours, plain)]
        readers = [Reader(port, streams) for port in ports]
        full = [resident(each) for each in (ours, plain)]
        assert plain.stdin
        marks: list[list[float]] = [[], []]
        for n in range(rounds):
            marks[0].append(time.monotonic())
            write_one(n)
            time.sleep(4)
            body = {"as_of": 10 + n, "filler": "x" * 700}
            marks[1].append(time.monotonic())
            plain.stdin.write(f"data: {json.dumps(body, separators=(',', ':'))}\n".encode())
            plain.stdin.flush()
            time.sleep(3)
        spans = [
            _spans(reader.end(), at, streams) for reader, at in zip(readers, marks, strict=True)
        ]
    finally:
        for each in (ours, plain):
            each.terminate()
            each.wait(20)
    mine, theirs = (statistics.median(each) * 1000 for each in spans)
    kb = [(after - before) / streams / 1000 for before, after in zip(empty, full, strict=True)]
    say(
        measure="frame", streams=streams, rounds=rounds, ours_ms=round(mine),
        bare_asyncio_ms=round(theirs), ratio=round(mine / theirs, 2),
        kb_a_stream=round(kb[0], 1), bare_kb_a_stream=round(kb[1], 1),
        aim_met=mine / theirs <= AIM_RATIO and kb[0] <= AIM_KB,
    )  # fmt: skip


def _spans(heard: list[tuple[float, int, int]], marks: list[float], streams: int) -> list[float]:
    """Return, for the first frame after each mark, the time from its first reader to its last."""
    found = []
    for n, mark in enumerate(marks):
        until = marks[n + 1] if n + 1 < len(marks) else float("inf")
        first: dict[int, float] = {}
        for at, stream, _ in heard:
            if mark < at < until:
                first.setdefault(stream, at)
        assert len(first) == streams, f"{len(first)} of {streams} got the frame"
        found.append(max(first.values()) - min(first.values()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="?", choices=["monitors", "frame"])
    parser.add_argument("--streams", type=int, default=0)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a tenth of it, to try")
    parser.add_argument("--read", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read, options.streams)
    elif options.bare:
        asyncio.run(bare(options.bare))
    else:
        measure(options)


def measure(options: Any) -> None:
    """Measure what was asked for, in a region of its own."""
    small = 10 if options.quick else 1
    many_files()
    folder = Path(tempfile.mkdtemp(prefix="live-bench-"))
    try:
        prepare(folder)
        if options.what != "frame":
            monitors(options.streams or 500 // small, options.rate, options.seconds / small)
        if options.what != "monitors":
            frame(options.streams or 10_000 // small, options.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
