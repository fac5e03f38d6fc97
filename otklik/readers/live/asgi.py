"""The bare application of live streams: one look at the map a tick, the same bytes to everybody.

An ASGI view of Django would hold a thread for each open stream; this holds a coroutine.
"""

from __future__ import annotations

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from otklik.journal import reading
from otklik.readers.live.queries import listener as listener_of
from otklik.readers.live.stream import Channel, event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Scope = dict[str, Any]
    Call = Callable[..., Awaitable[Any]]

logger = logging.getLogger(__name__)
TICK, LOOK_ANYWAY, HEARTBEAT = 0.25, 15.0, 20.0
ASK_ANEW = 30.0
"""Seconds after which a listener's right is asked again: who was dismissed hears no more."""
PATIENCE, SLOW = 3, 5.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Hub:
    """The one tail of this process and all who listen."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.channels = {True: Channel(public=True), False: Channel(public=False)}
        self.listeners: dict[bool, set[Listener]] = {True: set(), False: set()}
        self.task: asyncio.Task[None] | None = None
        self.ready: asyncio.Event | None = None
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self.head = -1
        self.waited = LOOK_ANYWAY

    async def start(self) -> None:
        """Start the tail with the first listener; wait until the map was seen."""
        if self.task is None or self.task.done():
            self.ready = asyncio.Event()
            # its own context: one made in a request would live in that request's
            loop = asyncio.get_running_loop()
            self.task = loop.create_task(self._run(self.ready), context=Context())
        assert self.ready is not None
        await self.ready.wait()

    async def stop(self) -> None:
        """Let the tail go."""
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

    async def _run(self, ready: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while True:
            frames = await loop.run_in_executor(self.thread, self._look)
            ready.set()
            for public, frame in frames.items():
                for listener in list(self.listeners[public]):
                    listener.push(frame)
            await asyncio.sleep(TICK)

    def _look(self) -> dict[bool, bytes]:
        """Look at the journal's head, and at the map if something came or time has passed."""
        try:
            head = reading.head()
            moved = head != self.head
            self.waited += TICK
            if not moved and self.waited < LOOK_ANYWAY:
                return {}
            self.head, self.waited = head, LOOK_ANYWAY - 1 if moved else 0.0
            now = timezone.now()
            looked = {public: channel.look(now) for public, channel in self.channels.items()}
            return {public: frame for public, frame in looked.items() if frame}
        except Exception:
            logger.exception("the live map could not be looked at; trying again")
            connection.close()
            close_old_connections()
            return {}


class Listener:
    """One open stream; frames that came while it was sending wait as one piece."""

    def __init__(self) -> None:
        """Begin with nothing to send."""
        self.waiting: list[bytes] = []
        self.wake = asyncio.Event()

    def push(self, frame: bytes) -> None:
        """Leave a frame to be sent; the same bytes for everybody."""
        self.waiting.append(frame)
        self.wake.set()

    def take(self) -> bytes:
        """Take all that waits."""
        self.wake.clear()
        found, self.waiting = self.waiting, []
        return b"".join(found)


hub = Hub()


async def application(scope: Scope, receive: Call, send: Call) -> None:
    """Answer `/live/heatmap`; the process's life belongs here too."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] != "http" or scope["path"] != "/live/heatmap":
        await _plain(send, 404, b"not found")
    else:
        await _stream(scope, receive, send)


async def _lifespan(receive: Call, send: Call) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _plain(send: Call, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _stream(scope: Scope, receive: Call, send: Call) -> None:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    given = query.get("token", [""])[0]
    if given and not await _allowed(given):
        await _plain(send, 403, b"the token is not valid")
        return
    public = not given
    await hub.start()
    listener = Listener()
    first = await _first(public, _after(scope, query))
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    retry = f"retry: {random.randint(2000, 8000)}\n\n".encode()
    hub.listeners[public].add(listener)
    try:
        await _send(send, retry + first)
        await _pump(listener, receive, send, given)
    finally:
        hub.listeners[public].discard(listener)


def _after(scope: Scope, query: dict[str, list[str]]) -> int | None:
    headers = dict(scope["headers"])
    text = headers.get(b"last-event-id", b"").decode("latin-1") or query.get("after", [""])[0]
    return int(text) if text.isdigit() else None


async def _first(public: bool, after: int | None) -> bytes:
    """Return what a new listener gets first: what they missed, or all."""
    channel = hub.channels[public]
    if after is None:
        return channel.snapshot
    for _ in range(PATIENCE):
        missed = channel.missed(after)
        if missed is not None:
            return missed
        if channel.picture is not None and after < channel.since:
            break
        await asyncio.sleep(TICK)  # a page may be fresher than the tail by one look
    position = channel.picture.position if channel.picture else 0
    return event("reset", {"as_of": position}) + channel.snapshot


async def _allowed(token: str) -> bool:
    """Tell whether a token's official may still hear all; no when the database cannot be asked."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(hub.thread, listener_of, token) is not None
    except DatabaseError:
        logger.exception("a listener's right could not be asked")
        return False


async def _pump(listener: Listener, receive: Call, send: Call, token: str) -> None:
    gone = asyncio.ensure_future(_until_gone(receive))
    clock = asyncio.get_running_loop().time
    asked = clock()
    try:
        while not gone.done():
            if token and clock() - asked > ASK_ANEW:
                if not await _allowed(token):
                    break
                asked = clock()
            try:
                await asyncio.wait_for(listener.wake.wait(), HEARTBEAT)
            except TimeoutError:
                await _send(send, b": still here\n\n")
            else:
                await _send(send, listener.take())
    except asyncio.CancelledError:
        logger.info("the process ends, and the stream with it")
    except (TimeoutError, OSError):
        logger.info("a listener was too slow and was let go")
    finally:
        gone.cancel()


async def _until_gone(receive: Call) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Call, body: bytes) -> None:
    message = {"type": "http.response.body", "body": body, "more_body": True}
    await asyncio.wait_for(send(message), SLOW)
