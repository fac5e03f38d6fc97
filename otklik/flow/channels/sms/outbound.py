"""Two ways to send: a network operator's gateway by HTTP, or the console where there is none."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.conf import settings

from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.sms.rules import filled
from otklik.ground.kit import http
from otklik.ground.kit.text import mask_phone

if TYPE_CHECKING:
    from otklik.flow.channels.base import Outbound

logger = logging.getLogger(__name__)


class Console:
    """Sends nothing: tells the log that it would. The text itself is on the demo's page."""

    def send(self, text: str, address: str) -> Sent:
        """Say that a message would go."""
        logger.info("sms to %s, %s characters", mask_phone(address), len(text))
        return Sent(Outcome.DELIVERED, note="показ: никуда не отправлено")


class Gateway:
    """Posts to a gateway; which fields it wants is the installation's setting.

    `body` is JSON, or a form such as `to={phone}&message={text}`; {phone} and {text} are filled in.
    """

    def __init__(self, url: str, body: str, headers: dict[str, str]) -> None:
        """Take the gateway's address, the template of what it wants, and its keys."""
        self.url, self.body, self.headers = url, body, headers

    def send(self, text: str, address: str) -> Sent:
        """Post one message; what the network does is an outcome, never an exception."""
        try:
            reply = http.post(self.url, headers=self.headers, **self._content(text, address))
        except http.HTTPError as error:
            return Sent(Outcome.RETRY, note=http.told(error), shut=True)
        if reply.ok:
            return Sent(Outcome.DELIVERED, reference=_reference(reply))
        outcome = Outcome.RETRY if reply.later else Outcome.REFUSED
        return Sent(outcome, note=f"HTTP {reply.status}", shut=reply.later)

    def _content(self, text: str, phone: str) -> dict[str, Any]:
        values = {"text": text, "phone": phone}
        try:
            return {"json": _filled(json.loads(self.body), values)}
        except json.JSONDecodeError:
            pairs = parse_qsl(self.body, keep_blank_values=True)
            return {"data": {name: filled(value, **values) for name, value in pairs}}


def _filled(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, str):
        return filled(template, **values)
    if isinstance(template, list):
        return [_filled(each, values) for each in template]
    if isinstance(template, dict):
        return {name: _filled(each, values) for name, each in template.items()}
    return template


def _reference(reply: http.Reply) -> str:
    try:
        said = json.loads(reply.content)
    except ValueError:
        return ""
    return str(said.get("id", ""))[:80] if isinstance(said, dict) else ""


def sender() -> Outbound:
    """Return the way that the installation's settings name."""
    if not settings.SMS_GATEWAY_URL:
        return Console()
    return Gateway(
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_BODY, settings.SMS_GATEWAY_HEADERS
    )
