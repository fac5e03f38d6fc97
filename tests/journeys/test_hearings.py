"""Public hearings: a discussion that the law binds, with notice, protocol and conclusion."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from otklik.ground.accounts.models import Look
from otklik.ground.accounts.rules import Refused
from otklik.ground.kit import cms, pdf
from otklik.participation.ballots.tests.helpers import citizen
from otklik.participation.discussions import commands, paper, rules
from otklik.participation.discussions.models import Conclusion, Discussion, Hearing, HearingPaper
from otklik.participation.projects.rules import Circle
from otklik.participation.projects.tests.helpers import attest
from tests.cast import bound, signed_in

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
TOLD = rules.HearingTold("hearing", "Постановление № 7", "Музей, по будням", "Глава города")
CITY = Circle(18, frozenset({"vologda-city"}), proven=True)


def held(*, closed: bool = False) -> Discussion:
    """Return a hearing that runs, or ended just before; announced in time."""
    opens = timezone.now() - 2 * DAY
    by = bound("vote_organiser", organisation="cur")
    draft = commands.Draft("Генеральный план", opens, timezone.now() + (-DAY if closed else DAY),
                           circle=CITY, hearing=TOLD)  # fmt: skip
    made = commands.draft_discussion(draft, by=by, now=opens - 21 * DAY)
    commands.write_document(made.pk, "# План\n\nСтроим школу.", by=by, now=opens - 21 * DAY)
    return commands.announce_discussion(made.pk, by=by, now=opens - 21 * DAY)


def test_the_law_s_terms_are_checked_at_once_and_nothing_typed_is_lost() -> None:
    desk, now = signed_in(bound("vote_organiser", organisation="cur")), timezone.localtime()
    said = {
        "title": "Правила застройки", "about": "О высоте домов", "min_age": "14",
        "min_level": "none", "moderation": "post", "form": "hearing", "basis": "",
        "exposition": "Музей", "chair": "Глава",
        "opens_at": (now + 5 * DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (now + 40 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    bad = desk.post("/desk/discussions/new/", said)
    assert bad.status_code == 422
    page = bad.content.decode()
    for words in ("не позже чем за 20 дней", "с 18 лет", "муниципалитеты", "каким документом",
                  "не со слов", "О высоте домов", "Музей"):  # fmt: skip
        assert words in page
    assert not Discussion.objects.exists()
    good = {
        **said, "min_age": "18", "places": ["vologda-city"], "proven": "on",
        "basis": "Постановление № 7",
        "opens_at": (now + 21 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    path = desk.post("/desk/discussions/new/", good)["Location"]
    desk.post(path, {"document": "Абзац плана"})
    assert "Постановление № 7" in desk.get(path).content.decode()
    found = Discussion.objects.get()
    with pytest.raises(Refused, match="not_ready"):  # the draft lay for too long
        commands.announce_discussion(found.pk, by=found.made_by, now=timezone.now() + 3 * DAY)
    assert desk.post(f"{path}announce/").status_code == 302
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        Hearing.objects.update(basis="Иначе")


def test_only_grown_residents_speak() -> None:
    found = held()
    for person, words in (
        (citizen(), "proven"),
        (attest(citizen(), "Вологодская обл., г. Череповец, ул. Ленина, 1"), "territory"),
        (attest(citizen(), born=f"01.01.{timezone.localdate().year - 17}"), "age"),
    ):
        with pytest.raises(Refused, match=words):
            commands.write(
                found.pk, commands.Said("Нет", "against"), person=person, now=timezone.now()
            )
    page = signed_in(None).get(f"/discussions/{found.slug}/").content.decode()
    for words in ("Публичные слушания", "Постановление № 7", "Музей, по будням"):
        assert words in page
    assert "protocol.pdf" not in page
    assert signed_in(None).get(f"/discussions/{found.slug}/protocol.pdf").status_code == 404


def test_after_the_end_protocol_and_conclusion_are_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    found, person = held(closed=True), attest(citizen())
    person.first_name = "Евлампия"
    person.save()
    at = found.phase.opens_at + DAY / 2
    for words, part in (("Школа нужна", "p1-1"), ("Бездельники!", "")):
        one = commands.write(
            found.pk, commands.Said(words, "for", part, signed=True), person=person, now=at
        )
    commands.moderate(one.pk, "hide", reason="insult", by=bound("moderator"), now=timezone.now())
    root, desk = f"/discussions/{found.slug}/", signed_in(found.made_by)
    guest, page = signed_in(None), f"/desk/discussions/{found.pk}/"
    answer = guest.get(f"{root}protocol.pdf")
    assert answer.status_code == 200
    if pdf.available():
        assert answer.content.startswith(b"%PDF")
    monkeypatch.setattr(paper, "available", lambda: False)
    drawn = guest.get(f"{root}protocol.pdf").content.decode()
    for words in ("Школа нужна", "Строим школу", "Постановление № 7", "скрыто модератором"):
        assert words in drawn
    for words in ("Бездельники", "Евлампия"):
        assert words not in drawn
    assert guest.get(f"{root}conclusion.pdf").status_code == 404
    assert guest.get(f"{root}secret.pdf").status_code == 404
    said = {"number": "3-з", "conclusion": "План утвердить", "signer": "Глава города"}
    for wrong, words in (
        ({**said, "number": "", "signed_on": str(timezone.localdate())}, "номер"),
        ({**said, "signed_on": "2020-01-01"}, "после конца"),
        (said, "после конца"),
    ):
        bad = desk.post(page, wrong)
        assert bad.status_code == 422
        assert words in bad.content.decode()
        assert "План утвердить" in bad.content.decode()
    good = {**said, "signed_on": str(timezone.localdate())}
    assert desk.post(page, good).status_code == 302
    assert desk.post(page, good).status_code == 422, "written once"
    assert "План утвердить" in guest.get(f"{root}conclusion.pdf").content.decode()
    assert "3-з" in guest.get(root).content.decode()
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        Conclusion.objects.update(text="Иначе")


def test_a_plain_discussion_has_no_papers() -> None:
    by, now = bound("vote_organiser", organisation="cur"), timezone.now()
    made = commands.draft_discussion(
        commands.Draft("Двор", now - 2 * DAY, now - DAY), by=by, now=now - 3 * DAY
    )
    commands.write_document(made.pk, "Абзац", by=by, now=now - 3 * DAY)
    commands.announce_discussion(made.pk, by=by, now=now - 3 * DAY)
    assert signed_in(None).get(f"/discussions/{made.slug}/protocol.pdf").status_code == 404
    with pytest.raises(Refused, match="not_ended"):
        commands.conclude(made.pk, number="1", text="Да", signer="Глава",
                          signed_on=timezone.localdate(), by=by, now=now)  # fmt: skip


GUEST = {
    "name": "Воротынцева Евлампия Поликарповна", "born_on": "1960-02-03", "came": "person",
    "territory": "vologda-city", "residence": "Вологда, улица Тайнописная, дом 31",
}  # fmt: skip


def test_the_hall_has_a_register_and_remarks_with_their_origin(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(paper, "available", lambda: False)
    settings.SIGNER = "test"
    found = held(closed=True)
    root, desk = f"/discussions/{found.slug}/", signed_in(found.made_by)
    hall, guest = f"/desk/discussions/{found.pk}/hall/", signed_in(None)
    assert desk.post(hall, GUEST).status_code == 302
    for wrong, words in (
        (GUEST, "уже в перечне"),
        ({**GUEST, "name": " "}, "фамилия"),
        ({**GUEST, "name": "Другой", "born_on": "2012-01-01"}, "с 18 лет"),
        ({**GUEST, "name": "Третий", "territory": "cherepovets-city"}, "других территорий"),
        ({"number": "9", "text": "Да", "stance": "for", "source": "speech"}, "номера в перечне"),
    ):
        bad = desk.post(hall, wrong)
        assert bad.status_code == 422
        assert words in bad.content.decode()
    assert (
        desk.post(hall, {**GUEST, "name": "Белов Пётр Ильич", "came": "letter"}).status_code == 302
    )
    said = {"number": "1", "text": "Где парковка?", "stance": "against", "source": "speech",
            "part": "p1-1", "key": str(uuid.uuid4())}  # fmt: skip
    assert desk.post(hall, said).status_code == 302
    assert desk.post(hall, said).status_code == 302
    assert found.comments.count() == 1, "pressed twice, said once"
    both = attest(citizen(), born="03.02.1960")
    both.last_name, both.first_name, both.patronymic = GUEST["name"].split()
    both.save()
    commands.write(found.pk, commands.Said("Школа нужна", "for"), person=both,
                   now=found.phase.opens_at + DAY / 2)  # fmt: skip
    shown = desk.get(hall).content.decode()
    assert "В. Е. П." in shown
    assert "писал и на сайте" in shown
    public = guest.get(root).content.decode()
    assert "выступление в зале" in public
    table = guest.get(f"{root}comments.csv").content.decode()
    assert ",speech,Где парковка?" in table
    protocol = guest.get(f"{root}protocol.pdf").content.decode()
    for words in ("в перечне человек: 2, из них пришли лично: 1", "выступление в зале, № 1",
                  "И там, и там</th><td>человек: 1", "высказались человек: 1; за: 1"):  # fmt: skip
        assert words in protocol, words
    for text in (shown, public, table, protocol):
        assert "Воротынцева" not in text
        assert "Тайнописная" not in text
    register = desk.post(f"/desk/discussions/{found.pk}/register/")
    assert GUEST["name"] in register.content.decode()
    assert Look.objects.filter(subject=found.ref, what="contact").count() == 1
    assert desk.post(f"/desk/discussions/{found.pk}/sign/").status_code == 302
    assert not HearingPaper.objects.exists(), "nothing is signed before the conclusion"
    commands.conclude(
        found.pk, number="3-з", text="Утвердить", signer="Глава", by=found.made_by,
        signed_on=timezone.localdate(), now=timezone.now(),
    )  # fmt: skip
    assert desk.post(hall, {**GUEST, "name": "Поздний"}).status_code == 422
    desk.post(f"/desk/discussions/{found.pk}/sign/")
    conclusion = guest.get(f"{root}conclusion.pdf").content
    for words in ("на сайте человек: 1 (за: 1", "в зале и на бумаге: 1 (за: 0, против: 1"):
        assert words in conclusion.decode()
    signature = guest.get(f"{root}conclusion.sig").content
    assert cms.check(conclusion, signature).state == "valid"
    assert cms.check(conclusion + b" ", signature).state == "invalid"
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        HearingPaper.objects.update(sha256="0")
