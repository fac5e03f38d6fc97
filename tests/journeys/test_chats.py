"""A person writes in a chat, is asked only for what is missing, hears the answer and rates it."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from otklik.demo import accounts
from otklik.flow.cases import commands as cases
from otklik.flow.cases.queries import case_of_report
from otklik.flow.channels.chats import commands as chats
from otklik.flow.channels.chats import queries
from otklik.flow.channels.chats.models import Bot, ChatMessage, ChatReport, ChatUpdate, Talk
from otklik.flow.channels.ways.queries import shut
from otklik.flow.correspondence.commands import write_to_author
from otklik.flow.intake.models import Report
from otklik.flow.privacy.commands import depersonalise
from otklik.flow.rating.models import Rating
from otklik.ground.territories.models import Region
from otklik.journal.following import catch_up
from otklik.readers.notifications import jobs
from otklik.readers.notifications.models import Delivery
from tests.access.test_sealed import dump
from tests.cast import VOLOGDA, answered, boris, elena, signed_in
from tests.messengers import KEY, Max, Messenger, Telegram, Vk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otklik.flow.cases.models import Case

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("world"), pytest.mark.enable_socket
]  # fmt: skip
ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"
LAMP = "Не горит фонарь у подъезда"
PERSON = 700001


def photo() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 110, 100)).save(stream, "JPEG")
    return stream.getvalue()


class Chat:
    """A person with a messenger in hand: what they send goes through the webhook, as in life."""

    kind, server = "", Messenger()

    def __init__(self, server: Messenger) -> None:
        self.server, self.client, self.serial = server, Client(), 0
        self.bot = Bot.objects.create(
            region=Region.objects.get(code="vologda"), kind=self.kind, title="Показ", key=KEY,
            url=server.url,
        )  # fmt: skip

    def post(self, said: dict[str, Any], **headers: str) -> Any:
        return self.client.post(
            f"/hooks/chats/{self.bot.address}/", said, content_type="application/json",
            headers=headers,
        )  # fmt: skip

    def event(self, **said: Any) -> tuple[dict[str, Any], dict[str, str]]:
        raise NotImplementedError

    def sends(self, **said: Any) -> list[dict[str, Any]]:
        """Send something; return what the bot said to it."""
        body, headers = self.event(**said)
        answer = self.post(body, **headers)
        assert (answer.status_code, answer.content) == (200, b"ok"), answer.content
        return self.hears()

    def hears(self) -> list[dict[str, Any]]:
        for talk in Talk.objects.filter(bot=self.bot):
            chats.hear_all(talk.pk, now=timezone.now)
        chats.deliver_all(self.bot.pk, now=timezone.now)
        return self.server.said()

    def told(self) -> list[dict[str, Any]]:
        """Let the journal be followed and news go; return what the bot said."""
        catch_up(["triage", "notifications"])
        jobs.deliver(
            delivery_ids=list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
        )
        return self.server.said()


class TelegramChat(Chat):
    kind = "telegram"

    def event(self, **said: Any) -> tuple[dict[str, Any], dict[str, str]]:
        self.serial += 1
        person = {"id": PERSON, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
        chat = {"id": PERSON, "first_name": "Анна", "type": "private"}
        message: dict[str, Any] = {
            "message_id": self.serial,
            "from": person,
            "chat": chat,
            "date": 1_795_600_000,
        }
        body: dict[str, Any] = {"update_id": 10_000 + self.serial}
        if "press" in said:
            body["callback_query"] = {
                "id": str(self.serial), "from": person, "message": message,
                "chat_instance": "1", "data": said["press"],
            }  # fmt: skip
        else:
            if "photo" in said:
                size = {"file_unique_id": "u", "width": 90, "height": 67, "file_id": "small"}
                large = size | {"width": 1280, "height": 960, "file_id": said.pop("photo")}
                message["photo"] = [size, large]
                said["caption"] = said.pop("text", "")
            if "point" in said:
                lat, lon = said.pop("point")
                message["location"] = {"latitude": lat, "longitude": lon}
            body["message"] = message | said
        return body, {"X-Telegram-Bot-Api-Secret-Token": self.bot.secret}


class VkChat(Chat):
    kind = "vk"

    def event(self, **said: Any) -> tuple[dict[str, Any], dict[str, str]]:
        self.serial += 1
        message: dict[str, Any] = {
            "date": 1_795_600_000, "from_id": PERSON, "id": self.serial, "out": 0, "version": 10,
            "attachments": [], "conversation_message_id": self.serial, "fwd_messages": [],
            "important": False, "is_hidden": False, "peer_id": PERSON, "random_id": 0,
            "text": said.get("text", ""),
        }  # fmt: skip
        if "press" in said:
            message["payload"] = json.dumps({"press": said["press"]})
            message["text"] = "надпись кнопки"
        if "photo" in said:
            sizes = [
                {"height": 130, "type": "m", "width": 87, "url": f"{self.server.url}/small.jpg"},
                {"height": 1280, "type": "z", "width": 960,
                 "url": f"{self.server.url}/impg/{said['photo']}.jpg?size=960x1280"},
            ]  # fmt: skip
            message["attachments"] = [{"type": "photo", "photo": {"id": 1, "sizes": sizes}}]
        if "point" in said:
            lat, lon = said["point"]
            message["geo"] = {"type": "point", "coordinates": {"latitude": lat, "longitude": lon}}
        return {
            "group_id": 77, "type": "message_new", "event_id": f"event{self.serial}", "v": "5.199",
            "object": {"message": message, "client_info": {"keyboard": True, "lang_id": 0}},
            "secret": self.bot.secret,
        }, {}  # fmt: skip


class MaxChat(Chat):
    kind = "max"

    def event(self, **said: Any) -> tuple[dict[str, Any], dict[str, str]]:
        self.serial += 1
        person = {"user_id": PERSON, "first_name": "Анна", "last_name": "", "is_bot": False,
                  "last_activity_time": 1770679783000, "name": "Анна"}  # fmt: skip
        body: dict[str, Any] = {
            "mid": f"mid.0000000008a53b9b019c44bd612d{self.serial:04x}", "seq": 11604 + self.serial,
            "text": said.get("text", ""),
        }  # fmt: skip
        attached = []
        if "photo" in said:
            url = f"{self.server.url}/i/{said['photo']}.jpg"
            payload = {"photo_id": 4484450835, "token": "r8MRvz", "url": url}
            attached.append({"type": "image", "payload": payload})
        if "point" in said:
            lat, lon = said["point"]
            attached.append({"type": "location", "latitude": lat, "longitude": lon})
        if attached:
            body["attachments"] = attached
        recipient = {"chat_id": 90001, "chat_type": "dialog", "user_id": 10002}
        event: dict[str, Any] = {
            "timestamp": 1770679787821 + self.serial, "user_locale": "ru",
            "message": {"recipient": recipient, "timestamp": 1770679787821, "body": body,
                        "sender": person},
            "update_type": "message_created",
        }  # fmt: skip
        if "press" in said:
            event["update_type"] = "message_callback"
            event["callback"] = {
                "timestamp": 1770679806850, "callback_id": f"f9LHodD0cOIEr0gC{self.serial}",
                "user": person, "payload": said["press"],
            }  # fmt: skip
        return event, {"X-Max-Bot-Api-Secret": self.bot.secret}


@pytest.fixture(
    params=[(TelegramChat, Telegram), (VkChat, Vk), (MaxChat, Max)], ids=lambda p: p[0].kind
)
def chat(request: Any, settings: Any, tmp_path: Any) -> Iterator[Chat]:
    person, messenger = request.param
    yield from _open(person, messenger, settings, tmp_path)


@pytest.fixture
def telegram(settings: Any, tmp_path: Any) -> Iterator[Chat]:
    yield from _open(TelegramChat, Telegram, settings, tmp_path)


def _open(chat: Any, messenger: Any, settings: Any, tmp_path: Any) -> Iterator[Chat]:
    settings.HTTP_INNER_HOSTS, settings.MEDIA_ROOT = ["127.0.0.1"], tmp_path
    server = messenger()
    server.files["large.jpg"] = photo()
    server.start()
    yield chat(server)
    server.stop()


def words(said: list[dict[str, Any]]) -> str:
    return "\n".join(str(each.get("text") or each.get("message")) for each in said)


def presses(said: dict[str, Any]) -> list[str]:
    """Return what the buttons beneath say when hit, in any of the three shapes."""
    if "keyboard" in said:
        rows = said["keyboard"]["buttons"]
        return [json.loads(b["action"]["payload"])["press"] for r in rows for b in r
                if b["action"]["type"] == "text"]  # fmt: skip
    if "attachments" in said:
        rows = said["attachments"][0]["payload"]["buttons"]
        return [b["payload"] for row in rows for b in row if b["type"] == "callback"]
    rows = said.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


def written(chat: Chat, text: str = LAMP) -> Case:
    """Send a message through the dialogue; return its case."""
    chat.sends(text=text, photo="large")
    chat.sends(point=VOLOGDA)
    chat.sends(press="send")
    report = ChatReport.objects.get(talk__bot=chat.bot).report
    chat.told()
    found = case_of_report(report.number)
    assert found is not None
    return found


def test_from_the_first_words_with_a_photo_to_an_answered_and_rated_case(chat: Chat) -> None:
    (asked,) = chat.sends(text=LAMP, photo="large")
    assert "Где это?" in words([asked])
    (check,) = chat.sends(point=VOLOGDA)  # the text says its topic: it is not asked
    assert LAMP in words([check])
    assert "Вологда" in words([check])
    assert "Тема: Не горит фонарь" in words([check])
    assert "Файлов: 1" in words([check])
    assert presses(check) == ["send", "public", "cancel"]
    (again,) = chat.sends(press="public")
    assert "Тема: Не горит фонарь" in words([again])
    assert presses(again) == ["send", "public", "cancel"]
    (sent,) = chat.sends(press="send")
    report = Report.objects.get(channel=chat.kind)
    assert f"Принято, № {report.spoken}" in words([sent])
    assert (report.text, report.contact_kind, report.wants_public) == (LAMP, "chat", True)
    assert (report.lat, report.lon) == VOLOGDA
    (file,) = report.attachments.all()
    assert (file.mime, file.width) == ("image/jpeg", 640)

    (taken,) = chat.told()
    assert "принято в работу" in words([taken])
    case = case_of_report(report.number)
    assert case is not None
    assert case.topic is not None
    assert case.topic.code == "lighting-lamp-off"
    page = signed_in(boris()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert LAMP in page
    assert "тот же чат" in page

    answered(case, ANSWER)
    (news,) = chat.told()
    assert ANSWER in words([news])
    solved = presses(news)[0]
    assert solved == f"rate:{case.number}:5"
    (stars,) = chat.sends(press=solved)
    assert len(presses(stars)) == 5
    assert "Спасибо" in words(chat.sends(press=presses(stars)[4]))
    rating = Rating.objects.get(case=case)
    assert (rating.result_score, rating.answer_score) == (5, 5)
    case.refresh_from_db()
    assert case.status == "resolved_confirmed"
    assert "уже оценили" in words(chat.sends(press=f"rate:{case.number}:5:5"))


def test_only_what_is_missing_is_asked(telegram: Chat) -> None:
    (greeting,) = telegram.sends(text="/start")
    assert "Вологодская область" in words([greeting])
    (lacks,) = telegram.sends(point=VOLOGDA)
    assert "что случилось" in words([lacks])
    (topic,) = telegram.sends(text="На улице Мира у дома 12 большая яма")  # the place is known
    assert "О чём это?" in words([topic])
    assert len(presses(topic)) == 4
    (check,) = telegram.sends(press="topic:roads-pothole")
    assert "Тема: Яма на проезжей части" in words([check])
    telegram.sends(press="send")
    report = Report.objects.get(channel="telegram")
    assert report.topic_hint is not None
    assert report.topic_hint.code == "roads-pothole"


def test_an_address_in_words_or_none_at_all_will_do(telegram: Chat) -> None:
    telegram.sends(text=LAMP)
    (check,) = telegram.sends(text="Вологда, улица Мира, 12")
    assert "Место: Вологда, улица Мира, 12" in words([check])
    telegram.sends(press="send")
    telegram.sends(text=LAMP)
    telegram.sends(text="Не знаю")
    telegram.sends(press="send")
    first, second = Report.objects.filter(channel="telegram").order_by("pk")
    assert (first.place_kind, first.territory.code) == ("address", "vologda-city")  # type: ignore[union-attr]
    assert second.place_kind == "unknown"


def test_a_point_abroad_a_voice_and_danger_are_said_at_once(telegram: Chat) -> None:
    said = words(telegram.sends(text="Сильно пахнет газом в подъезде"))
    assert said.index("112") < said.index("Где это?")
    assert "за границей Вологодской области" in words(telegram.sends(point=(55.75, 37.61)))
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3}
    assert "прочитать не могу" in words(telegram.sends(voice=voice))


def test_what_was_begun_is_taken_back(telegram: Chat) -> None:
    telegram.sends(text="Ошибся")
    assert "стёрто" in words(telegram.sends(text="/cancel"))
    assert "не действует" in words(telegram.sends(press="send"))
    assert not Report.objects.filter(channel="telegram").exists()


def test_an_event_told_twice_is_one_event(telegram: Chat) -> None:
    telegram.sends(text=LAMP)
    telegram.sends(point=VOLOGDA)
    body, headers = telegram.event(press="send")
    assert telegram.post(body, **headers).content == b"ok"
    assert "Принято" in words(telegram.hears())
    assert telegram.post(body, **headers).content == b"ok"
    assert telegram.hears() == []
    assert Report.objects.filter(channel="telegram").count() == 1


def test_strangers_are_not_heard(chat: Chat) -> None:
    body, headers = chat.event(text=LAMP)
    forged = dict.fromkeys(headers, "wrong")
    assert chat.post(body | {"secret": "wrong"}, **forged).status_code == 403
    assert chat.client.post("/hooks/chats/nobody/", {}).status_code == 404
    Bot.objects.filter(pk=chat.bot.pk).update(active=False)
    assert chat.post(body, **headers).status_code == 404
    assert not ChatUpdate.objects.exists()


def test_vk_is_told_the_string_of_confirmation(settings: Any, tmp_path: Any) -> None:
    for chat in _open(VkChat, Vk, settings, tmp_path):
        Bot.objects.filter(pk=chat.bot.pk).update(settings={"group_id": 77, "confirmation": "a1b2"})
        asked = {"type": "confirmation", "group_id": 77, "secret": chat.bot.secret}
        assert chat.post(asked).content == b"a1b2"
        assert chat.post(asked | {"group_id": 78}).status_code == 403


def test_a_question_is_answered_in_the_chat_and_a_bad_answer_disputed(telegram: Chat) -> None:
    telegram.sends(text="ну и что это такое вообще")
    telegram.sends(text="не знаю")
    telegram.sends(press="topic:other")
    telegram.sends(press="send")
    telegram.told()
    number = ChatReport.objects.get().report.number
    cases.ask_author(number, text="Какая это улица?", by=elena(), now=timezone.now())
    (news,) = telegram.told()
    assert "Какая это улица?" in words([news])
    (press,) = presses(news)
    telegram.sends(press=press)
    assert "передано" in words(telegram.sends(text="Ленина, дом 5"))
    case = case_of_report(number)
    assert case is not None
    assert case.status == "submitted"
    assert case.notes.filter(kind="reply", text="Ленина, дом 5").exists()


def test_the_executors_words_are_answered_in_the_chat(telegram: Chat) -> None:
    case = written(telegram)
    telegram.told()
    write_to_author(case.number, text="Какой подъезд?", by=boris(), now=timezone.now())
    (news,) = telegram.told()
    assert "Какой подъезд?" in words([news])
    telegram.sends(press=presses(news)[0])
    assert "передано исполнителю" in words(telegram.sends(text="Второй"))
    assert case.lines.get(official=None).text == "Второй"


def test_who_is_not_content_disputes_by_a_button(telegram: Chat) -> None:
    case = written(telegram)
    answered(case, ANSWER)
    telegram.told()
    (stars,) = telegram.sends(press=f"rate:{case.number}:1")
    (low,) = telegram.sends(press=presses(stars)[0])
    assert presses(low) == [f"dispute:{case.number}"]
    telegram.sends(press=presses(low)[0])
    assert "спор принят" in words(telegram.sends(text="Фонарь так и не горит"))
    case.refresh_from_db()
    assert case.status == "disputed"


def test_anothers_number_opens_nothing(telegram: Chat) -> None:
    case = written(telegram)
    answered(case, ANSWER)
    now = timezone.now()
    other = Talk.objects.create(region=telegram.bot.region, bot=telegram.bot, peer="5", next_at=now,
                                begun_at=now, touched_at=now)  # fmt: skip
    ChatReport.objects.update(talk=other)
    for press in (f"rate:{case.number}:5:5", f"dispute:{case.number}", f"reply:{case.number}"):
        assert "не действует" in words(telegram.sends(press=press))
    assert not Rating.objects.exists()


def test_who_wants_no_news_hears_answers_alone(telegram: Chat) -> None:
    telegram.sends(text="/stop")
    case = written(telegram)
    assert Delivery.objects.get(kind="case.registered").state == "dropped"
    answered(case, ANSWER)
    assert ANSWER in words(telegram.told())


def test_a_shut_door_keeps_all_and_says_it_once_in_order(telegram: Chat) -> None:
    telegram.server.stop()
    assert telegram.sends(text=LAMP) == []
    assert telegram.sends(text="Второй день") == []
    assert telegram.bot.way in shut()
    telegram.server.start()
    assert telegram.hears() == []  # its pause is not over
    later = timezone.now() + timedelta(minutes=20)
    assert queries.due_bots(later) == [telegram.bot.pk]
    chats.deliver_all(telegram.bot.pk, now=lambda: later)
    said = telegram.server.said()
    assert len(said) == 2
    chats.deliver_all(telegram.bot.pk, now=lambda: later)
    assert telegram.server.said() == []
    assert not shut()
    assert set(ChatMessage.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_photo_waits_for_its_door_and_nothing_overtakes_it(telegram: Chat) -> None:
    telegram.server.answer = (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
    telegram.sends(text=LAMP, photo="large")
    telegram.sends(point=VOLOGDA)
    assert ChatUpdate.objects.filter(done_at=None).count() == 2
    telegram.server.answer = None
    later = timezone.now() + timedelta(minutes=20)
    (talk,) = queries.due_talks(later)
    chats.hear_all(talk, now=lambda: later)
    chats.deliver_all(telegram.bot.pk, now=lambda: later)
    assert "Файлов: 1" in words(telegram.server.said())


def test_who_blocked_the_bot_stops_nobody(telegram: Chat) -> None:
    telegram.server.answer = (
        403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked"},
    )  # fmt: skip
    telegram.sends(text=LAMP)
    telegram.server.answer = None
    message = ChatMessage.objects.get()
    assert (message.state, "blocked" in message.note) == ("refused", True)
    assert telegram.sends(text="/my") != []


def test_nothing_of_a_talk_lies_readable_or_for_ever(telegram: Chat) -> None:
    telegram.sends(text="Тайнописная яма у меня во дворе")
    texts = dump()
    assert not [table for table, text in texts.items() if "Тайнописная" in text or "700001" in text]
    much_later = timezone.now() + timedelta(days=100)
    assert chats.forget_old(now=much_later)["talks"]
    assert not Talk.objects.exists()
    case = written(telegram)
    depersonalise([case.report], now=timezone.now())
    assert not Talk.objects.exists()
    assert Report.objects.get(pk=case.report_id).contact_kind == "none"


def test_an_administrator_connects_a_bot_and_its_key_is_never_shown(telegram: Chat) -> None:
    admin = signed_in(accounts.official(accounts.ADMINISTRATOR))
    page = admin.get(f"/admin/chats/bot/{telegram.bot.pk}/change/")
    assert page.status_code == 200
    assert KEY not in page.content.decode()
    said = {"kind": "telegram", "title": "Новое имя", "address": telegram.bot.address, "key": "",
            "secret": telegram.bot.secret, "url": telegram.bot.url, "settings": "{}",
            "active": "on"}  # fmt: skip
    assert admin.post(f"/admin/chats/bot/{telegram.bot.pk}/change/", said).status_code == 302
    telegram.bot.refresh_from_db()
    assert (telegram.bot.title, telegram.bot.key) == ("Новое имя", KEY)
    admin.post("/admin/chats/bot/", {"action": "connect", "_selected_action": telegram.bot.pk})
    (told,) = [said for method, said in telegram.server.calls if method == "setWebhook"]
    assert told["url"].endswith(f"/hooks/chats/{telegram.bot.address}/")
    assert told["secret_token"] == telegram.bot.secret
