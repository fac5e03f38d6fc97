"""The bare application of live streams: the same bytes to everybody, a coroutine a listener.

An ASGI view of Django would hold a thread for each open stream, for hours.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from contextlib import suppress
from contextvars import Context
from types import coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from django.db import DatabaseError, connection

from otklik.readers.live.queries import listener as listener_of
from otklik.readers.live.stream import Channel
from otklik.readers.live.tail import POLL, Tail
from otklik.readers.live.topics import Asked, RefusedError, Topic, asked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator

    from otklik.readers.live.stream import Change, Picture

    Scope = dict[str, Any]
    Call = Callable[..., Awaitable[Any]]
    Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]

logger = logging.getLogger(__name__)

HEARTBEAT = 20.0
"""Routers at home cut a silent line after about a minute."""
SLOW = 30.0
"""A listener who reads nothing for so long is let go."""
PATIENCE = 3
"""Looks to wait for when a page is fresher than the tail."""
READY = 20.0
TOGETHER = 200
"""Sends in a row before others get a turn."""
FILTERED = 24
"""Maps under filters that one process draws at a time."""
ASK_ANEW = 30.0
"""Seconds after which a listener's right is asked again: who was dismissed hears no more."""
LINGER = 60.0
"""A map under filters is drawn for so long after the last listener went: they may come back."""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
ALIVE = b"event: alive\ndata: {}\n\n"


def _body(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}


class Listener:
    """One open stream. It has no queue: who lags is told later, in one piece, what they missed."""

    __slots__ = ("channel", "levels", "owner", "send", "sent_at", "serial", "task", "token")

    def __init__(
        self, send: Send, channel: Channel, wanted: Asked, owner: asyncio.Task[Any] | None
    ) -> None:
        """Begin at the channel's present state."""
        self.send, self.channel, self.owner = send, channel, owner
        self.levels, self.token = wanted.levels, wanted.token
        self.serial = channel.serial
        self.sent_at = time.monotonic()
        self.task: asyncio.Task[None] | None = None

    def push(self, message: dict[str, Any], serial: int) -> None:
        """Send without waiting. If the line is full, leave the rest to a task of its own."""
        if self.task is not None:
            return
        self.sent_at = time.monotonic()
        sending = self.send(message)
        try:
            waited_for = sending.send(None)
        except StopIteration:
            self.serial = serial
        except Exception:  # noqa: BLE001  (whatever the server says, this line is dead)
            self.leave()
        else:
            rest = self._drain(_rest(sending, waited_for), serial)
            # its own context: one made in a request would live in that request's
            self.task = asyncio.get_running_loop().create_task(rest, context=Context())

    async def _drain(self, rest: Awaitable[None], serial: int) -> None:
        try:
            async with asyncio.timeout(SLOW):
                await rest
            self.serial = serial
            while self.serial < self.channel.serial:
                serial = self.channel.serial
                data = self.channel.missed_since(self.serial, self.levels)
                async with asyncio.timeout(SLOW):
                    await self.send(_body(data or ALIVE))
                self.serial = serial
        except Exception:  # noqa: BLE001  (too slow, or gone: the stream ends either way)
            logger.info("a listener was too slow and was let go")
            self.leave()
        finally:
            self.task = None

    def leave(self) -> None:
        """End the stream."""
        if self.owner is not None:
            self.owner.cancel()


@coroutine
def _rest(sending: Coroutine[Any, Any, None], waited_for: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that was started by hand and waits for something."""
    while True:
        try:
            yield waited_for
        except BaseException:
            sending.close()
            raise
        try:
            waited_for = sending.send(None)
        except StopIteration:
            return


class Hub:
    """All who listen in this process, and the tail that tells them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with nobody."""
        self.loop = loop
        self.tail = Tail(self._delivered)
        self.channels: dict[Topic, Channel] = {}
        self.listeners: dict[Topic, set[Listener]] = {}
        self.ready: dict[Topic, asyncio.Event] = {}
        self.empty_since: dict[Topic, float] = {}
        self.news: asyncio.Queue[tuple[Topic, Change | None]] = asyncio.Queue()
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the tail and the tasks once; nothing is awaited between the test and the start."""
        if not self.tasks:
            self.tasks = [
                self.loop.create_task(work, context=Context())
                for work in (self._tell(), self._keep(), self._ask_anew())
            ]
        self.tail.start()

    async def stop(self) -> None:
        """Let everything go."""
        await self.loop.run_in_executor(None, self.tail.stop)
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.tasks = []

    async def channel(self, topic: Topic) -> Channel:
        """Return the channel of a topic, drawn at least once."""
        if topic not in self.channels:
            others = sum(not known.everybodys for known in self.channels)
            if not topic.everybodys and others >= FILTERED:
                raise RefusedError(503, "too many different maps are being watched")
            self.channels[topic] = Channel()
            self.listeners[topic] = set()
            self.ready[topic] = asyncio.Event()
        self.empty_since.pop(topic, None)
        self.start()
        self.tail.watch(frozenset(self.channels))
        try:
            async with asyncio.timeout(READY):
                await self.ready[topic].wait()
        except TimeoutError:
            raise RefusedError(503, "the map cannot be drawn now") from None
        return self.channels[topic]

    def _delivered(self, topic: Topic, new: Picture, change: Change | None) -> None:
        """In the tail's thread: hand what it drew to the loop."""
        with suppress(RuntimeError):  # the loop has ended; so will the tail
            self.loop.call_soon_threadsafe(self._take, topic, new, change)

    def _take(self, topic: Topic, new: Picture, change: Change | None) -> None:
        channel = self.channels.get(topic)
        if channel is None:
            return
        before = channel.serial
        channel.take(new, change)
        self.ready[topic].set()
        if channel.serial != before:
            self.news.put_nowait((topic, change))

    async def _tell(self) -> None:
        """Send each change to everybody, in order, giving others a turn now and then."""
        while True:
            topic, change = await self.news.get()
            channel = self.channels.get(topic)
            if channel is None:
                continue
            serial = channel.serial  # several that wait are told as they stand
            try:
                await self._send_all(channel, topic, change, serial)
            except Exception:
                logger.exception("a frame could not be sent")

    async def _send_all(
        self, channel: Channel, topic: Topic, change: Change | None, serial: int
    ) -> None:
        built: dict[tuple[tuple[str, ...], int], dict[str, Any]] = {}
        for number, listener in enumerate(list(self.listeners.get(topic, ()))):
            if number % TOGETHER == TOGETHER - 1:
                await asyncio.sleep(0)
            if listener.serial >= serial:
                continue
            key = (listener.levels, listener.serial)
            if key not in built:
                built[key] = _body(self._news_for(channel, change, *key, serial))
            if built[key]["body"]:
                listener.push(built[key], serial)
            else:
                listener.serial = serial

    @staticmethod
    def _news_for(
        channel: Channel, change: Change | None, levels: tuple[str, ...], known: int, serial: int
    ) -> bytes:
        if change is not None and known == serial - 1:
            return channel.frame(change, levels)
        return channel.missed_since(known, levels)

    async def _keep(self) -> None:
        """Keep silent lines alive, and let go of maps that nobody watches."""
        while True:
            await asyncio.sleep(HEARTBEAT / 4)
            now = time.monotonic()
            alive = _body(ALIVE)
            for listeners in list(self.listeners.values()):
                for number, listener in enumerate(list(listeners)):
                    if number % TOGETHER == TOGETHER - 1:
                        await asyncio.sleep(0)
                    if now - listener.sent_at >= HEARTBEAT * 3 / 4:
                        listener.push(alive, listener.serial)
            self._let_go(now)

    async def _ask_anew(self) -> None:
        """Let go of those whose right has ended. While the database is down there is no news."""
        while True:
            await asyncio.sleep(ASK_ANEW)
            with suppress(DatabaseError):
                await self.let_go_dismissed()

    async def let_go_dismissed(self) -> None:
        """Ask once for each token that is in use; leave those that open nothing any more."""
        listening = [each for known in self.listeners.values() for each in known if each.token]
        for token in {each.token for each in listening}:
            if not await permitted(token):
                for each in listening:
                    if each.token == token:
                        each.leave()

    def _let_go(self, now: float) -> None:
        for topic, listeners in list(self.listeners.items()):
            if listeners:
                continue
            if now - self.empty_since.setdefault(topic, now) > LINGER:
                for known in (self.channels, self.listeners, self.ready, self.empty_since):
                    known.pop(topic, None)
        self.tail.watch(frozenset(self.channels))

    async def wait_for(self, wanted: Asked) -> Channel:
        """Return the channel asked for, once it knows as much as the page that asks."""
        channel = await self.channel(wanted.topic)
        for _ in range(PATIENCE):
            known = channel.picture.position if channel.picture else 0
            if (wanted.after or 0) <= known:
                break
            await asyncio.sleep(POLL)  # a page may be fresher than the tail by one look
        return channel

    def join(self, channel: Channel, wanted: Asked, listener: Listener) -> None:
        """Send what comes first and register for what comes next; seamless, for it never waits."""
        self.listeners.setdefault(wanted.topic, set()).add(listener)
        if wanted.after is None:
            first = channel.snapshot(wanted.levels)
        elif channel.holds(wanted.after):
            first = channel.missed(wanted.after, wanted.levels)
        else:
            first = channel.reset(wanted.levels)
        retry = f"retry: {random.randint(2000, 8000)}\n\n".encode()
        listener.push(_body(retry + first), listener.serial)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(loop)
    return _hubs[loop]


async def application(scope: Scope, receive: Call, send: Send) -> None:
    """Answer `/live/heatmap`; the process's life belongs here too."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] != "http" or scope["path"] != "/live/heatmap":
        await _plain(send, 404, "not found")
    elif scope["method"] != "GET":
        await _plain(send, 405, "only GET")
    else:
        await _stream(scope, receive, send)


async def _lifespan(receive: Call, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub().start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub().stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _plain(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 503:  # noqa: PLR2004
        headers.append((b"retry-after", b"10"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})


async def permitted(token: str) -> bool:
    """Tell whether a token's official may hear all."""
    return await asyncio.get_running_loop().run_in_executor(None, _known, token)


def _known(token: str) -> bool:
    try:
        return listener_of(token) is not None
    finally:
        connection.close()


async def _admit(wanted: Asked) -> None:
    """Refuse who asks for the officials' variant without a right to it."""
    try:
        if wanted.token and not await permitted(wanted.token):
            raise RefusedError(403, "the token is not valid")
    except DatabaseError:
        raise RefusedError(503, "the token cannot be examined now") from None


async def _stream(scope: Scope, receive: Call, send: Send) -> None:
    headers = dict(scope["headers"])
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    place = hub()
    try:
        wanted = asked(query, headers.get(b"last-event-id", b"").decode("latin-1").strip())
        await _admit(wanted)
        channel = await place.wait_for(wanted)
    except RefusedError as refused:
        await _plain(send, refused.status, refused.reason)
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    listener = Listener(send, channel, wanted, asyncio.current_task())
    try:
        place.join(channel, wanted, listener)
        while (await receive())["type"] != "http.disconnect":
            pass
    except asyncio.CancelledError:
        logger.info("a stream was ended")
    finally:
        place.listeners.get(wanted.topic, set()).discard(listener)
        if listener.task is not None:
            listener.task.cancel()
