"""59-ФЗ through the pages: citizens', the registrar's, the body's, the head's."""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.appeals.models import Paper, Registration
from otklik.flow.appeals.sstu_rules import STATUSES, problems_of
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import case_of_report
from otklik.flow.intake.models import Report
from otklik.flow.triage.commands import decide
from otklik.ground.accounts.models import Look
from otklik.ground.kit.cms import DemoSigner
from otklik.ground.organisations.queries import organisations
from otklik.ground.topics.models import Topic
from otklik.journal.reading import about
from tests.cast import NOW, anna_writes, boris, bound, clara, elena, olga, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ANSWER = {
    "done": "Яму заделали щебнем и асфальтом", "when": "25 ноября 2026 года",
    "who": "Подрядчик города, ООО «Дорожник»", "next": "Летом обновим всю улицу",
    "result": "explained",
}  # fmt: skip
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME = {"last_name": "Соколова", "first_name": "Анна", "patronymic": "Ивановна"}


@pytest.fixture(autouse=True)
def _signs(settings: Any, tmp_path: Path) -> None:
    settings.SIGNER, settings.DATA, settings.MEDIA_ROOT = "test", tmp_path, tmp_path / "files"


def press(client: Client, case: Case, verb: str, at: datetime, **form: Any) -> Any:
    with time_machine.travel(at, tick=False):
        return client.post(f"/desk/c/{case.spoken}/{verb}/", form)


def sent(at: datetime = NOW, **form: Any) -> Case:
    """Let Anna send an appeal on the site's form."""
    client = signed_in(accounts.person(accounts.CITIZEN))
    values = {
        "text": "Прошу отремонтировать улицу Мира у дома 12: ямы не дают проехать",
        "topic": "roads-pothole", "place_kind": "pin", "lat": "59.2205", "lon": "39.8915",
        "contact_kind": "email", "email": "anna@example.ru", "public": "on",
        "idempotency_key": uuid.uuid4().hex, "regime": "appeal_59fz", "twins_seen": "1", **NAME,
    }  # fmt: skip
    with time_machine.travel(at, tick=False):
        answer = client.post("/send/", values | form)
        assert answer.status_code == 302, answer.content.decode()
        number = "".join(filter(str.isdigit, answer["Location"]))
        case = case_of_report(number)
        if case is None:
            decide(Report.objects.get(number=number).pk, now=at + timedelta(seconds=1))
            case = case_of_report(number)
    assert case is not None
    return case


def registered(at: datetime = NOW + HOUR, body: str = "adm-vologda-city", **form: Any) -> Case:
    case = sent(**form)
    answer = press(signed_in(olga()), case, "register_appeal", at, organisation=body)
    assert answer.status_code == 302, answer.content.decode()
    case.refresh_from_db()
    return case


def own_page(case: Case, at: datetime = NOW + 2 * DAY) -> str:
    with time_machine.travel(at, tick=False):
        page = signed_in(accounts.person(accounts.CITIZEN)).get(f"/m/{case.spoken}/")
    assert page.status_code == 200
    return str(page.content.decode())


def read(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


def test_the_form_asks_an_appeal_for_name_and_keeps_what_was_typed() -> None:
    client = signed_in(None)
    form = {
        "text": "Прошу ответить", "place_kind": "unknown", "contact_kind": "none",
        "idempotency_key": "k1", "regime": "appeal_59fz", "last_name": "", "postal_address": "",
    }  # fmt: skip
    page = client.post("/send/", form)
    assert page.status_code == 422
    said = page.content.decode()
    assert "без них на обращение не отвечают" in said
    assert "Укажите, куда прислать ответ" in said
    assert "Прошу ответить" in said


def test_an_appeal_waits_for_its_registration_and_is_shown_to_nobody() -> None:
    case = sent()
    assert (case.regime, case.status, case.public) == ("appeal_59fz", "submitted", False)
    assert case.policy is not None
    assert case.policy.code == "APPEAL-59"
    assert signed_in(None).get(f"/m/{case.spoken}/").status_code == 404
    assert case.stage_due is not None
    assert case.stage_due <= NOW + 4 * DAY


def test_an_appeal_cannot_be_rejected_by_any_button() -> None:
    case = sent()
    page = signed_in(elena()).get(f"/desk/c/{case.spoken}/").content.decode()
    assert f"/desk/c/{case.spoken}/reject/" not in page
    answer = press(signed_in(elena()), case, "reject", NOW + HOUR, reason="advertising", note="Нет")
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.status == "submitted"


def test_registration_gives_a_number_thirty_days_and_a_notice() -> None:
    case, second = registered(), registered()
    made = Registration.objects.get(case=case)
    assert re.fullmatch(r"А-\d+/26", made.number)
    assert Registration.objects.get(case=second).serial == made.serial + 1
    assert case.due is not None
    assert NOW + 28 * DAY < case.due <= NOW + 31 * DAY
    assert made.number in own_page(case)
    journal = signed_in(olga()).get("/desk/appeals/", {"q": made.number}).content.decode()
    assert case.spoken in journal
    assert "С. А. И." in journal
    assert "Соколова" not in journal


def test_a_message_becomes_an_appeal_and_keeps_number_and_history() -> None:
    case = opened_case()
    number, before = case.number, [entry.kind for entry in about(case.ref)]
    client = signed_in(accounts.person(accounts.CITIZEN))
    with time_machine.travel(NOW + DAY, tick=False):
        nameless = client.post(f"/m/{case.spoken}/appeal/", {"last_name": ""})
        assert nameless.status_code == 422
        assert "без них на обращение не отвечают" in nameless.content.decode()
        assert client.post(f"/m/{case.spoken}/appeal/", NAME).status_code == 302
    case.refresh_from_db()
    assert (case.number, case.regime, case.status) == (number, "appeal_59fz", "submitted")
    assert not case.public
    kinds = [entry.kind for entry in about(case.ref)]
    assert kinds[: len(before)] == before
    assert kinds[-1] == "case.became_appeal"
    assert press(signed_in(olga()), case, "register_appeal", NOW + 2 * DAY).status_code == 302
    case.refresh_from_db()
    assert case.due is not None
    assert case.due > NOW + 29 * DAY


def test_an_appeal_to_the_wrong_body_is_redirected_on_day_six_with_a_notice() -> None:
    case = registered()
    late, chief = registered(), signed_in(clara())
    at = NOW + 6 * DAY
    outside = next(code for code, each in organisations().items() if each.external)
    form = {"organisation": outside, "note": "Вопрос о налоге решает налоговая служба"}
    assert press(chief, case, "redirect_appeal", at, **form).status_code == 302
    case.refresh_from_db()
    assert case.status == "redirected"
    said = own_page(case, at)
    assert "части 3 и 4 статьи 8" in said
    assert "Вопрос о налоге решает налоговая служба" in said
    refused = press(chief, late, "redirect_appeal", NOW + 9 * DAY, **form)
    assert refused.status_code == 422
    assert "7 дней" in refused.content.decode()


def test_a_complaint_reaches_neither_its_target_nor_those_beneath_by_any_door() -> None:
    target = organisations()["adm-vologda-city"]
    beneath = next(each for each in organisations().values() if each.parent_id == target.pk)
    case = sent(complaint_on="adm-vologda-city", appeal_kind="complaint")
    registrar = signed_in(olga())
    for body in (target, beneath):
        answer = press(registrar, case, "register_appeal", NOW + HOUR, organisation=body.code)
        assert answer.status_code == 422
        assert "ст. 8 ч. 6" in answer.content.decode()
    assert press(registrar, case, "register_appeal", NOW + HOUR).status_code == 302
    for body in (target, beneath):
        for client in (registrar, signed_in(elena())):
            answer = press(client, case, "assign", NOW + 2 * HOUR, organisation=body.code)
            assert answer.status_code == 422
        answer = press(registrar, case, "redirect_appeal", NOW + DAY, organisation=body.code)
        assert answer.status_code == 422
        rows = {"question_1": "Почему грубят", "question_organisation_1": body.code,
                "question_2": "Кто накажет", "question_organisation_2": "gov-appeals"}  # fmt: skip
        assert press(registrar, case, "split", NOW + DAY, **rows).status_code == 422
    case.refresh_from_db()
    assert case.organisation is not None
    assert case.organisation.code == "gov-appeals"
    everywhere = bound("curator", home="adm-vologda-city")
    assert signed_in(everywhere).get(f"/desk/c/{case.spoken}/").status_code == 404
    assert case.spoken not in signed_in(everywhere).get("/desk/?status=").content.decode()
    below = bound("curator", home=beneath.code)
    assert signed_in(below).get(f"/desk/c/{case.spoken}/").status_code == 404
    superior = press(registrar, case, "assign", NOW + DAY, organisation="gov-admin")
    assert superior.status_code == 302


def test_a_complaint_found_later_is_taken_from_its_target_whatever_its_regime() -> None:
    case = opened_case(topic="gov-rude-official", text="Грубят в очереди", wants_public=False)
    Case.objects.filter(pk=case.pk).update(organisation=boris().organisation, status="in_progress")
    assert signed_in(boris()).get(f"/desk/c/{case.spoken}/").status_code == 200
    answer = press(signed_in(olga()), case, "complain", NOW + HOUR, target="adm-vologda-city")
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.status, case.organisation.code) == ("returned", "gov-appeals")  # type: ignore[union-attr]
    assert signed_in(boris()).get(f"/desk/c/{case.spoken}/").status_code == 404


def test_a_message_that_says_it_complains_is_not_routed_to_its_target() -> None:
    case = opened_case(extra={"complaint_on": "adm-vologda-city"})
    assert case.organisation is None or case.organisation.code != "adm-vologda-city"


def test_several_questions_have_their_own_bodies_and_outcomes_and_all_must_be_answered() -> None:
    case = registered()
    registrar, body, chief = signed_in(olga()), signed_in(boris()), signed_in(clara())
    rows = {
        "question_1": "Когда отремонтируют улицу Мира",
        "question_organisation_1": "adm-vologda-city",
        "question_2": "Почему не светит фонарь у дома 12",
        "question_organisation_2": "adm-cherepovets-city",
    }  # fmt: skip
    assert press(registrar, case, "split", NOW + 2 * HOUR, **rows).status_code == 302
    other = signed_in(bound("executor", organisation="adm-cherepovets-city"))
    page = other.get("/desk/appeals/questions/").content.decode()
    assert "Почему не светит фонарь" in page
    assert "Когда отремонтируют" not in page
    assert other.get(f"/desk/c/{case.spoken}/").status_code == 404
    early = press(body, case, "submit", NOW + DAY, **ANSWER)
    assert early.status_code == 422
    assert "Осталось: 2" in early.content.decode()
    first, second = case.questions.all()
    assert body.post(f"/desk/appeals/questions/{second.pk}/", {"text": "a"}).status_code == 404
    with time_machine.travel(NOW + DAY, tick=False):
        body.post(
            f"/desk/appeals/questions/{first.pk}/",
            {"text": "Ремонт улицы закончим летом 2027 года", "outcome": "supported"},
        )
        bad = other.post(f"/desk/appeals/questions/{second.pk}/", {"text": "Нет", "outcome": ""})
        assert bad.status_code == 422
        other.post(
            f"/desk/appeals/questions/{second.pk}/",
            {"text": "Фонарь исправен, горит по графику", "outcome": "not_supported"},
        )
    composed = body.get(f"/desk/c/{case.spoken}/").content.decode()
    assert "Фонарь исправен, горит по графику" in composed
    assert press(body, case, "submit", NOW + DAY, **ANSWER).status_code == 302
    assert press(chief, case, "sign_answer", NOW + 2 * DAY).status_code == 302
    case.refresh_from_db()
    assert case.status == "answered"
    said = own_page(case)
    assert "Поддержано" in said
    assert "Не поддержано" in said


def test_the_answer_is_a_signed_pdf_and_another_documents_signature_is_refused() -> None:
    case = registered()
    body, chief = signed_in(boris()), signed_in(clara())
    press(body, case, "submit", NOW + DAY, **ANSWER)
    assert press(chief, case, "approve", NOW + 2 * DAY).status_code == 422
    assert press(chief, case, "sign_answer", NOW + 2 * DAY).status_code == 302
    kept = Paper.objects.get(case=case)
    author = signed_in(accounts.person(accounts.CITIZEN))
    document = author.get(f"/m/{case.spoken}/papers/{kept.pk}/")
    assert document["Content-Type"] == "application/pdf"
    assert "Яму заделали щебнем" in read(document.content)
    assert "Соколова Анна" in read(document.content)
    assert signed_in(None).get(f"/m/{case.spoken}/papers/{kept.pk}/").status_code == 404
    assert signed_in(accounts.person(accounts.NEIGHBOUR)).get(
        f"/m/{case.spoken}/papers/{kept.pk}/"
    ).status_code == 404  # fmt: skip
    made = kept.signatures.get()
    assert (made.state, made.test) == ("valid", True)
    assert "тестовая подпись" in own_page(case)
    foreign = SimpleUploadedFile("a.sig", _signature(b"another document"))
    refused = press(chief, case, "attach_signature", NOW + 3 * DAY, signature=foreign)
    assert refused.status_code == 422
    own = SimpleUploadedFile("a.sig", _signature(document.content))
    assert press(chief, case, "attach_signature", NOW + 3 * DAY, signature=own).status_code == 302
    junk = SimpleUploadedFile("a.p7s", b"no signature at all")
    assert press(chief, case, "attach_signature", NOW + 3 * DAY, signature=junk).status_code == 302
    assert [each.state for each in kept.signatures.all()] == ["valid", "valid", "unchecked"]
    assert "не проверена" in own_page(case)


def _signature(content: bytes) -> bytes:
    return DemoSigner(Path(settings.DATA) / "other").sign(content).cms


def test_one_extension_of_thirty_days_at_most_with_a_notice() -> None:
    case = registered()
    chief = signed_in(clara())
    assert case.due is not None
    due = timezone.localtime(case.due).date()
    too_long = press(chief, case, "extend_appeal", NOW + DAY, reason="Нужны сведения",
                     until=str(due + timedelta(days=31)))  # fmt: skip
    assert too_long.status_code == 422
    assert "Нужны сведения" in too_long.content.decode()
    good = {"until": str(due + timedelta(days=30)), "reason": "Запросили сведения у подрядчика"}
    assert press(chief, case, "extend_appeal", NOW + DAY, **good).status_code == 302
    said = own_page(case)
    assert "часть 2 статьи 12" in said
    assert "Запросили сведения у подрядчика" in said
    again = {"until": str(due + timedelta(days=40)), "reason": "Ещё раз"}
    assert press(chief, case, "extend_appeal", NOW + 2 * DAY, **again).status_code == 422


@pytest.mark.parametrize(
    ("ground", "told"),
    [("no_name_or_address", False), ("court_decision", True), ("obscene", True),
     ("unreadable", True), ("unclear_essence", True), ("repeated_online", True), ("secret", True)],
)  # fmt: skip
def test_each_ground_of_article_11_and_whether_the_author_is_told(ground: str, told: bool) -> None:
    case = registered(body="")
    form = {"ground": ground, "note": "Проверили, иначе нельзя"}
    assert press(signed_in(olga()), case, "leave", NOW + DAY, **form).status_code == 302
    case.refresh_from_db()
    assert case.status == "no_answer_legal"
    assert ("статьи 11" in own_page(case)) is told


def test_a_correspondence_is_stopped_by_the_head_after_an_answer_on_the_merits() -> None:
    case = registered()
    chief = signed_in(clara())
    form = {"ground": "correspondence_stopped", "note": "Пишет в пятый раз"}
    assert press(signed_in(olga()), case, "leave", NOW + DAY, **form).status_code == 422
    assert press(chief, case, "stop", NOW + DAY, note="Пишет в пятый раз").status_code == 422
    earlier = opened_case()
    Case.objects.filter(pk=earlier.pk).update(answered_at=NOW)
    stopped = {"note": "Пишет в пятый раз", "earlier": earlier.number}
    assert press(chief, case, "stop", NOW + DAY, **stopped).status_code == 302
    case.refresh_from_db()
    assert case.status == "no_answer_legal"
    assert "Переписка по этому вопросу прекращена" in own_page(case)


def test_card_notice_and_file_are_printed_for_who_may_and_on_record() -> None:
    case = registered()
    client = signed_in(olga())
    card = client.get(f"/desk/c/{case.spoken}/print/card/")
    assert "Соколова Анна Ивановна" in read(card.content)
    notice = case.notices.get()
    letter = client.get(f"/desk/c/{case.spoken}/notices/{notice.pk}/")
    assert "Ваше обращение зарегистрировано" in read(letter.content)
    whole = read(client.get(f"/desk/c/{case.spoken}/print/file/").content)
    for part in ("Опись", "Регистрационная карточка", "Текст обращения", "История"):
        assert part in whole
    executor = signed_in(bound("executor", organisation="adm-vologda-city"))
    assert executor.get(f"/desk/c/{case.spoken}/print/card/").status_code == 403
    assert Look.objects.filter(subject=case.ref, what="contact").exists()


def test_a_message_meets_none_of_the_laws_verbs() -> None:
    case = opened_case()
    answer = press(signed_in(clara()), case, "extend_appeal", NOW + HOUR, until="2026-12-30",
                   reason="Нужно")  # fmt: skip
    assert answer.status_code == 422
    receipt = anna_writes(channel="hotline")
    decide(receipt.report_id, now=NOW)
    found = case_of_report(receipt.number)
    assert found is not None
    assert found.regime == "call"


OUTCOMES = ("supported", "explained", "not_supported", "answered", "transferred", "not_received")
NINE = {
    "NotReceived", "NotRegistered", "InWork", "Explained", "Supported", "NotSupported",
    "Transferred", "Answered", "LeftWithoutAnswer",
}  # fmt: skip


def test_the_sstu_report_passes_its_own_rules_in_every_one_of_the_nine_statuses() -> None:
    registrar, body, chief = signed_in(olga()), signed_in(boris()), signed_in(clara())
    sent()
    left, split = registered(body=""), registered()
    assert press(registrar, left, "leave", NOW + DAY, ground="unreadable", note="Не читается"
                 ).status_code == 302  # fmt: skip
    rows = {f"question_{n}": f"Вопрос номер {n}" for n in range(1, 7)}
    rows |= {f"question_organisation_{n}": "adm-vologda-city" for n in range(1, 7)}
    assert press(registrar, split, "split", NOW + 2 * HOUR, **rows).status_code == 302
    working = report(registrar)
    assert statuses(working) == {"NotRegistered", "LeftWithoutAnswer", "InWork"}
    for question, outcome in zip(split.questions.all(), OUTCOMES, strict=True):
        with time_machine.travel(NOW + DAY, tick=False):
            form = {"text": "Ответили по существу вопроса", "outcome": outcome}
            body.post(f"/desk/appeals/questions/{question.pk}/", form)
    registered()
    assert press(body, split, "submit", NOW + DAY, **ANSWER).status_code == 302
    assert press(chief, split, "sign_answer", NOW + 2 * DAY).status_code == 302
    made = report(registrar)
    assert statuses(made) == NINE
    for each in made:
        assert problems_of(each) == []
    attached = next(q for e in made for q in e["questions"] if q["status"] == "Supported")
    content = base64.b64decode(attached["attachment"]["content"])
    assert "Яму заделали щебнем" in read(content)
    assert Look.objects.filter(subject="sstu:2026-11").exists()
    each_number_of_the_sstu_page_opens_its_list(registrar, made)


def each_number_of_the_sstu_page_opens_its_list(client: Client, made: list[dict[str, Any]]) -> None:
    address = "/desk/appeals/sstu/?month=2026-11"
    page = client.get(address).content.decode()
    told = dict(re.findall(r'data-part="(\w+)">(\d+)<', page))
    asked = [question["status"] for each in made for question in each["questions"]]
    assert told == {"ready": str(len(made))} | {name: str(asked.count(name)) for name in NINE}
    for part, number in told.items():
        opened = client.get(f"{address}&part={part}").content.decode()
        assert opened.count("<li data-behind>") == int(number), part
    assert client.get(f"{address}&part=secret").status_code == 404


def report(client: Client) -> list[dict[str, Any]]:
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        answer = client.post("/desk/appeals/sstu/", {"month": "2026-11"})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = json.loads(answer.content)
    return found


def statuses(made: list[dict[str, Any]]) -> set[str]:
    return {question["status"] for each in made for question in each["questions"]}


def test_what_lacks_a_field_stays_out_of_the_report_and_the_page_says_why() -> None:
    case = registered()
    Topic.objects.filter(code="roads-pothole").update(sstu="")
    page = signed_in(olga()).get("/desk/appeals/sstu/", {"month": "2026-11"}).content.decode()
    assert case.spoken in page
    assert "нет кода тематического классификатора" in page
    assert signed_in(olga()).get("/desk/appeals/sstu/", {"month": "никогда"}).status_code == 422


@pytest.mark.parametrize("status", sorted(NINE))
def test_each_status_asks_for_its_fields(status: str) -> None:
    whole = {
        "incomingDate": "2026-11-24", "registrationDate": "2026-11-25",
        "responseDate": "2026-11-26", "attachment": {"name": "a.pdf"}, "actionsTaken": True,
    }  # fmt: skip
    said = {"departmentId": "00000000-0000-4000-8000-000000003501", "name": "А", "address": "Б",
            "email": "", "number": "А-1/26"}  # fmt: skip
    code = "0003.0009.0096.0684"
    good = {**said, "questions": [{"code": code, "status": status, **whole}]}
    assert problems_of(good) == []
    for field in STATUSES[status][1]:
        lacking = {name: value for name, value in whole.items() if name != field}
        bad = {**said, "questions": [{"code": code, "status": status, **lacking}]}
        assert len(problems_of(bad)) == 1, field
