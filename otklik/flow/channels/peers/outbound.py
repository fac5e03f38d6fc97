"""What is said to another Open311 server and read from it, through the guarded client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otklik.flow.channels.base import Outcome
from otklik.flow.channels.peers import rules
from otklik.ground.kit import http

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from otklik.flow.channels.peers.models import Peer

SECONDS = 15.0
LONGEST = 4 * 2**20
CLOSED_TO_US = frozenset({401, 403})
"""The key is wrong: the door is shut, whatever is brought."""
NO_SUCH_DOOR = frozenset({400, 403, 404, 405, 501})
"""How a server says that it tells no news, or that a receipt has no number yet."""


@dataclass(frozen=True)
class Answer:
    """What came of a try to hand a case over; `sure` is false where it may have been taken."""

    outcome: Outcome
    number: str = ""
    token: str = ""
    note: str = ""
    shut: bool = False
    sure: bool = True


class DeafError(http.HTTPError):
    """The other side answered, but not as GeoReport wants."""


def hand_over(peer: Peer, body: Mapping[str, str], key: str) -> Answer:
    """Post a request once; what the network does is an answer, never an exception."""
    said = {**_who(peer), **body, "client_request_id": key}
    headers = {"Idempotency-Key": key, "Accept": "application/json"}
    try:
        reply = http.post(f"{_root(peer)}/requests.json", data=said, headers=headers,
                          seconds=SECONDS)  # fmt: skip
    except http.HTTPError as error:
        return Answer(Outcome.RETRY, note=http.told(error), shut=True, sure=http.unsent(error))
    if reply.later:
        busy = reply.status in http.LATER
        return Answer(Outcome.RETRY, note=f"HTTP {reply.status}", shut=True, sure=busy)
    if reply.status in CLOSED_TO_US:
        return Answer(Outcome.RETRY, note=f"HTTP {reply.status}: ключ не подходит", shut=True)
    if not reply.ok:
        return Answer(Outcome.REFUSED, note=f"HTTP {reply.status} {_complaint(reply)}".strip())
    return _taken(reply)


def _taken(reply: http.Reply) -> Answer:
    content = _read(reply)
    first = content[0] if isinstance(content, list) and content else None
    if isinstance(first, dict):
        number, token = (
            str(first.get(name) or "")[:80] for name in ("service_request_id", "token")
        )
        if number or token:
            return Answer(Outcome.DELIVERED, number, token)
    return Answer(Outcome.RETRY, note="ответ без номера", sure=False)


def number_by(peer: Peer, token: str) -> str:
    """Ask which number a receipt became; nothing while it has none. HTTPError if nobody answers."""
    rows = _ask(peer, f"tokens/{token}.json", {})
    found = [each.get("service_request_id") for each in rows if isinstance(each, dict)]
    return str(found[0] or "")[:80] if found else ""


def states(peer: Peer, numbers: Sequence[str], after: datetime | None) -> dict[str, rules.State]:
    """Ask how these requests stand, or those of them that changed; HTTPError if nobody answers."""
    asked = {"service_request_id": ",".join(numbers), "page_size": str(len(numbers))}
    if after is not None:
        asked["updated_after"] = rules.moment_of(after)
    return rules.states_in(_ask(peer, "requests.json", asked))


def updates(
    peer: Peer, numbers: Sequence[str], since: datetime, until: datetime
) -> dict[str, list[rules.Update]]:
    """Ask for news of these requests; none of a server that does not speak of news."""
    asked = {
        "service_request_id": ",".join(numbers), "start_date": rules.moment_of(since),
        "end_date": rules.moment_of(until),
    }  # fmt: skip
    return rules.updates_in(_ask(peer, "servicerequestupdates.json", asked))


def _ask(peer: Peer, path: str, asked: Mapping[str, str]) -> list[Any]:
    reply = http.ask(
        "GET", f"{_root(peer)}/{path}", params={**_who(peer), **asked}, seconds=SECONDS,
        longest=LONGEST,
    )  # fmt: skip
    if reply.status in NO_SUCH_DOOR and path != "requests.json":
        return []
    content = _read(reply) if reply.ok else None
    if not isinstance(content, list):
        raise DeafError(f"HTTP {reply.status}")
    return content


def _read(reply: http.Reply) -> Any:
    try:
        return json.loads(reply.content)
    except ValueError:
        return None


def _complaint(reply: http.Reply) -> str:
    rows = _read(reply)
    said = [each.get("description") for each in rows if isinstance(each, dict)] if isinstance(
        rows, list
    ) else []  # fmt: skip
    return rules.plain("; ".join(str(each) for each in said if each))[:250]


def _who(peer: Peer) -> dict[str, str]:
    named = {"api_key": peer.key, "jurisdiction_id": peer.jurisdiction}
    return {name: value for name, value in named.items() if value}


def _root(peer: Peer) -> str:
    return peer.url.rstrip("/")
