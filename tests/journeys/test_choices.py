"""A person chooses of what, how and when to be told; what is owed comes all the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.sms import outbound as sms
from otklik.flow.privacy.commands import forget_person
from otklik.ground.accounts.commands import prove_phone
from otklik.ground.accounts.models import Look
from otklik.journal.following import catch_up
from otklik.readers.notifications import commands, digests
from otklik.readers.notifications.models import Choice, Delivery, Habit
from tests.cast import boris, clara, opened_case, signed_in, vera

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
MOSCOW = ZoneInfo("Europe/Moscow")
ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"
HOURS = {"from": "22:00", "to": "08:00"}


def anna() -> Person:
    return accounts.person(accounts.CITIZEN)


def at(hour: int, *, day: int = 0) -> datetime:
    """Return an hour of Moscow's clock, tomorrow or later: facts of today are not late by then."""
    now = timezone.now().astimezone(MOSCOW) + timedelta(days=1 + day)
    return now.replace(hour=hour, minute=0, second=0, microsecond=0)


def sent(now: datetime, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the follower, the queue and the letters of the day run at a moment."""
    mail.outbox.clear()
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: now)
        catch_up(["notifications"])
    for key in Delivery.objects.filter(state="queued").values_list("pk", flat=True):
        commands.deliver(key, now=now)
    digests.send_due(now=now)
    return list(mail.outbox)


def answered(case: Case) -> None:
    now = timezone.now()
    cases.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=now)
    cases.approve_answer(case.number, by=clara(), now=now)


def ticks(page: str) -> list[str]:
    """Return what a browser would send of the page's boxes."""
    return re.findall(r'name="wanted" value="([\w:]+)" checked', page)


def test_a_person_declines_one_event_and_not_what_is_owed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = signed_in(anna())
    page = browser.get("/cabinet/notices/").content.decode()
    assert "registered:email" in ticks(page)
    assert "answered:email" not in page, "what is owed has no box"
    assert page.count("обязательно") > 5
    kept = [each for each in ticks(page) if each != "registered:email"]
    browser.post("/cabinet/notices/choose/", {"wanted": kept, **HOURS})
    assert [(each.event, each.wanted) for each in Choice.objects.all()] == [("registered", False)]
    case = opened_case(now=timezone.now())
    assert not sent(timezone.now(), monkeypatch)
    answered(case)
    (letter,) = sent(timezone.now(), monkeypatch)
    assert ANSWER in letter.body
    forged = browser.post("/cabinet/notices/choose/", {"wanted": [], **HOURS})
    assert forged.status_code == 302
    assert not Choice.objects.filter(event="answered", door="email").exists()


def test_a_text_message_beside_the_letter_goes_to_a_proven_phone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts: list[tuple[str, str]] = []

    class Spy:
        def send(self, text: str, address: str) -> Sent:
            texts.append((address, text))
            return Sent(Outcome.DELIVERED)

    monkeypatch.setattr(sms, "sender", Spy)
    prove_phone(anna(), "+79215550177", now=timezone.now())
    browser = signed_in(anna())
    kept = [*ticks(browser.get("/cabinet/notices/").content.decode()), "answered:sms"]
    browser.post("/cabinet/notices/choose/", {"wanted": kept, **HOURS})
    case = opened_case(now=timezone.now())
    answered(case)
    assert len(sent(timezone.now(), monkeypatch)) == 2
    assert [(to, case.spoken in text) for to, text in texts] == [("+79215550177", True)]


def test_quiet_hours_hold_news_until_their_end_and_lose_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = signed_in(anna())
    kept = ticks(browser.get("/cabinet/notices/").content.decode())
    wrong = browser.post(
        "/cabinet/notices/choose/", {"wanted": kept[:2], "quiet": "1", "from": "22", "to": "x"}
    )
    assert wrong.status_code == 422
    assert ticks(wrong.content.decode()) == kept[:2], "the ticks stay"
    browser.post("/cabinet/notices/choose/", {"wanted": kept, "quiet": "1", **HOURS})
    opened_case(now=timezone.now())
    assert not sent(at(23), monkeypatch)
    waiting = Delivery.objects.get()
    assert waiting.next_at.astimezone(MOSCOW) == at(8, day=1)
    Delivery.objects.update(next_at=at(23))  # a dead server's next try falls into the night
    assert not sent(at(23), monkeypatch)
    assert len(sent(at(8, day=1), monkeypatch)) == 1


def test_one_letter_a_day_holds_all_that_nobody_owes(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(anna())
    kept = ticks(browser.get("/cabinet/notices/").content.decode())
    browser.post("/cabinet/notices/choose/", {"wanted": kept, "digest": "1", **HOURS})
    first, second = (opened_case(now=timezone.now(), lat=59.2 + step) for step in (0.0, 0.03))
    answered(first)
    (owed,) = sent(at(12), monkeypatch)
    assert ANSWER in owed.body, "what is owed does not wait"
    assert "ждёт письма за день" in browser.get("/cabinet/notices/log/").content.decode()
    (letter,) = sent(at(18), monkeypatch)
    assert letter.subject == "Новости за день: 2"
    assert first.spoken in letter.body
    assert second.spoken in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not sent(at(19), monkeypatch)


def test_what_went_is_shown_to_its_person_and_to_support_on_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = opened_case(now=timezone.now())
    other = opened_case(now=timezone.now(), lat=59.25)
    sent(timezone.now(), monkeypatch)
    page = signed_in(anna()).get("/cabinet/notices/log/").content.decode()
    assert case.spoken in page
    assert "отправлено" in page
    neighbour = signed_in(accounts.person(accounts.NEIGHBOUR))
    assert "Пока ничего" in neighbour.get("/cabinet/notices/log/").content.decode()
    desk = signed_in(boris()).get(f"/desk/c/{case.spoken}/notices/").content.decode()
    assert "Принято в работу" in desk
    assert other.spoken not in desk, "of other cases only that there are any"
    look = Look.objects.get(what="notices")
    assert (look.subject, look.official) == (case.ref, boris())
    assert signed_in(vera()).get(f"/desk/c/{case.spoken}/notices/").status_code == 403


def test_who_is_forgotten_leaves_no_choices_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(anna())
    browser.post("/cabinet/notices/choose/", {"wanted": [], "digest": "1", **HOURS})
    case = opened_case(now=timezone.now())
    sent(at(12), monkeypatch)
    cases.withdraw_case(case.number, by=anna().ref, now=timezone.now())
    forget_person(anna(), by="system", now=timezone.now())
    catch_up(["notifications"])
    assert not Choice.objects.exists()
    assert not Habit.objects.exists()
    assert not Delivery.objects.exclude(person=None).exists()
