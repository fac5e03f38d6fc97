"""People hear what happens to what they wrote: each fact once, by the way they chose."""

from __future__ import annotations

import re
import smtplib
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.appeals import commands as appeals
from otklik.flow.cases import commands as cases
from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.email import outbound
from otklik.flow.channels.sms import outbound as sms
from otklik.flow.privacy.commands import forget_person
from otklik.flow.problems.commands import (
    Draft,
    close_problem,
    join_problem,
    open_problem,
    tell_waiting,
)
from otklik.flow.rating.models import Rating
from otklik.flow.regimes.commands import NewApplicant
from otklik.ground.organisations.queries import organisations
from otklik.journal.following import catch_up
from otklik.journal.reading import about
from otklik.readers.notifications import commands, jobs, queries
from otklik.readers.notifications.models import Delivery
from tests.cast import boris, clara, elena, olga, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ADDRESS = "marfa@example.ru"
ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"


def sent() -> list[Any]:
    """Let the follower and the jobs run, twice; return the letters since the last time."""
    mail.outbox.clear()
    for _ in range(2):
        catch_up(["notifications"])
        jobs.deliver(delivery_ids=list(Delivery.objects.values_list("pk", flat=True)))
    return list(mail.outbox)


def written(**more: Any) -> Case:
    said = {"author": None, "email": ADDRESS, "now": timezone.now(), **more}
    return opened_case(**said)


def answered(case: Case) -> None:
    now = timezone.now()
    cases.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=now)
    cases.approve_answer(case.number, by=clara(), now=now)


def test_the_author_hears_of_the_start_the_delay_and_the_answer_each_once() -> None:
    case = written()
    (first,) = sent()
    assert first.to == [ADDRESS]
    assert case.spoken in first.subject
    assert "принято в работу" in first.body
    assert f"/track/?number={case.spoken}" in first.body
    assert not sent()

    now = timezone.now()
    assert case.due is not None
    cases.extend_case(
        case.number, until=case.due + timedelta(days=2), reason="Ждём асфальт", by=clara(), now=now
    )
    (second,) = sent()
    assert "Причина: Ждём асфальт" in second.body
    answered(case)
    (third,) = sent()
    assert ANSWER in third.body
    told = [entry.data["about"] for entry in about(case.ref) if entry.kind == "letter.sent"]
    assert told == ["case.extended", "case.answered"]  # what is owed is in the history
    page = signed_in(boris()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert "Автору отправлено уведомление" in page


def test_in_the_language_of_the_message() -> None:
    written(language="en")
    (letter,) = sent()
    assert "was taken to work" in letter.body
    assert not re.search("[А-Яа-я]{3}", letter.subject)


def test_what_a_moderator_asks_and_refuses_is_told_with_its_reason() -> None:
    unsure = {"topic": "", "text": "ну и что это такое вообще, сколько можно"}
    asked, refused = written(**unsure), written(**unsure)
    cases.ask_author(asked.number, text="Какая это улица?", by=elena(), now=timezone.now())
    cases.reject_case(refused.number, reason="obscene", note="Без брани", by=elena(),
                      now=timezone.now())  # fmt: skip
    question, refusal = sorted(sent(), key=lambda each: "не принято" in each.subject)
    assert "Какая это улица?" in question.body
    assert "Без брани" in refusal.body
    assert "Причина: " in refusal.body


def test_an_appeals_notices_and_signed_answer_go_by_mail(settings: Any, tmp_path: Any) -> None:
    settings.SIGNER, settings.DATA, settings.MEDIA_ROOT = "test", tmp_path, tmp_path / "files"
    case = written()
    sent()
    appeals.make_appeal(
        case.number, NewApplicant(last_name="Марфина", first_name="Марфа"), by="anonymous",
        now=timezone.now(),
    )  # fmt: skip
    body, now = organisations()["adm-vologda-city"], timezone.now()
    made = appeals.register_appeal(case.number, organisation=body, by=olga(), now=now)
    (notice,) = sent()  # not «принято» beside it
    assert made.number in notice.body
    assert "59-ФЗ" in notice.body
    assert "decline" not in notice.body
    assert "List-Unsubscribe" not in notice.extra_headers
    cases.start_case(case.number, by=boris(), now=now)
    cases.submit_answer(case.number, text=ANSWER, result="explained", by=boris(), now=now)
    appeals.sign_answer(case.number, confirmed=True, reason="Проверено", by=clara(), now=now)
    (letter,) = sent()
    names = [name for name, _content, _mime in letter.attachments]
    assert len(names) == 2
    assert names[1] == f"{names[0]}.1.sig"


def test_one_declines_what_nobody_owes_and_takes_it_back(client: Client) -> None:
    case = written()
    (letter,) = sent()
    path = re.search(r"http://127.0.0.1:8000(/letters/\S+/)", letter.body)
    assert path is not None
    assert letter.extra_headers["List-Unsubscribe"] == f"<http://127.0.0.1:8000{path[1]}>"
    assert "Не присылать таких писем" in client.get(path[1]).content.decode()
    one_click = client.post(path[1], {"List-Unsubscribe": "One-Click"})
    assert "Больше не пишем" in one_click.content.decode()
    other = written(lat=59.25)
    assert not sent()
    assert Delivery.objects.get(subject=other.ref).state == "dropped"
    answered(case)
    assert ANSWER in sent()[0].body  # the answer comes all the same
    client.post(path[1], {"again": "1"})
    written(lat=59.28)
    assert len(sent()) == 1
    assert client.get("/letters/forged:token/").status_code == 404


def test_the_letter_of_an_answer_leads_to_its_stars_without_login(client: Client) -> None:
    case = written()
    sent()
    answered(case)
    found = re.search(r"http://127.0.0.1:8000(/rate/\S+/)", sent()[0].body)
    assert found is not None
    page = client.get(found[1]).content.decode()
    assert case.spoken in page
    assert case.report.text not in page, "a letter may be passed on"
    client.head(found[1])
    assert not Rating.objects.exists(), "programs that look at links write nothing"
    empty = client.post(found[1], {"result_score": "5", "comment": "Хорошо"})
    assert empty.status_code == 422
    assert "Хорошо" in empty.content.decode()
    stars = {"answer_score": "5", "result_score": "5"}
    assert "оценка принята" in client.post(found[1], stars).content.decode()
    client.post(found[1], {"answer_score": "1", "result_score": "1"})
    assert [each.result_score for each in Rating.objects.all()] == [5]
    case.refresh_from_db()
    assert case.status == "resolved_confirmed"
    assert client.get("/rate/0000-1:forged:x/").status_code == 410
    with patch("django.core.signing.time.time", return_value=time.time() + 31 * 86_400):
        assert client.get(found[1]).status_code == 410


def test_a_dead_server_is_tried_again_and_a_dead_address_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = written()
    catch_up(["notifications"])
    key = Delivery.objects.get().pk
    now = timezone.now()

    def fails(*_: object) -> Sent:
        return Sent(Outcome.RETRY, note="ConnectionRefusedError")

    with monkeypatch.context() as patch:
        patch.setattr(outbound, "send", fails)
        commands.deliver(key, now=now)
        assert commands.deliver(key, now=now) is None  # it is not its time
        assert queries.due(now + timedelta(minutes=5), 10) == [key]
        commands.deliver(key, now=now + timedelta(minutes=5))
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.tries, waiting.note) == ("queued", 2, "ConnectionRefusedError")
    commands.deliver(key, now=now + timedelta(minutes=30))
    assert Delivery.objects.get().state == "delivered"
    assert len(mail.outbox) == 1

    answered(case)
    catch_up(["notifications"])

    def refused(*_: object, **__: object) -> int:
        raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refused)
    commands.deliver(Delivery.objects.get(kind="case.answered").pk, now=timezone.now())
    assert Delivery.objects.get(kind="case.answered").state == "refused"
    page = signed_in(boris()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert "известите его иначе" in page


def test_those_who_joined_by_phone_hear_the_news_by_text_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts: list[tuple[str, str]] = []

    class Spy:
        def send(self, text: str, address: str) -> Sent:
            texts.append((address, text))
            return Sent(Outcome.DELIVERED)

    monkeypatch.setattr(sms, "sender", Spy)
    case, now = written(), timezone.now()
    sent()
    assert case.topic is not None
    draft = Draft(title="Порыв на Мира", topic=case.topic, territory=case.territory)
    problem = open_problem(draft, numbers=[case.number], by=elena(), now=now)
    for place, phone in enumerate(("+79005550161", "+79005550162")):
        join_problem(problem.pk, key=f"phone:{place}", phone=phone, channel="hotline", now=now)
    join_problem(problem.pk, key="mail:1", email="pyotr@example.ru", channel="site", now=now)
    until = now + timedelta(hours=5)
    tell_waiting(problem.pk, text="Копают, труба найдена", expected_at=until, by=elena(), now=now)
    letters = sent()
    assert sorted(letter.to[0] for letter in letters) == [ADDRESS, "pyotr@example.ru"]
    assert all("Копают, труба найдена" in letter.body for letter in letters)
    assert sorted(texts) == [
        ("+79005550161", "Отклик: Порыв на Мира. Копают, труба найдена"),
        ("+79005550162", "Отклик: Порыв на Мира. Копают, труба найдена"),
    ]
    close_problem(problem.pk, text="Воду дали", by=elena(), now=now)
    assert [letter.to for letter in sent()] == [["pyotr@example.ru"]]
    assert len(texts) == 4


def test_one_who_joined_a_message_hears_that_it_is_answered_but_not_whose_it_is() -> None:
    case = written(text="Яма у моего дома, Марфа")
    cases.support_case(case.number, key="x", email="pyotr@example.ru", channel="site",
                       now=timezone.now())  # fmt: skip
    sent()
    answered(case)
    to = {letter.to[0]: letter.body for letter in sent()}
    assert set(to) == {ADDRESS, "pyotr@example.ru"}
    assert ANSWER not in to["pyotr@example.ru"]
    assert "/joined/" in to["pyotr@example.ru"]


def test_old_facts_the_withdrawn_and_the_erased_get_no_letters() -> None:
    written(now=timezone.now() - timedelta(days=4))
    assert not sent()
    assert not Delivery.objects.exists()
    anna = accounts.person(accounts.CITIZEN)
    case = written(author=anna, email="anna@example.ru")
    catch_up(["notifications"])
    cases.withdraw_case(case.number, by=anna.ref, now=timezone.now())
    forget_person(anna, by="system", now=timezone.now())
    assert not sent()
    assert Delivery.objects.get().state == "dropped"


def test_of_the_closed_contour_a_letter_says_only_that_there_is_news() -> None:
    case = written(topic="gov-bribe", text="Чиновник просит взятку")
    assert case.closed_contour
    (letter,) = sent()
    assert "есть новости" in letter.body
    assert "Отвечает" not in letter.body
