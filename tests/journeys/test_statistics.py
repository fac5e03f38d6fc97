"""Every number on every page of statistics opens a list that is as long as the number says."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from otklik.faces.desk.statistics import WAYS
from otklik.flow.cases import commands as cases
from otklik.flow.cases.events import CaseRegistered, CaseRejected
from otklik.flow.intake.events import ReportReceived
from otklik.flow.rating.commands import rate_answer
from otklik.ground.organisations.queries import organisations
from otklik.journal.following import catch_up
from otklik.readers.statistics import queries
from otklik.readers.statistics.models import StatRow
from otklik.readers.statistics.rules import BY_CODE
from otklik.readers.statistics.tests.build import base, live, tell
from tests.cast import NOW, boris, bound, clara, denis, opened_case, signed_in, vera

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWER = "Яму заделали 25 ноября, работал подрядчик города, летом обновим всю улицу"
PAGES = (
    *(f"/desk/statistics/?by={way}" for way, _ in WAYS),
    "/desk/statistics/?territory=vologda-city&amp;topic=roads&amp;by=organisation",
    "/desk/ratings/?kind=bodies",
    "/desk/ratings/?kind=municipalities&amp;order=to_answer",
)


def numbers(page: str) -> dict[str, int]:
    """Return the addresses of lists with the numbers that lead to them."""
    found = re.findall(r'href="([^"]+)" data-count="(\d+)">([^<]+)<', page)
    assert found
    for _, count, text in found:
        assert int(count) == int(text.replace("\u00a0", ""))
    return {html.unescape(address): int(count) for address, count, _ in found}


def listed(client: Client, address: str) -> int:
    page = client.get(address)
    assert page.status_code == 200, address
    found = re.search(r'data-found="(\d+)"', page.content.decode())
    assert found is not None
    return int(found[1])


def test_every_number_equals_the_list_it_opens() -> None:
    live(16, now=timezone.now())
    client = signed_in(vera())
    told: dict[str, int] = {}
    for address in PAGES:
        page = client.get(html.unescape(address))
        assert page.status_code == 200
        assert "/statistics/" not in address or "<tr data-week>" in page.content.decode()
        told |= numbers(page.content.decode())
    assert len(told) > 150
    assert max(told.values()) > 4
    seen: dict[str, int] = {}
    wrong = []
    for address, count in told.items():
        same = re.sub(r"&at=[^&]+", "", address)  # pages made a moment apart ask the same
        if same not in seen:
            seen[same] = listed(client, address)
        if seen[same] != count:
            wrong.append(f"{address}: {count}, listed {seen[same]}")
    assert not wrong


def test_a_share_says_what_its_parts_make() -> None:
    live(24, now=timezone.now())
    page = signed_in(vera()).get("/desk/statistics/").content.decode()
    shares = re.findall(
        r'([\d,]+) % <small>\(<a [^>]+ data-count="(\d+)">[^<]+</a> из <a [^>]+ data-count="(\d+)"',
        page,
    )
    assert len(shares) > 5
    for text, part, whole in shares:
        assert float(text.replace(",", ".")) == round(100 * int(part) / int(whole), 1)


def test_statistics_are_for_those_who_may_and_within_their_bounds() -> None:
    live(24, now=timezone.now())
    assert signed_in(None).get("/desk/statistics/").status_code == 302
    assert signed_in(boris()).get("/desk/ratings/").status_code == 200  # a coordinator too
    outsider = signed_in(bound("executor", organisation="adm-vologda-city"))
    assert outsider.get("/desk/statistics/list/?measure=received").status_code == 403
    everything = listed(signed_in(vera()), "/desk/statistics/list/?measure=received")
    head = signed_in(bound("head", organisation="adm-vologda-city"))
    own = listed(head, "/desk/statistics/list/?measure=received")
    assert 0 < own < everything == 24
    assert signed_in(vera()).get("/desk/statistics/list/?measure=nothing").status_code == 404


def test_odd_periods_do_no_harm() -> None:
    client = signed_in(vera())
    everything = "topic=-&territory=-&channel=-&body=-"
    backwards = "since=9999-12-31&until=0001-01-01"
    turned = "since=2026-11-20&until=2026-11-01"
    for odd in ("since=2026-02-31", "until=%00", backwards, turned, everything, "at=x", "page=x"):
        assert client.get(f"/desk/statistics/?{odd}").status_code == 200, odd
        behind = client.get(f"/desk/statistics/list/?measure=on_time&part=part&{odd}")
        assert behind.status_code == 200, odd


def test_a_row_tells_the_moments_of_a_life() -> None:
    case = opened_case()
    catch_up(["statistics"])
    row = StatRow.objects.get(number=case.number)
    assert (row.acted_at, row.first_due, row.due) == (None, case.due, case.due)
    cases.start_case(case.number, by=boris(), now=NOW + HOUR)
    assert case.due is not None
    later = case.due + 2 * DAY
    cases.extend_case(case.number, until=later, reason="Ждём асфальт", by=clara(), now=NOW + HOUR)
    cases.submit_answer(
        case.number, text=ANSWER, result="explained", by=boris(), now=NOW + 2 * HOUR
    )
    cases.approve_answer(case.number, by=clara(), now=NOW + 3 * HOUR)
    rate_answer(case.number, answer_score=1, result_score=1, dispute=True, comment="Яма там же",
                now=NOW + 4 * HOUR)  # fmt: skip
    cases.judge_dispute(case.number, upheld=True, reason="Верно", by=denis(), now=NOW + 5 * HOUR)
    catch_up(["statistics"])
    row.refresh_from_db()
    assert (row.acted_at, row.final_at, row.answered_at) == (NOW + HOUR, NOW + 3 * HOUR, None)
    assert (row.first_due, row.due, row.extensions) == (case.due, later, 1)
    assert row.due_now is not None
    assert row.due_now != later  # the reopened case has a term of its own
    assert (row.low, row.disputes, row.reopenings, row.result) == (True, 1, 1, "")
    assert row.answered_by


def shown(code: str) -> tuple[int, ...]:
    """Return part and whole of a share as their lists have them long after."""
    later = NOW + 60 * DAY
    return tuple(
        queries.cases_behind(vera(), BY_CODE[code], part, queries.Filters(), later).count()
        for part in ("part", "whole")
    )


def test_stages_are_counted_each_by_its_own_term() -> None:
    swift, slow = opened_case(author=None), opened_case(author=None)
    for case, late in ((swift, False), (slow, True)):
        assert case.stage == "execution"
        assert case.stage_due is not None
        ready = case.stage_due + (HOUR if late else -HOUR)
        cases.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=ready)
        cases.approve_answer(case.number, by=clara(), now=ready + timedelta(minutes=1))
    given_back = opened_case(author=None)
    cases.return_case(
        given_back.number, reason="other_territory", note="Это другой муниципалитет", by=boris(),
        now=NOW + HOUR, proposed=organisations()["adm-cherepovets-city"],
    )  # fmt: skip
    catch_up(["statistics"])
    assert shown("execution_in_time") == (1, 2)  # what was given back was not executed
    assert shown("approval_in_time") == (2, 2)
    row = StatRow.objects.get(number=slow.number)
    assert slow.stage_due is not None
    assert row.execution_due == slow.stage_due
    assert row.execution_at == slow.stage_due + HOUR


def test_what_an_author_writes_again_is_a_repeat() -> None:
    first = opened_case()
    second = opened_case(now=NOW + DAY)
    elsewhere = opened_case(now=NOW + DAY, topic="heat-none")
    long_after = opened_case(now=NOW + 200 * DAY)
    nobody = opened_case(author=None, contact="none", email="")
    catch_up(["statistics"])
    rows = dict(StatRow.objects.values_list("number", "repeats"))
    assert [rows[each.number] for each in (first, second, elsewhere, long_after, nobody)] == [
        0, 1, 0, 0, None,
    ]  # fmt: skip


def test_a_rejection_that_did_not_stand_is_counted() -> None:
    tell([
        fact
        for n, status in enumerate(("rejected", "registered", "withdrawn"), start=1)
        for fact in (
            ReportReceived(**base(n, NOW), report=n, place="pin", channel="site"),
            CaseRejected(**base(n, NOW + HOUR), report=n, status="rejected", reason="spam"),
            CaseRegistered(**base(n, NOW + DAY), report=n, status=status),
        )
    ])  # fmt: skip
    catch_up(["statistics"])
    assert shown("overturned_share") == (1, 3)
