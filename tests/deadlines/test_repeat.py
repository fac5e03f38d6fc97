"""Every form of the desk pressed twice does once: nothing is doubled and nobody is scolded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.utils import timezone

from otklik.demo.seeding import everybody
from otklik.faces.desk.verbs import BULK, VERBS
from otklik.flow.cases import commands
from otklik.flow.cases.models import Case
from otklik.flow.cases.queries import state_of
from otklik.flow.cases.rules import APPEALS_ONLY, TRANSITIONS
from otklik.flow.control.models import Press
from otklik.flow.refusals.commands import contest_refusal
from otklik.ground.topics.queries import directory
from otklik.journal.reading import count
from tests.cast import anna_writes, bound, opened_case, signed_in

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ANSWER = "Яму заделали 25 ноября силами подрядчика, стояла три дня"
UNSURE = {"topic": "", "text": "ну и что это такое вообще, сколько можно"}
READY = {
    "register": "submitted", "reject": "submitted", "ask": "submitted", "send_back": "approval",
    "approve": "approval", "approve_interim": "interim", "verify": "answered",
    "refute": "answered", "reopen": "disputed", "uphold": "disputed", "merge": "submitted",
    "take_back": "contested", "uphold_refusal": "contested",
}  # fmt: skip
ROLES = {
    "register": "moderator", "reject": "moderator", "ask": "moderator", "merge": "moderator",
    "retopic": "moderator", "assign": "moderator", "return": "executor", "redirect": "coordinator",
    "start": "executor", "submit": "executor", "send_back": "approver", "approve": "approver",
    "approve_interim": "approver", "extend": "head", "verify": "controller", "reopen": "curator",
    "refute": "controller", "uphold": "curator", "show": "moderator",
    "take_back": "moderator", "uphold_refusal": "moderator",
    "write": "executor", "divide": "moderator",
}  # fmt: skip


def later(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%d}"


def fields(verb: str, case: Case) -> dict[str, str]:
    due = case.due and f"{timezone.localtime(case.due) + timedelta(days=1):%Y-%m-%d}"
    said: dict[str, dict[str, str]] = {
        "register": {"organisation": "adm-vologda-city"},
        "reject": {"reason": "obscene", "note": "Перепишите без брани"},
        "ask": {"text": "Какая это улица?"},
        "retopic": {"topic": "roads-pothole", "territory": "vologda-city"},
        "assign": {"organisation": "adm-cherepovets-city"},
        "return": {"reason": "other", "note": "Дорога областная"},
        "redirect": {"organisation": "adm-vologda-city", "note": "Вам"},
        "submit": {"text": ANSWER, "result": "explained"},
        "send_back": {"comment": "Назовите дату"},
        "extend": {"until": due or "", "reason": "Ждём асфальт"},
        "approve": {"overrule": "on", "overrule_reason": "Проверено"},
        "approve_interim": {"overrule": "on", "overrule_reason": "Проверено"},
        "refute": {"finding": next(iter(directory("inspection_findings"))), "note": "Яма на месте"},
        "reopen": {"reason": "Снимок показывает яму"}, "uphold": {"reason": "Яма заделана"},
        "write": {"text": "Во сколько вас застать?"},
        "take_back": {"reason": "Брани нет"}, "uphold_refusal": {"reason": "Брань есть"},
        "show": {"shown": "no"},
        "divide": {"kept": "Яма", "part_1": "И воды нет", "part_topic_1": "water-none"},
    }  # fmt: skip
    return said.get(verb, {})


def ready(state: str) -> Case:
    now = timezone.now()
    if state in {"submitted", "contested"}:
        case = opened_case(now=now, **UNSURE)
        pothole = opened_case(now=now)
        Case.objects.filter(pk=case.pk).update(
            topic=pothole.topic, policy=pothole.policy, organisation=pothole.organisation
        )
        if state == "contested":
            commands.reject_case(case.number, reason="obscene", by=bound("moderator"), now=now)
            contest_refusal(case.number, text="Нет", by="anonymous", now=now)
        case.refresh_from_db()
        return case
    case = opened_case(now=now)
    staff, approver = everybody(), bound("approver")
    if state != "assigned":
        commands.start_case(case.number, by=staff, now=now)
        interim = state == "interim"
        commands.submit_answer(
            case.number, text=ANSWER, result="explained", interim=interim, by=staff, now=now,
            control_at=now + timedelta(days=20) if interim else None,
        )  # fmt: skip
    if state in {"answered", "disputed"}:
        commands.approve_answer(case.number, by=approver, now=now)
    if state == "disputed":
        commands.dispute_case(case.number, text="Нет", by="anonymous", now=now)
    case.refresh_from_db()
    return case


def rows() -> dict[str, int]:
    """Count everything that the flow keeps."""
    kept = {
        model.__name__: model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("otklik.flow") and model is not Press
    }
    return kept | {"facts": count()}


def pressed(official: Official, case: Case, verb: str, said: dict[str, str]) -> Any:
    form = {"once": f"page-{verb}", "state": state_of(case), "shown_at": "", **said}
    client = signed_in(official)
    address = f"/desk/c/{case.spoken}/{verb}/"
    return client.post(address, form), lambda: client.post(address, form)


@pytest.mark.parametrize("verb", sorted(ROLES))
def test_pressed_twice_is_done_once(verb: str) -> None:
    case = ready(READY.get(verb, "assigned"))
    said = fields(verb, case)
    if verb == "merge":
        said = {"into": opened_case(now=timezone.now()).number}
    home = "cur" if verb in {"verify", "refute"} else "adm-vologda-city"
    first, again = pressed(bound(ROLES[verb], home=home), case, verb, said)
    assert first.status_code == 302, first.content.decode()
    after = rows()
    second = again()
    assert second.status_code == 302
    assert second["Location"] == first["Location"]
    assert rows() == after


def test_every_verb_of_a_message_is_tried() -> None:
    of_messages = {
        each.verb for each in TRANSITIONS
        if each.actor == "official" and each.permission != "register_appeals"
    } - APPEALS_ONLY  # fmt: skip
    assert of_messages == set(ROLES) <= set(VERBS)


def test_a_page_of_many_pressed_twice_is_done_once() -> None:
    cases = [ready("assigned") for _ in range(2)]
    client = signed_in(bound("moderator"))
    form = {"once": "bulk", "verb": "assign", "organisation": "adm-cherepovets-city",
            "number": [case.number for case in cases]}  # fmt: skip
    assert "assign" in BULK
    client.post("/desk/bulk/", form)
    after = rows()
    client.post("/desk/bulk/", form)
    assert rows() == after
    assert Case.objects.filter(organisation__code="adm-cherepovets-city").count() == 2


def test_handing_to_the_same_again_is_nothing_even_without_a_form() -> None:
    case = ready("assigned")
    before = rows()
    assert case.organisation is not None
    commands.assign_case(
        case.number, organisation=case.organisation, by=bound("moderator"), now=timezone.now()
    )
    assert rows() == before


@pytest.mark.parametrize("what", ["support", "clarify", "dispute", "withdraw", "rate"])
def test_a_citizen_s_press_doubles_nothing(what: str) -> None:
    from otklik.demo import accounts  # noqa: PLC0415

    state = {"clarify": "submitted", "dispute": "answered", "rate": "answered"}.get(
        what, "assigned"
    )
    case = ready(state)
    if what == "clarify":
        commands.ask_author(case.number, text="Где?", by=bound("moderator"), now=timezone.now())
    client = signed_in(accounts.person(accounts.CITIZEN))
    address, said = {
        "support": (f"/m/{case.spoken}/support/", {}),
        "clarify": (f"/m/{case.spoken}/clarify/", {"text": "Улица Мира, 12"}),
        "dispute": (f"/m/{case.spoken}/rate/",
                    {"answer_score": "1", "result_score": "1", "dispute": "yes", "comment": "Нет"}),
        "withdraw": (f"/m/{case.spoken}/withdraw/", {}),
        "rate": (f"/m/{case.spoken}/rate/", {"answer_score": "5", "result_score": "4"}),
    }[what]  # fmt: skip
    if what == "support":
        client = signed_in(accounts.person(accounts.NEIGHBOUR))
    first = client.post(address, said)
    after = rows()
    second = client.post(address, said)
    assert first.status_code < 400, first.content.decode()
    assert second.status_code < 500
    assert rows() == after


def test_a_message_sent_twice_is_one() -> None:
    key = "a" * 32
    first = anna_writes(idempotency_key=key)
    assert anna_writes(idempotency_key=key).number == first.number
