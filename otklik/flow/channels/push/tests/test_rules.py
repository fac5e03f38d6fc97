"""What is a browser's subscription, and by what its device is called."""

from __future__ import annotations

import base64

import pytest

from otklik.flow.channels.push.rules import Notice, device_name, subscription

POINT = base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode().rstrip("=")
SECRET = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
GOOD = {"endpoint": "https://push.example/x", "keys": {"p256dh": POINT, "auth": SECRET}}


def test_it_reads_what_a_browser_tells() -> None:
    found = subscription({**GOOD, "expirationTime": None})
    assert found
    assert (found.endpoint, found.p256dh, found.auth) == ("https://push.example/x", POINT, SECRET)


@pytest.mark.parametrize(
    "told",
    [
        None, [], {}, {"endpoint": "https://push.example/x"}, {**GOOD, "endpoint": "file:///etc"},
        {**GOOD, "endpoint": "https://push.example/" + "x" * 1000}, {**GOOD, "endpoint": 5},
        {**GOOD, "keys": {"p256dh": POINT[:-4], "auth": SECRET}},
        {**GOOD, "keys": {"p256dh": POINT, "auth": "коротко"}},
    ],
)  # fmt: skip
def test_it_takes_nothing_else(told: object) -> None:
    assert subscription(told) is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126 YaBrowser/24", "Яндекс Браузер, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Safari/604", "Safari, iPhone"),
        ("", ""),
    ],
)
def test_a_device_is_called_as_its_owner_calls_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_a_notice_holds_five_things_and_no_more() -> None:
    assert set(Notice("", "", "", "", 0).__dict__) == {"title", "body", "page", "tag", "unread"}
