"""A discussion through its pages: the document, comments at its places, moderation in the open."""

from __future__ import annotations

import uuid
from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from otklik.flow.privacy.commands import forget_person
from otklik.ground.accounts.models import Person
from otklik.ground.accounts.rules import Refused
from otklik.ground.kit.memo import forget
from otklik.ground.territories.queries import region
from otklik.journal.following import catch_up
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.discussions import commands, queries
from otklik.participation.discussions.commands import Said
from otklik.participation.discussions.models import (
    Comment,
    CommentAppeal,
    Discussion,
    DocumentPart,
    ModerationAct,
    Participant,
)
from otklik.participation.projects.rules import Circle
from otklik.readers.notifications.models import Delivery
from otklik.readers.notifications.queries import composed
from tests.cast import bound, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from otklik.ground.accounts.models import Official

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
DOCUMENT = "# Дорожки\n\nАллею расширяем.\n\n@ 59.2052, 39.8729 Вход\n\n# Деревья\n\nСажаем липы."


def running(moderation: str = "post", *, closed: bool = False) -> Discussion:
    now = timezone.now()
    by = bound("vote_organiser", organisation="cur")
    opens, closes = now - 2 * DAY, now + (-DAY if closed else DAY)
    draft = commands.Draft("Парк у реки", opens, closes, moderation=moderation)
    made = commands.draft_discussion(draft, by=by, now=opens - DAY)
    commands.write_document(made.pk, DOCUMENT, by=by, now=opens - DAY)
    return commands.announce_discussion(made.pk, by=by, now=opens - DAY)


def moderator() -> Official:
    return bound("moderator")


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return str(answer.content.decode())


def wrote(found: Discussion, said: Said, person: Person | None = None) -> Comment:
    at = found.phase.opens_at + DAY / 2
    return commands.write(found.pk, said, person=person or citizen(), now=at)


def form(**more: str) -> dict[str, str]:
    return {"text": "Нужна скамейка", "stance": "for", "signed": "no", "key": str(uuid.uuid4()),
            **more}  # fmt: skip


def test_an_organiser_writes_a_document_checks_and_announces() -> None:
    desk = signed_in(bound("vote_organiser", organisation="cur"))
    now = timezone.localtime()
    said = {
        "title": "Двор у школы", "about": "Проект двора", "min_age": "14", "min_level": "none",
        "moderation": "pre", "opens_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 9 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    bad = desk.post("/desk/discussions/new/", {**said, "closes_at": said["opens_at"]})
    assert bad.status_code == 422
    assert "Проект двора" in bad.content.decode()
    page = desk.post("/desk/discussions/new/", said)["Location"]
    assert "Нужен хотя бы один абзац" in text(desk, page)
    assert desk.post(page, {"document": DOCUMENT}).status_code == 302
    assert "Аллею расширяем" in text(desk, page)
    assert desk.post(f"{page}announce/").status_code == 302
    found = Discussion.objects.get()
    assert "Двор у школы" in text(signed_in(None), "/discussions/")
    shown = text(signed_in(None), f"/discussions/{found.slug}/")
    assert "Показываем после проверки" in shown
    assert "Написать об абзаце" not in shown, "it has not begun"
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        DocumentPart.objects.update(text="Иначе")
    late = desk.post(page, {"document": "Другое\n\nсовсем"})
    assert late.status_code == 422
    other = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert other.get(page).status_code == 404


def test_a_resident_writes_at_a_paragraph_and_another_answers() -> None:
    found, person = running(), citizen()
    person.first_name, person.last_name = "Анна", "Соколова"
    person.save()
    browser, root = signed_in(person), f"/discussions/{found.slug}/"
    assert "Написать об абзаце" in text(browser, root)
    page = f"{root}write/?part=p1-1"
    assert "Аллею расширяем" in text(browser, page)
    sent = browser.post(page, form(signed="yes"))
    one = Comment.objects.get()
    assert sent["Location"] == f"{root}#c{one.pk}"
    assert (one.part and one.part.key, one.stance, one.signature) == ("p1-1", "for", "Анна С.")
    other = signed_in(citizen())
    assert "Нужна скамейка" in text(other, f"{root}write/?to={one.pk}")
    other.post(f"{root}write/?to={one.pk}", form(text="Поддерживаю", stance=""))
    shown = text(signed_in(None), root)
    for words in ("Анна С.", "Нужна скамейка", "Поддерживаю", "Написали человек: 2"):
        assert words in shown
    reply = Comment.objects.get(depth=1)
    assert browser.get(f"{root}write/?to={reply.pk}").status_code == 404, "two levels, no third"
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        Comment.objects.create(
            region=region(), discussion=found, participant=one.participant, parent=reply, depth=1,
            text="Ещё глубже", state="shown", made_at=timezone.now(),
        )  # fmt: skip
    assert "Нужна скамейка" in text(browser, f"{root}?part=p1-1")
    assert "Нужна скамейка" not in text(signed_in(None), f"{root}?part=p2-1")
    assert "Нужна скамейка" not in text(signed_in(None), f"{root}?stance=against")
    catch_up(["notifications"])
    letter = composed(Delivery.objects.get(kind="comment.shown"))
    assert letter
    assert letter.address == person.email
    assert "Парк у реки" in letter.letter.subject
    assert "Поддерживаю" not in letter.letter.text


def test_a_mistake_loses_nothing_and_personal_data_are_warned_of_before_sending() -> None:
    found, person = running(), citizen()
    browser, page = signed_in(person), f"/discussions/{found.slug}/write/?part=t1"
    for said, words in (
        (form(stance=""), "за, против или нейтрально"), (form(text=" "), "Напишите, что думаете"),
        (form(text="Длинно" * 600), "Слишком длинно"),
        (form(text="Звоните мне: +7 921 555-01-42"), "личные данные: телефон"),
    ):  # fmt: skip
        bad = browser.post(page, said)
        assert bad.status_code == 422, words
        assert words in bad.content.decode()
        assert said["text"].strip() in bad.content.decode()
    assert not Comment.objects.exists()
    assert 'name="sure"' in bad.content.decode()
    assert browser.post(page, {**said, "sure": "yes"}).status_code == 302
    assert browser.get(f"/discussions/{found.slug}/write/?part=p9-9").status_code == 404
    assert signed_in(None).get(page).status_code == 302
    assert signed_in(None).get("/discussions/no-such/").status_code == 404


def test_a_day_has_its_limit_and_a_second_press_writes_nothing() -> None:
    found, person = running(), citizen()
    browser, page = signed_in(person), f"/discussions/{found.slug}/write/"
    whole = region()
    whole.settings = {**whole.settings, "discussions": {"comments_a_day": 2}}
    whole.save()
    forget()
    twice = form()
    for said in (twice, twice, form(text="Второй")):
        assert browser.post(page, said).status_code == 302
    assert Comment.objects.count() == 2
    full = browser.post(page, form(text="Третий"))
    assert full.status_code == 422
    assert "Сегодня вы написали уже 2" in full.content.decode()
    assert "Третий" in full.content.decode()


def test_only_the_audience_writes() -> None:
    now = timezone.now()
    by = bound("vote_organiser", organisation="cur")
    circle = Circle(18, frozenset({"vologda-city"}))
    made = commands.draft_discussion(
        commands.Draft("Для города", now - DAY, now + DAY, circle=circle), by=by, now=now - 2 * DAY
    )
    commands.write_document(made.pk, "Абзац", by=by, now=now - 2 * DAY)
    commands.announce_discussion(made.pk, by=by, now=now - 2 * DAY)
    page = f"/discussions/{made.slug}/write/"
    refused = signed_in(citizen("cherepovets-city")).post(page, form())
    assert refused.status_code == 422
    assert "жители других территорий" in refused.content.decode()
    child = signed_in(citizen(born=timezone.localdate().replace(year=2012))).post(page, form())
    assert "Участвуют с 18 лет" in child.content.decode()
    new = signed_in(Person.objects.create_user("new@example.ru", region=region()))
    assert "Где вы живёте" in text(new, f"{page}?part=p1-1")
    assert new.post(page, {"territory": "vologda-city", "born_on": ""}).status_code == 422
    said = {"territory": "vologda-city", "born_on": "1990-01-02"}
    assert new.post(f"{page}?part=p1-1", said)["Location"] == f"{page}?part=p1-1"
    assert new.post(page, form()).status_code == 302
    assert Comment.objects.count() == 1


def test_before_moderation_nobody_reads_it_and_after_hiding_everybody_reads_why() -> None:
    found, person = running("pre"), citizen()
    one = wrote(found, Said("Вы все бездельники", "against"), person)
    root = f"/discussions/{found.slug}/"
    assert "бездельники" not in text(signed_in(None), root)
    assert "ждёт проверки" in text(signed_in(person), root)
    first = moderator()
    desk, path = signed_in(first), f"/desk/discussions/comments/{one.pk}/"
    assert "бездельники" in text(desk, "/desk/discussions/moderation/")
    bad = desk.post(path, {"act": "hide", "reason": ""})
    assert bad.status_code == 422
    assert "Выберите причину" in bad.content.decode()
    assert desk.post(path, {"act": "hide", "reason": "insult"}).status_code == 302
    again = desk.post(path, {"act": "hide", "reason": "insult"})
    assert again.status_code == 422
    assert "поступили иначе" in again.content.decode()
    shown, log = text(signed_in(None), root), text(signed_in(None), f"{root}log/")
    for page in (shown, log):
        assert "Оскорбления, угрозы или мат" in page
        assert "бездельники" not in page
        assert first.person.last_name not in page, "by role, not by name"
    assert Comment.objects.get().text == "Вы все бездельники", "hidden, not erased"
    for table, change in ((Comment, {"text": "Иначе"}), (ModerationAct, {"reason": "repeated"})):
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            table.objects.update(**change)
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            table.objects.all()._raw_delete("default")
    catch_up(["notifications"])
    letter = composed(Delivery.objects.get(kind="comment.hidden"))
    assert letter
    assert "Оскорбления" in letter.letter.text


def test_another_moderator_decides_an_appeal() -> None:
    found, person = running(), citizen()
    one = wrote(found, Said("Спросите жителей дома 14", "neutral"), person)
    first, second = moderator(), moderator()
    commands.moderate(one.pk, "hide", reason="off_topic", by=first, now=timezone.now())
    author, path = signed_in(person), f"/discussions/{found.slug}/appeal/{one.pk}/"
    assert signed_in(citizen()).get(path).status_code == 404
    assert author.post(path, {"text": ""}).status_code == 422
    assert author.post(path, {"text": "Я о дорожке и писал"}).status_code == 302
    twice = author.post(path, {"text": "И ещё раз"})
    assert twice.status_code == 422
    assert "И ещё раз" in twice.content.decode()
    appeal = CommentAppeal.objects.get()
    door = f"/desk/discussions/appeals/{appeal.pk}/"
    said = {"act": "restore", "reply": "Комментарий по делу"}
    own = signed_in(first)
    assert "Скрыли вы: решит другой" in text(own, "/desk/discussions/moderation/?tab=appeals")
    assert "другой модератор" in own.post(door, said).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentAppeal.objects.update(decided_by=first, outcome=appeal.against)
    restore = own.post(f"/desk/discussions/comments/{one.pk}/", {"act": "restore"})
    assert restore.status_code == 422, "while an appeal waits nobody goes round it"
    other = signed_in(second)
    wordless = other.post(door, {**said, "reply": ""})
    assert wordless.status_code == 422
    assert other.post(door, said).status_code == 302
    assert Comment.objects.get().state == "shown"
    assert "Жалоба уже решена" in other.post(door, said).content.decode()
    assert "по жалобе автора" in text(signed_in(None), f"/discussions/{found.slug}/log/")
    assert "Комментарий по делу" in text(author, f"/discussions/{found.slug}/")
    catch_up(["notifications"])
    letter = composed(Delivery.objects.get(kind="comment.restored"))
    assert letter
    assert "Комментарий по делу" in letter.letter.text


def test_moderators_see_their_bodies_and_others_no_door() -> None:
    found = running()
    one = wrote(found, Said("Добавьте урны", "for"))
    path = f"/desk/discussions/comments/{one.pk}/"
    away = signed_in(bound("vote_organiser", organisation="adm-vologda-city"))
    assert "Добавьте урны" not in text(away, "/desk/discussions/moderation/?tab=shown")
    assert away.post(path, {"act": "hide", "reason": "insult"}).status_code == 404
    assert signed_in(bound("analyst")).post(path, {"act": "hide"}).status_code == 403
    assert signed_in(bound("analyst")).get("/desk/discussions/").status_code == 403
    assert signed_in(citizen()).get("/desk/discussions/").status_code == 404
    desk = signed_in(moderator())
    assert "Парк у реки" in text(desk, "/desk/discussions/")
    assert desk.get(f"/desk/discussions/{found.pk}/").status_code == 403, "no organiser"


def test_open_data_have_ids_and_no_hidden_words() -> None:
    found, person = running(), citizen()
    person.first_name = "Анна"
    person.save()
    shown = wrote(found, Said("=Сумма растёт", "for", "p1-1", signed=True), person)
    hidden = wrote(found, Said("Вы бездельники", "against"))
    commands.moderate(hidden.pk, "hide", reason="insult", by=moderator(), now=timezone.now())
    root, guest = f"/discussions/{found.slug}/", signed_in(None)
    table = guest.get(f"{root}comments.csv").content.decode("utf-8-sig")
    assert table.splitlines()[0] == "id,parent,part,stance,state,day,place,level,origin,text"
    assert "'=Сумма растёт" in table
    told = guest.get(f"{root}comments.json").json()
    assert [each["id"] for each in told["comments"]] == [shown.pk, hidden.pk]
    assert told["moderation"][0]["reason"] == "insult"
    assert told["parts"][2]["lat"] == 59.2052
    for page in (table, str(told)):
        for secret in ("Анна", person.email, "бездельники"):
            assert secret not in page


def test_a_forgotten_person_leaves_a_stance_and_no_words() -> None:
    found, person = running(), citizen()
    one = wrote(found, Said("Живу у моста, дом 5", "for", signed=True), person)
    wrote(found, Said("И я", to=one.pk))
    forget_person(person, by="test", now=timezone.now())
    catch_up(["discussions"])
    one.refresh_from_db()
    assert (one.text, one.signature, one.stance, one.state) == ("", "", "for", "erased")
    assert one.participant.person is None
    page = text(signed_in(None), f"/discussions/{found.slug}/")
    assert "Стёрто по просьбе автора" in page
    assert "И я" in page


def test_after_the_end_it_waits_for_a_decision_and_writers_hear() -> None:
    from otklik.participation.outcomes import commands as outcomes  # noqa: PLC0415

    found, person = running(closed=True), citizen()
    commands.write(found.pk, Said("Поздно не будет", "for"), person=person,
                   now=found.phase.opens_at + DAY / 2)  # fmt: skip
    root = f"/discussions/{found.slug}/"
    assert signed_in(person).get(f"{root}write/").status_code == 302
    for path in (root, "/outcomes/", f"/projects/{found.phase.project.slug}/"):
        page = text(signed_in(None), path)
        assert "решения нет 1 день" in page
        assert root in page
    outcomes.decide(
        found.phase_id,
        outcomes.Said("accepted", "Учтём всё", "Мэр", timezone.localdate()),
        by=found.made_by, now=timezone.now(),
    )  # fmt: skip
    catch_up(["notifications"])
    letter = composed(Delivery.objects.get(kind="ruling.made", whom=f"person:{person.pk}"))
    assert letter
    assert "Учтём всё" in letter.letter.text


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_write_one_comment_and_keep_the_limit() -> None:
    found, person = running(), citizen()
    once = Said("Одно нажатие", "for")

    def together(*said: Said) -> list[Any]:
        gate = Barrier(len(said))
        done: list[Any] = []

        def press(one: Said) -> None:
            try:
                gate.wait(timeout=30)
                done.append(commands.write(found.pk, one, person=person, now=timezone.now()).pk)
            except Refused as refusal:
                done.append(refusal.code)
            finally:
                connection.close()

        threads = [Thread(target=press, args=[each]) for each in said]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return done

    first = together(once, once)
    assert first[0] == first[1]
    assert (Comment.objects.count(), Participant.objects.count()) == (1, 1)
    whole = region()
    whole.settings = {**whole.settings, "discussions": {"comments_a_day": 2}}
    whole.save()
    forget()
    second = together(Said("Один", "for"), Said("Другой", "for"))
    assert "too_many" in second
    assert Comment.objects.count() == 2
    assert queries.counts(found)["all"] == 2
