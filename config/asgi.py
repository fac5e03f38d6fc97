"""One port for all: live streams in a bare ASGI application, the rest is Django over threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware

from config.wsgi import application as pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]

from otklik.readers.live.asgi import application as live

django = WSGIMiddleware(cast("Any", pages), workers=16)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Give `/live/` to the streams, the process's life to them too, all else to Django."""
    if scope["type"] == "lifespan" or str(scope.get("path", "")).startswith("/live/"):
        await live(scope, receive, send)
    else:
        await django(cast("Any", scope), cast("Any", receive), cast("Any", send))
