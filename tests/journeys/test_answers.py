"""Journey: a pothole goes to its owner by the map, is «fixed» with an old photo, the approver is
warned, the author disputes, a verifier confirms. Everything through pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.answers import commands as answers
from otklik.flow.answers.models import AnswerTemplate, Overruling
from otklik.flow.answers.tests.photos import jpeg, scene, upload
from otklik.flow.cases import commands as cases
from otklik.flow.cases import timers
from otklik.flow.cases.models import Case
from otklik.flow.intake.jobs import make_copies
from otklik.flow.intake.models import Attachment
from otklik.flow.triage.commands import decide
from otklik.ground.topics.models import DeadlinePolicy
from tests.cast import POTHOLE, VOLOGDA, boris, clara, denis, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
SAID = {
    "done": "Вырубили старый край и закатали яму горячим асфальтом у дома двенадцать",
    "when": "24 ноября днём", "who": "Бригада дорожной службы", "next": "Весной проверим шов",
    "result": "solved",
}  # fmt: skip


def citizen() -> Client:
    return signed_in(accounts.person(accounts.CITIZEN))


def sent(client: Client, text: str, photo: bytes) -> Case:
    """Send a message by the form, let triage decide, make copies: as the worker does."""
    form = {
        "text": text, "topic": "roads-pothole", "place_kind": "pin", "lat": str(VOLOGDA[0]),
        "lon": str(VOLOGDA[1]), "contact_kind": "email", "email": "anna@example.ru",
        "public": "on", "consent": "on", "twins_seen": "1", "photos": upload(photo),
    }  # fmt: skip
    answer = client.post("/send/", form)
    assert answer.status_code == 302, answer.content.decode()
    number = answer["Location"].strip("/").split("/")[-1].replace("-", "")
    attachment = Attachment.objects.get(report__number=number)
    decide(attachment.report_id, now=timezone.now())
    copied(attachment.report_id)
    return Case.objects.get(number=number)


def copied(report_id: int) -> None:
    for attachment in Attachment.objects.filter(report=report_id, public=""):
        make_copies(attachment_id=attachment.pk)


def desk(official: Any, case: Case, verb: str, **form: Any) -> Any:
    return signed_in(official).post(f"/desk/c/{case.spoken}/{verb}/", form)


def page(official: Any, case: Case) -> str:
    return signed_in(official).get(f"/desk/c/{case.spoken}/").content.decode()


def looked_into(case: Case) -> None:
    """Do what the worker does seconds after an answer was submitted."""
    version = case.answers.order_by("version").last()
    assert version is not None
    answers.examine_version(case.number, version.version, now=timezone.now())
    copied(case.report_id)


def test_a_pothole_fixed_on_paper_comes_back_and_is_confirmed_on_the_spot() -> None:
    anna = citizen()
    old = sent(anna, "Яма на Мира у аптеки", jpeg(scene(40)))
    assert old.organisation is not None
    assert old.organisation.code == "vologda-gorhoz"  # by the map: nobody chose it
    assert desk(boris(), old, "submit", **SAID, proofs=upload(jpeg(scene(41)))).status_code == 302
    desk(clara(), old, "approve")

    case = sent(anna, "Глубокая яма на Мира у школы, бьём колёса", jpeg(scene(42)))
    again = jpeg(scene(41).resize((640, 480)), quality=45)
    words = {**SAID, "done": "Сняли просевший слой, подсыпали щебень и положили новую карту"}
    assert desk(boris(), case, "submit", **words, proofs=upload(again)).status_code == 302

    refused = desk(clara(), case, "approve")  # faster than the worker: looked into at once
    assert refused.status_code == 422
    told = refused.content.decode()
    assert f"Это фото уже было: ответ № {old.spoken}" in told
    assert 'name="overrule_reason"' in told
    case.refresh_from_db()
    assert case.status == "approval"
    sent_anyway = desk(
        clara(), case, "approve", overrule="on", overrule_reason="Борис говорит, что это одна яма"
    )
    assert sent_anyway.status_code == 302
    assert Overruling.objects.get(answer__case=case).codes == ["photo_seen"]
    copied(case.report_id)

    own = anna.get(f"/m/{case.spoken}/").content.decode()
    assert "data-compare" in own  # before and after
    rated = anna.post(
        f"/m/{case.spoken}/rate/",
        {"answer_score": "2", "result_score": "1", "comment": "Яма на месте", "dispute": "yes"},
    )
    assert rated.status_code == 302
    desk(denis(), case, "reopen", reason="Снимок с другой улицы")
    case.refresh_from_db()
    assert case.status == "reopened"

    better = {
        **words,
        "done": "Приехали снова, вырезали карту и заделали яму целиком, сняли с места",
    }
    desk(boris(), case, "submit", **better, proofs=upload(jpeg(scene(43))))
    looked_into(case)
    assert "Предупреждения" not in page(clara(), case).split("v2")[1]
    desk(clara(), case, "approve")

    gleb = accounts.official(accounts.CONTROLLER)
    DeadlinePolicy.objects.filter(pk=case.policy_id or 0).update(fast_track=True)
    listed = signed_in(gleb).get("/desk/checks/").content.decode()
    assert case.spoken in listed
    assert (
        desk(gleb, case, "verify", note="Ровно", photos=upload(jpeg(scene(44)))).status_code == 302
    )
    case.refresh_from_db()
    assert case.status == "resolved_confirmed"
    assert "подтверждено" in page(gleb, case)
    assert (
        "Независимый контролёр проверил на месте" in anna.get(f"/m/{case.spoken}/").content.decode()
    )


def test_a_verifier_who_sees_nothing_done_sends_it_back_with_a_word_to_the_author() -> None:
    anna, gleb = citizen(), accounts.official(accounts.CONTROLLER)
    case = sent(anna, "Яма на Мира", jpeg(scene(45)))
    desk(boris(), case, "submit", **SAID, proofs=upload(jpeg(scene(46))))
    desk(clara(), case, "approve")
    silent = desk(gleb, case, "refute", finding="formal")
    assert silent.status_code == 422
    assert "Напишите, что увидели на месте" in silent.content.decode()
    assert desk(gleb, case, "refute", finding="formal", note="Ямы не касались").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.reopenings) == ("reopened", 1)
    own = anna.get(f"/m/{case.spoken}/").content.decode()
    assert "Отписка" in own
    assert "Ямы не касались" in own
    of_the_city = desk(clara(), case, "refute", finding="formal", note="Нет")
    assert of_the_city.status_code == 403


def test_the_editor_keeps_what_is_typed_inserts_a_template_and_says_how_it_reads() -> None:
    case = sent(citizen(), "Яма на Мира", jpeg(scene(47)))
    client = signed_in(boris())
    before = client.get(f"/desk/c/{case.spoken}/").content.decode()
    template = AnswerTemplate.objects.get(code="pothole-fixed")
    assert f"template:{template.pk}" in before
    typed = {"done": "Заделали сегодня утром", "when": "", "who": "", "next": ""}
    kept = client.post(
        f"/desk/c/{case.spoken}/draft/", {**typed, "insert": f"template:{template.pk}"}
    )
    shown = kept.content.decode()
    assert "Заделали сегодня утром" in shown
    assert "{done_on}" in shown
    assert "Лёгкость чтения" in shown
    assert "черновик сохранён" in shown
    assert "Заделали сегодня утром" in client.get(f"/desk/c/{case.spoken}/").content.decode()
    left = client.post(
        f"/desk/c/{case.spoken}/submit/",
        {**SAID, "when": "{done_on}", "template": str(template.pk)},
    )
    assert left.status_code == 422
    assert "Замените пропуски образца: {done_on}" in left.content.decode()
    assert SAID["done"] in left.content.decode()
    client.post(
        f"/desk/c/{case.spoken}/submit/",
        {**SAID, "template": str(template.pk), "proofs": upload(jpeg(scene(48)))},
    )
    template.refresh_from_db()
    assert template.uses == 1
    assert not case.answer_drafts.exists()


def test_hints_come_while_typing_and_find_officialese_template_and_a_phone() -> None:
    case = sent(citizen(), "Яма на Мира", jpeg(scene(49)))
    heavy = {
        "done": "В целях ликвидации дефектов осуществлены мероприятия по восстановлению"
        " асфальтобетонного покрытия, тел. 8 921 123-45-67", "when": "в кратчайшие сроки",
    }  # fmt: skip
    answer = signed_in(boris()).post(
        f"/desk/c/{case.spoken}/draft/", heavy, headers={"HX-Request": "true"}
    )
    said = answer.content.decode()
    assert "«В целях»: лучше «чтобы»" in said
    assert "Трудно читать" in said
    assert "личные данные: телефон</li>" in said
    assert "Нет ответа на вопрос «когда»" in said
    assert "<html" not in said


def test_an_answer_copied_from_another_case_is_told_with_its_number() -> None:
    first = sent(citizen(), "Яма на Мира", jpeg(scene(50)))
    desk(boris(), first, "submit", **SAID, proofs=upload(jpeg(scene(51))))
    looked_into(first)
    second = sent(citizen(), "Яма на Ленина", jpeg(scene(52)))
    desk(boris(), second, "submit", **SAID, proofs=upload(jpeg(scene(53))))
    looked_into(second)
    assert f"Ответ совпадает с № {first.spoken} на 100 %" in page(clara(), second)


def test_solved_cases_alike_are_at_hand_with_their_answers() -> None:
    anna = citizen()
    first = sent(anna, "Глубокая яма у школы на Мира", jpeg(scene(54)))
    desk(boris(), first, "submit", **SAID, proofs=upload(jpeg(scene(55))))
    desk(clara(), first, "approve")
    cases.confirm_case(first.number, by="anonymous", now=timezone.now())
    second = sent(anna, "Яма у школы на Мира", jpeg(scene(56)))
    assert f"case:{first.number}" in page(boris(), second)
    taken = signed_in(boris()).post(
        f"/desk/c/{second.spoken}/draft/", {"insert": f"case:{first.number}"}
    )
    assert SAID["next"] in taken.content.decode()


def test_an_interim_answer_keeps_its_promise_in_sight_wakes_and_asks_the_author() -> None:
    anna = citizen()
    case = sent(anna, "Яма на Мира", jpeg(scene(57)))
    day = timezone.localdate() + timedelta(days=30)
    words = {"done": "Засыпали яму щебнем до тепла", "next": "Положим асфальт весной",
             "result": "planned", "interim": "on"}  # fmt: skip
    assert desk(boris(), case, "submit", **words).status_code == 422  # a promise needs its day
    assert desk(boris(), case, "submit", **words, control_at=day.isoformat()).status_code == 302
    looked_into(case)
    desk(clara(), case, "approve_interim", overrule="on", overrule_reason="Кем — видно из текста")
    said = anna.get(f"/m/{case.spoken}/").content.decode()
    assert "Обещано к" in said
    assert "Оцените" not in said
    then = timezone.now() + timedelta(days=31)
    assert timers.wake(then) == 1
    version = case.answers.get()
    version.control_at = timezone.now() - timedelta(minutes=1)
    version.save()
    case.refresh_from_db()
    assert case.status == "in_progress"
    asked = anna.get(f"/m/{case.spoken}/").content.decode()
    assert "Обещали к" in asked
    assert "Оцените" in asked
    anna.post(f"/m/{case.spoken}/rate/", {"answer_score": "3", "result_score": "1"})
    assert case.ratings.get().result_score == 1


def test_a_coordinator_edits_templates_of_the_own_body_alone() -> None:
    client = signed_in(boris())
    form = {"title": "Наш образец", "done": "Заделали: {place}", "when": "{done_on}",
            "organisation": "adm-vologda-city", "topic": POTHOLE, "active": "on"}  # fmt: skip
    assert client.post("/desk/templates/new/", form).status_code == 302
    made = AnswerTemplate.objects.get(title="Наш образец")
    assert made.history.count() == 1
    foreign = client.post("/desk/templates/new/", {**form, "organisation": "adm-cherepovets-city"})
    assert foreign.status_code == 422
    common = AnswerTemplate.objects.get(code="pothole-fixed")
    assert client.get(f"/desk/templates/{common.pk}/").status_code == 404
    strange = client.post("/desk/templates/new/", {**form, "done": "Скоро: {whatever}"})
    assert strange.status_code == 422
    assert "{whatever}" in strange.content.decode()
