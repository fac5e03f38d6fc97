"""No page of a list asks the database more often when it has more to show."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands
from otklik.flow.control import timers
from otklik.flow.control.commands import watch
from otklik.flow.problems import commands as problems
from otklik.ground.kit import memo
from otklik.ground.topics.queries import fact
from tests.cast import boris, clara, elena, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from otklik.flow.cases.models import Case

MOST = 20


def fill(number: int, kept: list[Case]) -> None:
    """Add so many cases: some extended, all warned of, each in a problem of its own."""
    now = timezone.now()
    topic = fact("roads-pothole")
    assert topic is not None
    while len(kept) < number:
        case = opened_case(now=now - timedelta(minutes=1))
        commands.start_case(case.number, by=boris(), now=now)
        case.refresh_from_db()
        assert case.due is not None
        until = case.due + timedelta(days=1)
        commands.extend_case(case.number, until=until, reason="Ждём", by=clara(), now=now)
        draft = problems.Draft(title="Ямы", topic=topic, territory=case.territory)
        problems.open_problem(draft, numbers=[case.number], by=elena(), now=now)
        kept.append(case)
    watch([case.number for case in kept])
    timers.run(now + timedelta(days=60))


def asked(client: Client, address: str) -> int:
    client.get(address)  # what is remembered for a while is asked once
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(found)


PAGES = {
    "/desk/?status=open": boris, "/desk/?status=open&order=new&urgent=0": boris,
    "/desk/problems/": elena, "/desk/reminders/": boris, "/desk/gaming/": clara,
    "/desk/gaming/extended/?organisation=adm-vologda-city": clara,
    "/cabinet/": None, "/messages/": None, "/problems/": None,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_fifty_rows_cost_as_many_questions_as_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "time", SimpleNamespace(monotonic=lambda: 0.0))  # nothing expires

    def client(address: str) -> Client:
        who = PAGES[address]
        return signed_in(who() if who else accounts.person(accounts.CITIZEN))

    kept: list[Case] = []
    fill(5, kept)
    few = {address: asked(client(address), address) for address in PAGES}
    fill(50, kept)
    many = {address: asked(client(address), address) for address in PAGES}
    assert many == few
    assert max(many.values()) <= MOST, many
