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
from otklik.flow.rating.commands import rate_answer
from otklik.journal.following import catch_up
from otklik.readers.statistics.models import StatRow
from otklik.readers.statistics.tests.build import live
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
