"""A comment in the open becomes an incident by an operator's word; the reply goes back there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.flow.cases.queries import case_of_report
from otklik.flow.channels.social import commands
from otklik.flow.channels.social.models import Mention
from otklik.flow.channels.social.rules import SocialRules, is_trouble
from otklik.journal.following import catch_up
from otklik.readers.notifications import jobs
from otklik.readers.notifications.models import Delivery
from tests.access.test_sealed import dump
from tests.cast import answered, boris, bound, clara, elena, signed_in
from tests.journeys.test_chats import MaxChat, TelegramChat, VkChat, _open
from tests.messengers import Max, Telegram, Vk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otklik.flow.cases.models import Case
    from tests.journeys.test_chats import Chat

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.enable_socket
]  # fmt: skip
TROUBLE = "Третий день не горит фонарь у подъезда на Мира 12, когда починят?"
ANSWER = "Фонарь заменили 25 ноября, светит. Делала бригада Горсвета. Дальше проверим в декабре"


def comment(chat: Chat, text: str, number: int = 8) -> dict[str, Any]:
    """Return VK's event of a comment, as its documentation shows it."""
    return {
        "type": "wall_reply_new", "group_id": 77, "event_id": f"46e87d9c892ee{number}",
        "secret": chat.bot.secret, "v": "5.199",
        "object": {"id": number, "from_id": 343298673, "date": 1795600000, "text": text,
                   "post_owner_id": -77, "owner_id": -77, "post_id": 5},
    }  # fmt: skip


def group_message(chat: Chat, text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an event of an open group in Telegram or MAX."""
    if chat.kind == "telegram":
        person = {"id": 5, "is_bot": False, "first_name": "Пётр"}
        group = {"id": -1001234567890, "title": "Наш двор", "type": "supergroup"}
        message = {
            "message_id": 42,
            "from": person,
            "chat": group,
            "date": 1795600000,
            "text": text,
        }
        return {"update_id": 1, "message": message}, {
            "X-Telegram-Bot-Api-Secret-Token": chat.bot.secret
        }
    person = {"user_id": 5, "first_name": "Пётр", "is_bot": False, "name": "Пётр"}
    message = {
        "recipient": {"chat_id": -70, "chat_type": "chat"}, "timestamp": 1795600000000,
        "body": {"mid": "mid.42", "seq": 1, "text": text}, "sender": person,
    }  # fmt: skip
    event = {"update_type": "message_created", "timestamp": 1795600000000, "message": message}
    return event, {"X-Max-Bot-Api-Secret": chat.bot.secret}


@pytest.fixture
def vk(settings: Any, tmp_path: Any) -> Iterator[Chat]:
    yield from _open(VkChat, Vk, settings, tmp_path)


def confirmed(mention: Mention, **said: str) -> Case:
    """Take a finding to work at the desk, as the moderator does."""
    values = {"topic": "Не горит фонарь", "address": "Вологда, улица Мира, 12"} | said
    answer = signed_in(elena()).post(f"/desk/social/{mention.pk}/confirm/", values)
    assert answer.status_code == 302, answer.content.decode()
    mention.refresh_from_db()
    assert mention.report is not None
    catch_up(["triage"])
    found = case_of_report(mention.report.number)
    assert found is not None
    return found


def told() -> None:
    catch_up(["notifications"])
    jobs.deliver(delivery_ids=list(Delivery.objects.order_by("pk").values_list("pk", flat=True)))


def test_a_comment_is_answered_in_its_thread_within_its_term(vk: Chat) -> None:
    assert vk.post(comment(vk, TROUBLE)).content == b"ok"
    assert vk.post(comment(vk, TROUBLE)).content == b"ok"  # told again
    mention = Mention.objects.get()
    assert mention.topic is not None
    page = signed_in(elena()).get("/desk/social/").content.decode()
    assert TROUBLE in page
    assert "https://vk.com/wall-77_5?reply=8" in page

    case = confirmed(mention)
    assert (case.regime, case.report.channel) == ("incident_social", "social")
    assert case.policy is not None
    assert case.policy.code == "FT-1d"
    assert case.due is not None
    told()
    (first,) = vk.server.said()
    assert case.spoken in first["message"]
    assert (first["owner_id"], first["post_id"], first["reply_to_comment"]) == ("-77", "5", "8")
    assert first["from_group"] == "77"
    answered(case, ANSWER)
    told()
    (reply,) = vk.server.said()
    assert ANSWER in reply["message"]
    assert "track" not in reply["message"]
    case.refresh_from_db()
    assert case.answered_at is not None
    assert case.answered_at < case.due
    page = signed_in(elena()).get("/desk/social/?state=confirmed").content.decode()
    assert "https://vk.com/wall-77_5?reply=900" in page  # our reply is kept by its link
    assert f"/desk/c/{case.spoken}/" in page
    page = signed_in(clara()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert "https://vk.com/wall-77_5?reply=8" in page
    assert "ответ уйдёт в ту же ветку" in page


@pytest.mark.parametrize(("person", "messenger"), [(TelegramChat, Telegram), (MaxChat, Max)])
def test_a_message_of_an_open_chat_is_answered_there(
    person: Any, messenger: Any, settings: Any, tmp_path: Any
) -> None:
    for chat in _open(person, messenger, settings, tmp_path):
        body, headers = group_message(chat, TROUBLE)
        assert chat.post(body, **headers).content == b"ok"
        answered(confirmed(Mention.objects.get()), ANSWER)
        told()
        _, reply = chat.server.said()
        assert ANSWER in reply["text"]
        if chat.kind == "telegram":
            assert reply["reply_parameters"] == {"message_id": 42}
        else:
            assert (reply["chat_id"], reply["link"]) == ("-70", {"type": "reply", "mid": "mid.42"})


def test_a_long_answer_is_cut_at_a_sentence(vk: Chat) -> None:
    vk.post(comment(vk, TROUBLE))
    case = confirmed(Mention.objects.get())
    told()
    vk.server.said()
    answered(case, f"{ANSWER}. " + "Подробности о работах и подрядчике. " * 40)
    told()
    (reply,) = vk.server.said()
    assert len(reply["message"]) <= 600
    assert reply["message"].endswith(".")


def test_chatter_is_not_a_finding(vk: Chat) -> None:
    for number, text in enumerate(("Спасибо!", "https://vk.com/abc", "Продам фонарь, не горит")):
        vk.post(comment(vk, text, number))
    own = comment(vk, TROUBLE, 50)
    own["object"]["from_id"] = -77
    vk.post(own)
    assert not Mention.objects.exists()


def test_phrases_overrule_the_classifier() -> None:
    asked = SocialRules(least=0.5)
    assert is_trouble("куда нам всем теперь жаловаться", 0.1, asked, ["куда жаловаться"], [])
    assert not is_trouble("продам фонарь не горит", 0.9, asked, [], ["продам"])
    assert is_trouble("не горит фонарь у подъезда", 0.6, asked, [], [])
    assert not is_trouble("а у нас во дворе", 0.4, asked, [], [])


def test_what_is_no_problem_loses_its_words(vk: Chat) -> None:
    vk.post(comment(vk, "На Тайнописной улице не горит фонарь у подъезда"))
    mention = Mention.objects.get()
    assert not [t for t, text in dump().items() if "Тайнописной" in text or "343298673" in text]
    browser = signed_in(elena())
    bad = browser.post(f"/desk/social/{mention.pk}/dismiss/", {"reason": "whatever"})
    assert bad.status_code == 422
    assert (
        browser.post(f"/desk/social/{mention.pk}/dismiss/", {"reason": "known"}).status_code == 302
    )
    mention.refresh_from_db()
    assert (mention.state, mention.text, mention.author, mention.link) == ("dismissed", "", "", "")
    assert browser.post(f"/desk/social/{mention.pk}/confirm/", {"topic": "x"}).status_code == 422
    assert commands.forget_old(now=timezone.now() + timedelta(days=31)) == 1


def test_a_wrong_topic_keeps_what_was_typed(vk: Chat) -> None:
    vk.post(comment(vk, TROUBLE))
    said = {"topic": "Такой темы нет", "address": "Вологда, Ленина, 5"}
    page = signed_in(elena()).post(f"/desk/social/{Mention.objects.get().pk}/confirm/", said)
    assert page.status_code == 422
    assert "Такой темы нет" in page.content.decode()
    assert "Вологда, Ленина, 5" in page.content.decode()


def test_only_those_who_may_decide_see_findings(vk: Chat) -> None:
    vk.post(comment(vk, TROUBLE))
    mention = Mention.objects.get()
    assert signed_in(boris()).get("/desk/social/").status_code == 403
    elsewhere = signed_in(bound("duty_officer", territory="cherepovets-city"))
    assert TROUBLE not in elsewhere.get("/desk/social/").content.decode()
    assert elsewhere.post(f"/desk/social/{mention.pk}/confirm/", {}).status_code == 404
