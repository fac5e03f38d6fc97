"""The bare application, spoken to as a server speaks to it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import time_machine
from django.utils import timezone

from otklik.demo import accounts
from otklik.ground.accounts.models import Official
from otklik.ground.kit.signing import sign
from otklik.readers.live.asgi import application, hub
from otklik.readers.live.queries import SALT, listener, token

if TYPE_CHECKING:
    from collections.abc import Callable


class Line:
    """One connection: what the application said on it, and a way to hang up."""

    def __init__(self, query: str = "", path: str = "/live/heatmap", method: str = "GET") -> None:
        self.scope = {
            "type": "http", "method": method, "path": path, "headers": [],
            "query_string": query.encode(),
        }  # fmt: skip
        self.said: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self.news = asyncio.Condition()
        self.task = asyncio.ensure_future(application(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        async with self.news:
            self.said.append(message)
            self.news.notify_all()

    async def status(self) -> int:
        await self._until(lambda: bool(self.said))
        return int(self.said[0]["status"])

    async def heard(self, what: bytes) -> bytes:
        await self._until(lambda: what in self.text)
        return self.text

    @property
    def text(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.said)

    async def _until(self, true: Callable[[], bool]) -> None:
        async with self.news:
            await self.news.wait_for(true)

    async def hang_up(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


async def ended() -> None:
    await hub().stop()


def test_it_answers_one_address_only() -> None:
    async def talk() -> list[int]:
        lines = [Line(path="/live/other"), Line(method="POST"), Line("levels=9")]
        return [await asyncio.wait_for(line.status(), 20) for line in lines]

    assert asyncio.run(talk()) == [404, 405, 400]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("world")
def test_a_token_that_opens_nothing_is_refused() -> None:
    async def talk() -> list[int]:
        given = ["forged", sign("citizen", SALT), sign("0", SALT)]
        lines = [Line(f"token={quote(each)}") for each in given]
        return [await asyncio.wait_for(line.status(), 60) for line in lines]

    assert asyncio.run(talk()) == [403, 403, 403]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("world")
def test_a_stream_begins_with_everything_and_who_was_dismissed_hears_no_more() -> None:
    leader = accounts.official(accounts.LEADER)
    given = token(leader)

    async def talk() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        full, public = Line(f"token={quote(given)}"), Line()
        for line in (full, public):
            text = await asyncio.wait_for(line.heard(b"event: snapshot"), 60)
            assert b"retry: " in text
        await hub().let_go_dismissed()
        assert not full.task.done()
        dismissed = Official.objects.filter(pk=leader.pk)
        await loop.run_in_executor(None, lambda: dismissed.update(active=False))
        await hub().let_go_dismissed()
        await asyncio.wait([full.task], timeout=10)
        found = full.task.done(), public.task.done()
        await public.hang_up()
        await hub().stop()
        return found

    assert asyncio.run(talk()) == (True, False)


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_a_token_lasts_for_thirty_days() -> None:
    given = token(accounts.official(accounts.LEADER))
    assert listener(given) is not None
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert listener(given) is None
