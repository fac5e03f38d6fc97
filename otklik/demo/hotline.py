"""The demo's telephone: one system, one inner number, two people who wait to be called back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from otklik.demo import accounts
from otklik.flow.calls.commands import Promise, plan_callback
from otklik.flow.calls.models import Extension, Line

if TYPE_CHECKING:
    from datetime import datetime

TOKEN, SECRET, EXTENSION = "demo-line", "demo-secret", "101"
CALLBACKS = (
    ("+79005550142", "Мария Петровна", "Узнать в управляющей компании, когда дадут тепло", 40),
    ("+79005550177", "Игорь", "Сказать номер маршрута, который спрашивал", 150),
)


def connect(now: datetime) -> None:
    """Give the operator a telephone and something to do; nothing twice."""
    operator = accounts.official(accounts.OPERATOR)
    Line.objects.get_or_create(
        token=TOKEN,
        defaults={"region": operator.region, "title": "АТС показа", "secret": SECRET},
    )
    _, fresh = Extension.objects.get_or_create(
        region=operator.region, number=EXTENSION, defaults={"official": operator}
    )
    for phone, name, reason, minutes in CALLBACKS if fresh else ():
        promise = Promise(now + timedelta(minutes=minutes), reason)
        plan_callback(phone, promise, name=name, by=operator, now=now)
