"""An emergency moves ordinary terms and nothing else, and the clock tells of every step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import clockwork
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Case
from otklik.flow.control.queries import keeping, kept_cases
from otklik.flow.emergencies import commands, rules, timers
from otklik.flow.emergencies.models import Emergency, Hold
from otklik.ground.kit.memo import forget
from otklik.ground.topics.models import Topic
from otklik.ground.topics.queries import policies, topics
from otklik.journal.reading import about
from tests.cast import NOW, boris, bound, clara, denis, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOCUMENT = "Постановление Правительства области от 24.11.2026 № 1180"


def ordinary(now: datetime | None = None) -> Case:
    """Return a case in work by the ordinary terms, received an hour ago."""
    begun = (now or timezone.now()) - HOUR
    case = opened_case(now=begun)
    Case.objects.filter(pk=case.pk).update(policy=policies()["ORD-30"])
    with_policy = Case.objects.get(pk=case.pk)
    clockwork.restart(with_policy, begun, "system", "порядок")
    clockwork.keep(with_policy)
    return with_policy


def declared(client: Client, *, ends: datetime, territory: str = "", topic: str = "") -> Emergency:
    now = timezone.localtime()
    form = {
        "kind": "emergency", "document": DOCUMENT, "reason": "Ледяной дождь, обрывы линий",
        "territory": territory, "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "ends_at": f"{timezone.localtime(ends):%Y-%m-%dT%H:%M}", "topics": [topic] if topic else [],
    }  # fmt: skip
    answer = client.post("/desk/emergencies/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    timers.run(timezone.now())
    return Emergency.objects.latest("pk")


def told(ends: datetime, now: datetime = NOW) -> Emergency:
    """Declare an emergency in the whole region at the test's own time."""
    draft = commands.Draft("emergency", None, (), now, ends, DOCUMENT, "Ледяной дождь")
    made = commands.declare(draft, by=bound("duty_officer"), now=now)
    timers.run(now)
    return made


def test_ordinary_terms_stand_and_go_on_by_themselves() -> None:
    case = ordinary(NOW)
    due = case.due
    assert due is not None
    one = told(NOW + 5 * DAY)
    case.refresh_from_db()
    assert case.due == due + 5 * DAY
    timers.run(one.ends_at + HOUR)
    timers.run(one.ends_at + HOUR)  # twice without harm
    case.refresh_from_db()
    lines = [line.kind for line in case.clock.all()]
    assert [kind for kind in lines if kind in {"hold", "release"}] == ["hold", "release"]
    assert case.due == due + 5 * DAY
    assert Hold.objects.get().released_at == one.ends_at
    kinds = [entry.kind for entry in about(case.ref)]
    assert kinds[-2:] == ["case.held", "case.released"]
    clockwork.restart(case, one.ends_at + HOUR, "system", "другая тема")
    assert case.due == due + 5 * DAY  # counted anew, the time that stood is kept


def test_people_are_told_before_they_write_and_in_their_cabinet() -> None:
    case, now = ordinary(), timezone.now()
    due = case.due
    assert due is not None
    declared(signed_in(bound("duty_officer")), ends=now + 20 * DAY, territory="vologda-city")
    case.refresh_from_db()
    assert case.due is not None
    assert case.due > due
    guest, author = signed_in(None), signed_in(accounts.person(accounts.CITIZEN))
    form = guest.get("/send/").content.decode()
    assert "Режим чрезвычайной ситуации" in form
    assert "Ледяной дождь" in form
    own = author.get(f"/m/{case.spoken}/").content.decode()
    assert "Срок ответа продлён до" in own
    assert DOCUMENT in own
    desk = signed_in(boris()).get("/desk/emergencies/").content.decode()
    assert "действует" in desk
    assert "Окончить раньше" not in desk


def test_an_early_end_gives_back_what_was_not_used_and_says_why() -> None:
    case, now = ordinary(), timezone.now()
    due = case.due
    assert due is not None
    duty = signed_in(bound("duty_officer"))
    one = declared(duty, ends=now + 10 * DAY)
    address = f"/desk/emergencies/{one.pk}/end/"
    assert duty.post(address, {"reason": ""}).status_code == 422
    assert signed_in(boris()).post(address, {"reason": "Хватит"}).status_code == 403
    assert duty.post(address, {"reason": "Свет дали"}).status_code == 302
    timers.run(timezone.now())
    case.refresh_from_db()
    assert case.due is not None
    assert case.due - due <= DAY
    assert "Ледяной дождь" not in signed_in(None).get("/send/").content.decode()


@pytest.mark.parametrize("change", ["urgent", "life_support", "law", "elsewhere", "topic", "late"])
def test_what_is_urgent_lawful_elsewhere_or_late_is_never_moved(change: str) -> None:
    case, now = ordinary(), timezone.now()
    assert case.topic is not None
    own, changed = (
        {step.code for step in topics().path(case.topic)},
        Case.objects.filter(pk=case.pk),
    )
    if change == "urgent":
        changed.update(policy=policies()["FT-8h"])
    elif change == "law":
        changed.update(regime="appeal_59fz")
    elif change == "late":
        changed.update(due=now - HOUR)
    elif change == "life_support":
        Topic.objects.filter(code=case.topic.code).update(life_support=True)
        forget()
    case.refresh_from_db()
    due = case.due
    declared(
        signed_in(bound("duty_officer")), ends=now + 20 * DAY,
        territory="cherepovets-city" if change == "elsewhere" else "",
        topic=next(each.code for each in topics().categories if each.code not in own)
        if change == "topic" else "",
    )  # fmt: skip
    commands.follow_case(case.number, at=timezone.now(), now=timezone.now())
    case.refresh_from_db()
    assert case.due == due
    assert not Hold.objects.exists()


def test_a_case_past_what_stops_goes_on_and_is_counted_apart() -> None:
    case = ordinary(NOW)
    due = case.due
    assert due is not None
    told(NOW + 8 * DAY)
    sent = NOW + 5 * DAY
    cases.start_case(case.number, by=boris(), now=sent - HOUR)
    cases.submit_answer(
        case.number, text="Яму закатали 25 ноября бригадой, шов проверим весной",
        result="explained", by=boris(), now=sent,
    )  # fmt: skip
    commands.follow_case(case.number, at=sent, now=sent)
    case.refresh_from_db()
    assert Hold.objects.filter(case=case, released_at=sent).exists()
    assert case.due == due + 5 * DAY  # while it waits for its approver, the clock runs
    cases.approve_answer(case.number, by=clara(), now=due + 2 * DAY)
    since, until = NOW - DAY, NOW + 60 * DAY
    assert case.organisation is not None
    counts = {each.code: each.counts for each in keeping(denis(), since, until)}
    mine = counts[case.organisation.code]
    assert (mine["held"], mine["saved"], mine["extended"]) == (1, 1, 0)
    listed = kept_cases(denis(), "saved", case.organisation.code, since, until)
    assert [each.number for each in listed] == [case.number]


def test_a_day_named_by_an_official_is_left_alone() -> None:
    case = ordinary(NOW)
    told(NOW + 3 * DAY)
    case.refresh_from_db()
    assert case.due is not None
    until = case.due + DAY
    cases.start_case(case.number, by=boris(), now=NOW + HOUR)
    cases.extend_case(case.number, until=until, reason="Ждём", by=clara(), now=NOW + HOUR)
    commands.follow_case(case.number, at=NOW + HOUR, now=NOW + HOUR)
    timers.run(NOW + 2 * HOUR)
    timers.run(NOW + 4 * DAY)
    case.refresh_from_db()
    assert case.due == until


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("document", " ", "Обязательное поле"),
        ("ends_at", "2020-01-01T10:00", "Конец должен быть впереди"),
        ("starts_at", "2020-01-01T10:00", "Начало может быть не раньше"),
    ],
)
def test_a_bad_declaration_is_refused_and_kept(field: str, value: str, words: str) -> None:
    now = timezone.localtime()
    form = {
        "kind": "high_alert", "document": DOCUMENT, "reason": "Паводок на Сухоне",
        "starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now + DAY:%Y-%m-%dT%H:%M}",
    } | {field: value}  # fmt: skip
    page = signed_in(bound("duty_officer")).post("/desk/emergencies/new/", form)
    assert page.status_code == 422
    text = page.content.decode()
    assert words in text
    assert "Паводок на Сухоне" in text
    assert not Emergency.objects.exists()


def test_nobody_declares_beyond_their_territory() -> None:
    local = bound("duty_officer", territory="cherepovets-city")
    now = timezone.now()
    form = {
        "kind": "emergency", "document": DOCUMENT, "reason": "Паводок",
        "territory": "vologda-city", "starts_at": f"{timezone.localtime(now):%Y-%m-%dT%H:%M}",
        "ends_at": f"{timezone.localtime(now + DAY):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    page = signed_in(local).post("/desk/emergencies/new/", form)
    assert page.status_code == 422
    assert "объявляет другой сотрудник" in page.content.decode()


def test_a_message_that_comes_while_it_lasts_is_moved_too() -> None:
    told(NOW + 6 * DAY)
    later = NOW + DAY
    case = ordinary(later)
    due = case.due
    assert due is not None
    timers.run(later)
    case.refresh_from_db()
    assert Hold.objects.get(case=case).since == case.registered_at
    assert case.due is not None
    assert case.due > due


def test_a_kind_reads_its_data() -> None:
    kind = rules.regime("x", "Икс", "", {"paused_in": ["assigned"], "policies": ["ORD-30"]})
    asked = {"status": "assigned", "regime": "message", "policy": "ORD-30", "urgent": False}
    assert rules.moves(kind, **asked, life_support=False)  # type: ignore[arg-type]
    assert not rules.moves(kind, **{**asked, "status": "answered"}, life_support=False)  # type: ignore[arg-type]
