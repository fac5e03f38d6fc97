"""What came of a vote, through pages: a decision, its promises, what everybody sees and hears."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.utils import timezone
from PIL import Image

from otklik.flow.cases.queries import public_cases
from otklik.flow.intake.models import Report
from otklik.ground.kit.memo import forget
from otklik.ground.organisations.queries import organisations
from otklik.journal.following import catch_up
from otklik.participation.ballots import commands as votes
from otklik.participation.ballots.tests.helpers import Voter, citizen, drafted
from otklik.participation.outcomes import commands, jobs, queries, timers
from otklik.participation.outcomes.models import (
    Obligation,
    ObligationPhoto,
    ObligationStep,
    Ruling,
)
from otklik.readers.notifications import commands as letters
from otklik.readers.notifications.models import Delivery
from tests.cast import bound, opened_case, signed_in

if TYPE_CHECKING:
    from otklik.participation.ballots.models import Vote

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
RULING = {
    "ruling-verdict": "partly", "ruling-reason": "Площадку построим, спуск дорог",
    "ruling-signer": "Заместитель главы", "ruling-document": "Постановление № 45",
    "ruling-topic": "yards", "ruling-document_url": "", "ruling-replaces": "",
}  # fmt: skip


def closed(secrecy: str = "open", days: int = 5, voters: int = 2) -> Vote:
    """Return a vote that ended so many days ago, with ballots in it."""
    now = timezone.now()
    opens, closes = now - (days + 5) * DAY, now - days * DAY
    vote = drafted(secrecy, opens_at=opens, closes_at=closes)
    votes.announce_vote(vote.pk, by=vote.made_by, now=opens - DAY)
    votes.open_vote(vote.pk, now=opens)
    vote.refresh_from_db()
    for _ in range(voters):
        Voter(citizen()).cast(vote, ["v1"], opens + DAY)
    return votes.close_vote(vote.pk, now=closes)


def decided(vote: Vote) -> Ruling:
    said = commands.Said("accepted", "Строим", "Глава", timezone.localdate())
    return commands.decide(vote.phase_id, said, by=vote.made_by, now=timezone.now())


def promised(vote: Vote, ruling: Ruling, what: str, days: int) -> Obligation:
    """Return a promise for a day that may have passed already."""
    given = timezone.now() - 4 * DAY
    return commands.promise(
        ruling.pk, what=what, organisation=organisations()["adm-vologda-city"],
        due=timezone.localdate() + days * DAY, by=vote.made_by, now=given,
    )  # fmt: skip


def photo() -> SimpleUploadedFile:
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret maker"
    Image.new("RGB", (600, 400), "green").save(stream, "JPEG", exif=exif)
    return SimpleUploadedFile("after.jpg", stream.getvalue(), "image/jpeg")


def delete(rows: Any) -> None:
    rows._raw_delete("default")


def page(path: str, who: Any = None) -> str:
    answer = signed_in(who).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_without_a_decision_everybody_reads_for_how_many_days() -> None:
    vote = closed(days=5)
    for path in ("/outcomes/", f"/projects/{vote.phase.project.slug}/", f"/votes/{vote.slug}/"):
        assert "решения нет дней: 5" in page(path), path
    assert "без решения: 1" in page("/monitor/table/")


def test_a_decision_its_promise_and_its_photo_reach_everybody() -> None:
    vote = closed()
    desk = signed_in(vote.made_by)
    address = f"/desk/outcomes/{vote.phase_id}/"
    said = {**RULING, "ruling-decided_on": timezone.localdate().isoformat()}
    assert desk.post(f"{address}decide/", said).status_code == 302
    promise = {
        "promise-what": "Построить площадку", "promise-organisation": "adm-vologda-city",
        "promise-due": (timezone.localdate() + 30 * DAY).isoformat(),
    }  # fmt: skip
    assert desk.post(f"{address}promise/", promise).status_code == 302
    one = Obligation.objects.get()
    executor = signed_in(bound("coordinator", organisation="adm-vologda-city"))
    verb = f"/desk/obligations/{one.pk}/"
    gone = executor.post(f"{verb}progress/", {"text": "Завезли песок", "percent": "40"})
    assert gone.status_code == 302
    assert "сделано 40 %" in page("/outcomes/")
    case, writer = opened_case(), citizen()
    Report.objects.filter(pk=case.report_id).update(author=writer)
    tied = executor.post(f"{verb}link/", {"text": f"{case.spoken} 12345678"})
    assert tied.status_code == 302, tied.content.decode()
    assert executor.post(f"{verb}link/", {"text": case.spoken}).status_code == 422, "once"
    assert (case.spoken in page("/outcomes/")) == public_cases().filter(pk=case.pk).exists()
    catch_up(["notifications"])
    told = Delivery.objects.filter(kind="obligation.linked", whom=f"person:{writer.pk}")
    assert told.count() == 1, "the author of a tied message is told"
    kept = {"text": "Открыли площадку", "on": timezone.localdate().isoformat(), "photos": photo()}
    assert executor.post(f"{verb}keep/", kept).status_code == 302
    shot = ObligationPhoto.objects.get()
    jobs.make_copies(photo_id=shot.pk)
    for path in ("/outcomes/", f"/projects/{vote.phase.project.slug}/"):
        shown = page(path)
        for words in ("принято частично", "Построить площадку", "Открыли площадку", "№ 45"):
            assert words in shown, (path, words)
        assert f"/outcomes/photos/{shot.token}/thumbnail/" in shown
    copy = signed_in(None).get(f"/outcomes/photos/{shot.token}/public/")
    assert b"Secret maker" not in b"".join(copy.streaming_content)  # type: ignore[attr-defined]
    assert signed_in(None).get(f"/outcomes/photos/{shot.token}/original/").status_code == 404


def test_a_broken_promise_is_seen_everywhere_and_said_once() -> None:
    vote = closed()
    later = closed()
    promised(vote, decided(vote), "Покрасить забор", -2)
    promised(later, decided(later), "Поставить скамейки", 20)
    shown = page("/outcomes/")
    assert shown.index("Покрасить забор") < shown.index("Поставить скамейки")
    assert "просрочено на 2" in shown
    assert "Покрасить забор" in page("/monitor/table/")
    forget()  # what the wall asked for stays for some seconds
    boards = signed_in(None).get("/monitor/boards.json").json()["promises"]
    assert boards["overdue"] == 1
    assert [(each["what"], each["days"]) for each in boards["broken"]] == [("Покрасить забор", 2)]
    fulfils = bound("coordinator", organisation="adm-vologda-city")
    assert "просрочено: 1, без решения: 0" in page("/desk/outcomes/", fulfils)
    assert timers.run(timezone.now()) == 1
    assert timers.run(timezone.now()) == 0


def test_the_list_is_narrowed_by_place_and_theme() -> None:
    vote = closed()
    said = {**RULING, "ruling-decided_on": timezone.localdate().isoformat()}
    signed_in(vote.made_by).post(f"/desk/outcomes/{vote.phase_id}/decide/", said)
    assert vote.question in page("/outcomes/?topic=yards")
    assert vote.question not in page("/outcomes/?topic=transport")
    assert vote.question not in page("/outcomes/?territory=vologda-city")
    assert vote.question in page("/outcomes/?territory=nowhere&topic=nothing&page=x")


@pytest.mark.parametrize("secrecy", ["open", "detached", "blind"])
def test_those_who_took_part_hear_of_it_and_no_letter_tells_how_they_voted(secrecy: str) -> None:
    vote = closed(secrecy, voters=3)
    ruling = decided(vote)
    one = promised(vote, ruling, "Построить площадку", 3)
    commands.keep(
        one.pk, text="Готово", on=timezone.localdate(), by=vote.made_by, now=timezone.now()
    )
    catch_up(["notifications"])
    told = Delivery.objects.filter(kind__in=("ruling.made", "obligation.kept"))
    assert told.count() == 6
    people = {f"person:{each.voter_id}" for each in vote.register.all()}
    assert {each.whom for each in told} == people
    for each in told:
        letters.deliver(each.pk, now=timezone.now())
    assert len(mail.outbox) == 6
    for letter in mail.outbox:
        assert vote.question in letter.body
        assert "Парк Мира" not in letter.body
        assert f"/projects/{vote.phase.project.slug}/" in letter.body


def test_a_mistake_keeps_every_word() -> None:
    vote = closed()
    desk = signed_in(vote.made_by)
    tomorrow = (timezone.localdate() + DAY).isoformat()
    answer = desk.post(
        f"/desk/outcomes/{vote.phase_id}/decide/", {**RULING, "ruling-decided_on": tomorrow}
    )
    assert answer.status_code == 422
    assert "Площадку построим, спуск дорог" in answer.content.decode()
    assert "от конца голосования до сегодня" in answer.content.decode()
    one = promised(vote, decided(vote), "Скамейки", 3)
    answer = desk.post(f"/desk/obligations/{one.pk}/move/", {"text": "Нет досок", "due": "вчера"})
    assert answer.status_code == 422
    assert "Нет досок" in answer.content.decode()


def test_a_later_decision_replaces_one_and_the_earlier_stays_in_sight() -> None:
    vote = closed()
    first = decided(vote)
    desk = signed_in(vote.made_by)
    said = {
        **RULING, "ruling-verdict": "postponed", "ruling-reason": "Денег нет до весны",
        "ruling-decided_on": timezone.localdate().isoformat(), "ruling-replaces": str(first.pk),
    }  # fmt: skip
    address = f"/desk/outcomes/{vote.phase_id}/decide/"
    assert desk.post(address, said).status_code == 302
    assert desk.post(address, said).status_code == 422  # pressed twice
    assert desk.post(address, {**said, "ruling-replaces": ""}).status_code == 422
    shown = page(f"/votes/{vote.slug}/")
    assert "отложено" in shown
    assert "Прежние решения" in shown
    assert Ruling.objects.count() == 2


def test_what_was_said_is_not_unsaid() -> None:
    vote = closed()
    one = promised(vote, decided(vote), "Скамейки", 3)
    commands.drop(one.pk, text="Не нужны", by=vote.made_by, now=timezone.now())
    for change in (
        lambda: Ruling.objects.update(reason="Иначе"),
        lambda: ObligationStep.objects.update(text=""),
        lambda: Obligation.objects.update(state="kept", done_on=timezone.localdate()),
        lambda: delete(Obligation.objects.all()),
    ):
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            change()


def test_who_may_not_is_refused_at_every_door() -> None:
    vote = closed()
    one = promised(vote, decided(vote), "Скамейки", 3)
    address, verb = f"/desk/outcomes/{vote.phase_id}/", f"/desk/obligations/{one.pk}"
    stranger = signed_in(bound("coordinator", organisation="adm-cherepovets-city"))
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{verb}/keep/", {"text": "!"}).status_code == 404
    executor = signed_in(bound("coordinator", organisation="adm-vologda-city"))
    assert executor.get(address).status_code == 200
    assert executor.post(f"{verb}/drop/", {"text": "!"}).status_code == 403
    assert executor.post(f"{address}decide/", {}).status_code == 403
    assert executor.post(f"{address}promise/", {}).status_code == 403
    assert signed_in(bound("moderator")).get("/desk/outcomes/").status_code == 403
    assert signed_in(None).get(address).status_code == 302
    running = drafted()
    assert signed_in(running.made_by).get(f"/desk/outcomes/{running.phase_id}/").status_code == 404


def test_the_desk_counts_what_waits() -> None:
    vote = closed()
    assert queries.waiting(vote.made_by, timezone.now())["undecided"] == 1
    promised(vote, decided(vote), "Забор", -1)
    found = queries.waiting(vote.made_by, timezone.now())
    assert found == {"late": 1, "undecided": 0, "all": 1}
    executor = bound("coordinator", organisation="adm-vologda-city")
    assert queries.waiting(executor, timezone.now())["late"] == 1
    elsewhere = bound("coordinator", organisation="adm-cherepovets-city")
    assert queries.waiting(elsewhere, timezone.now())["all"] == 0
