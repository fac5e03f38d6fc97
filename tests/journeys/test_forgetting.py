"""A person takes their data away, is forgotten on their word; old data go by their term."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.appeals import commands as appeals
from otklik.flow.appeals.models import Paper
from otklik.flow.appeals.paper import content_of
from otklik.flow.cases import commands as cases
from otklik.flow.cases.models import Case
from otklik.flow.channels.mailbox.models import Incoming, Mailbox
from otklik.flow.channels.social.models import Mention
from otklik.flow.intake.models import Attachment, Report
from otklik.flow.privacy import commands, jobs
from otklik.flow.privacy.models import Erasure, KeptFile, KeptPiece
from otklik.flow.regimes.commands import NewApplicant, name_applicant
from otklik.ground.accounts.models import FailedLogin, Look, Person
from otklik.ground.kit import cms
from otklik.ground.organisations.queries import organisations
from otklik.journal.following import catch_up
from otklik.journal.models import Entry
from otklik.readers.notifications.models import Unread
from tests.cast import boris, bound, clara, olga, opened_case, signed_in, vera

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE = "+79215550142"
NAME = "Воротынцева"


@pytest.fixture
def person(world: None) -> Person:
    return Person.objects.create_user(
        "vorotyntseva@example.ru", "a long password", region_id="vologda", first_name="Евлампия",
        last_name=NAME, phone=PHONE,
    )  # fmt: skip


@pytest.fixture
def case(person: Person) -> Case:
    photo = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF 7")
    return opened_case(
        text=f"Яма у дома. Евлампия {NAME}, {PHONE}", author=person, contact="phone", phone=PHONE,
        email="", files=[photo], address="Вологда, улица Мира, дом 12, кв 5",
    )  # fmt: skip


def dump() -> str:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" AS t')  # noqa: S608
            found.append(cursor.fetchone()[0] or "")
    return "\n".join(found)


def eraser() -> Official:
    return bound("region_admin")


def test_a_person_takes_all_their_data_away(case: Case, person: Person) -> None:
    Look.objects.create(
        region_id="vologda", official=vera(), subject=case.ref, what="contact", at=timezone.now()
    )
    client = signed_in(person)
    page = client.get("/cabinet/data/").content.decode()
    assert NAME in page
    archive = zipfile.ZipFile(io.BytesIO(client.get("/cabinet/data/download/").content))
    told = json.loads(archive.read("my-data.json"))
    assert told == client.get("/cabinet/data/download/?format=json").json()
    assert told["profile"]["phone"] == PHONE
    assert told["messages"][0]["number"] == case.spoken
    assert "кв 5" in told["messages"][0]["address"]
    assert told["looks"][0]["number"] == case.spoken
    assert len([name for name in archive.namelist() if name.startswith("files/")]) == 1
    assert Client().get("/cabinet/data/download/").status_code == 302
    other = signed_in(accounts.person(accounts.NEIGHBOUR)).get(
        "/cabinet/data/download/?format=json"
    )
    assert not other.json()["messages"]


def test_a_person_is_forgotten_by_two_and_the_journal_stays_whole(
    case: Case, person: Person
) -> None:
    client, first, second = signed_in(person), signed_in(eraser()), signed_in(eraser())
    unsure = client.post("/cabinet/data/erase/")
    assert unsure.status_code == 422
    waits = client.post("/cabinet/data/erase/", {"sure": "yes"})
    assert waits.status_code == 422
    assert "Сообщений в работе: 1" in waits.content.decode()
    cases.withdraw_case(case.number, by=person.ref, now=timezone.now())
    assert client.post("/cabinet/data/erase/", {"sure": "yes"}).status_code == 302
    erasure = Erasure.objects.get(person=person)
    page = first.get("/desk/erasures/").content.decode()
    assert NAME not in page
    path = f"/desk/erasures/{erasure.pk}/"
    first.post(path, {"yes": "1"})
    first.post(path, {"yes": "1"})
    assert Person.objects.get(pk=person.pk).last_name == NAME, "one person is not enough"
    original = Path(settings.MEDIA_ROOT) / Attachment.objects.get(report=case.report).original
    kept = list(Entry.objects.order_by("id").values_list("id", "kind", "subject", "data"))

    second.post(path, {"yes": "1"})

    erasure.refresh_from_db()
    assert erasure.state == "done"
    text = dump()
    for secret in (NAME, "Евлампия", PHONE, "5550142", "vorotyntseva@example.ru", "дом 12", "кв 5"):
        assert secret not in text, secret
    gone = Person.objects.get(pk=person.pk)
    assert (gone.first_name, gone.last_name, gone.phone, gone.is_active) == ("", "", "", False)
    report = Report.objects.get(pk=case.report_id)
    assert (report.author, report.phone, report.extra) == (None, "", {})
    assert "Яма у дома" in report.text
    assert not Attachment.objects.filter(report=report).exists()
    jobs.drop_files(paths=[str(original.relative_to(settings.MEDIA_ROOT))])
    assert not original.exists()
    now_kept = list(Entry.objects.order_by("id").values_list("id", "kind", "subject", "data"))
    assert now_kept[: len(kept)] == kept, "nothing of the journal was touched"
    assert now_kept[-1][1] == "person.forgotten"
    assert client.get("/cabinet/").status_code == 302, "the session is over"
    browser = Client().post(
        "/accounts/login/", {"login": "vorotyntseva@example.ru", "password": "a long password"}
    )
    assert browser.status_code == 200


def test_what_chats_letters_and_devices_knew_is_forgotten_too(case: Case, person: Person) -> None:
    now, own = timezone.now(), {"region_id": "vologda"}
    mention = Mention.objects.create(
        **own, network="vk", key="1", text=f"{NAME} пишет про яму", author=NAME, link="https://a/b",
        thread={"post": 1}, report=case.report, written_at=now, found_at=now, state="confirmed",
    )  # fmt: skip
    box = Mailbox.objects.create(**own, address="in@example.ru", host="localhost", login="in")
    for key, sender in (("1", person.email.upper()), ("2", "other@example.ru")):
        Incoming.objects.create(**own, mailbox=box, key=key, kind="invited", address=sender, at=now)
    Unread.objects.create(**own, person=person, report=case.report, at=now)
    cases.withdraw_case(case.number, by=person.ref, now=now)

    commands.forget_person(person, by="official:1", now=now)
    catch_up({"notifications"})

    mention.refresh_from_db()
    assert (mention.text, mention.author, mention.link, mention.thread) == ("", "", "", {})
    assert [each.key for each in Incoming.objects.all()] == ["2"]
    assert not Unread.objects.exists()


def test_an_erasure_may_be_refused_and_officials_are_not_erased(person: Person) -> None:
    client = signed_in(person)
    client.post("/cabinet/data/erase/", {"sure": "yes"})
    erasure = Erasure.objects.get()
    signed_in(eraser()).post(f"/desk/erasures/{erasure.pk}/", {"yes": "0", "note": "Идёт проверка"})
    assert "Идёт проверка" in client.get("/cabinet/data/").content.decode()
    assert Person.objects.get(pk=person.pk).last_name == NAME
    official = signed_in(vera()).post("/cabinet/data/erase/", {"sure": "yes"})
    assert official.status_code == 422
    assert signed_in(vera()).get("/desk/erasures/").status_code == 403


def test_a_shared_file_stays_for_those_who_have_it_too(case: Case, person: Person) -> None:
    again = Attachment.objects.get(report=case.report)
    twin = opened_case()
    again.pk, again.token, again.report = None, "other", twin.report
    again.save(force_insert=True)
    Attachment.objects.filter(report=case.report).delete()
    jobs.drop_files(paths=[again.original])
    assert (Path(settings.MEDIA_ROOT) / again.original).exists()


def test_closed_cases_are_depersonalised_when_their_term_runs_out(
    case: Case, person: Person
) -> None:
    fresh = opened_case(text=f"Свежее. {PHONE}", author=person, contact="phone", phone=PHONE)
    cases.withdraw_case(case.number, by=person.ref, now=timezone.now())
    soon, late = (timezone.now() + timedelta(days=days) for days in (1825, 1827))
    assert commands.depersonalise_old(now=soon) == 0
    assert Report.objects.get(pk=case.report_id).phone == PHONE
    assert commands.depersonalise_old(now=late) == 1
    assert commands.depersonalise_old(now=late) == 0, "once"
    old = Report.objects.get(pk=case.report_id)
    assert (old.phone, old.author, old.address) == ("", None, "Вологда, улица Мира")
    assert PHONE not in old.text
    assert old.lat == round(old.lat or 0, 3)
    assert Report.objects.get(pk=fresh.report_id).phone == PHONE, "what is open stays"


def test_an_appeal_is_sealed_with_its_signed_answer_until_its_term_ends(
    person: Person, tmp_path: Path, settings: Any
) -> None:
    settings.SIGNER, settings.DATA = "test", tmp_path / "data"
    given_to = tmp_path / "given"
    case = answered_appeal(person)
    answer = Paper.objects.get(case=case)
    signed = content_of(answer.path)
    signature = bytes(answer.signatures.get().cms)
    closed = timezone.now()
    cases.close_case(case.number, now=closed)
    commands.forget_person(person, by="system", now=closed)
    kept = KeptFile.objects.get(case=case)
    assert kept.until == closed + timedelta(days=1826)
    assert NAME not in dump()
    assert not Paper.objects.exists(), "no door leads to it"
    assert signed_in(olga()).get(f"/desk/c/{case.spoken}/papers/{answer.pk}/").status_code == 404
    assert "опечатано" in signed_in(olga()).get(f"/desk/c/{case.spoken}/").content.decode()

    with pytest.raises(CommandError, match="зачем"):
        call_command("kept", "open", case.number, reason=" ", to=given_to)
    call_command("kept", "open", case.spoken, reason="Запрос прокуратуры № 7-1", to=given_to)
    given = {path.name: path.read_bytes() for path in given_to.iterdir()}
    assert given[answer.name] == signed
    assert given[f"{answer.name}.1.sig"] == signature
    assert cms.check(signed, signature).state == "valid"
    assert len(given) == 3  # with the printed file of the case
    opened = Entry.objects.get(kind="kept.opened")
    assert opened.subject == case.ref
    assert "прокуратуры" not in str(opened.data)

    assert commands.delete_old(now=kept.until)["kept_files"] > 0
    assert not KeptPiece.objects.exists()


def answered_appeal(person: Person) -> Case:
    now = timezone.now()
    case = opened_case(
        text=f"Прошу ответить. {NAME}", author=person, extra={"regime": "appeal_59fz"}
    )
    name_applicant(
        case.report, NewApplicant(last_name=NAME, first_name="Евлампия"), by=person.ref, now=now
    )
    body = organisations()["adm-vologda-city"]
    appeals.register_appeal(case.number, organisation=body, by=olga(), now=now)
    cases.start_case(case.number, by=boris(), now=now)
    text = f"Уважаемая Евлампия {NAME}, яму заделали вчера силами подрядчика"
    cases.submit_answer(case.number, text=text, result="explained", by=boris(), now=now)
    appeals.sign_answer(case.number, confirmed=True, reason="Проверено", by=clara(), now=now)
    case.refresh_from_db()
    return case


def test_terms_are_the_administrators_to_set(case: Case) -> None:
    from otklik.ground.kit.memo import forget  # noqa: PLC0415

    region = case.region
    region.settings = {**region.settings, "retention": {"looks": 10, "closed_cases": "много"}}
    region.save()
    forget()
    Look.objects.create(
        region=region, official=vera(), subject=case.ref, what="text", at=timezone.now()
    )
    FailedLogin.objects.create(region=region, typed="a", address="203.0.113.1", at=timezone.now())
    signed_in(vera())
    gone = commands.delete_old(now=timezone.now() + timedelta(days=11))
    assert gone["looks"] == 1
    assert gone["failed_logins"] == 0
    gone = commands.delete_old(now=timezone.now() + timedelta(days=91))
    assert gone["failed_logins"] == 1
    assert gone["sessions"] >= 1
    assert "retention.done" in set(Entry.objects.values_list("kind", flat=True))


def test_files_of_messages_never_sent_are_dropped(case: Case) -> None:
    root = Path(settings.MEDIA_ROOT)
    left = root / "original" / "zz" / "left.pdf"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"x")
    kept = root / Attachment.objects.get(report=case.report).original
    jobs.drop_unused(left.stat().st_mtime - 60)
    assert left.exists(), "a form may still be open"
    jobs.drop_unused(left.stat().st_mtime + 60)
    assert not left.exists()
    assert kept.exists()


def test_every_table_with_files_says_so_and_the_night_spares_them() -> None:
    for model in apps.get_models():
        files = {
            each.name for each in model._meta.concrete_fields
            if str(each.verbose_name).startswith("путь к")
        }  # fmt: skip
        assert files == set(getattr(model, "FILES", ())), model._meta.label


def test_every_table_that_knows_a_person_is_thought_of() -> None:
    """A new table with a person or with sealed data must be erased too, or say why not."""
    thought_of = {
        "accounts.Person", "intake.Report", "cases.Support", "problems.Joining", "rating.Rating",
        "account.EmailAddress", "mfa.Authenticator", "accounts.FailedLogin", "sms.SmsMessage",
        "calls.Call", "calls.Callback", "regimes.Applicant", "reception.Booking",
        "accounts.Attested", "accounts.ProvenPhone", "socialaccount.SocialAccount",
        "usersessions.UserSession",
        "projects.Resident",  # where a voter lives: its own follower forgets it
        "surveys.Response",  # counted on without its words: its own follower empties it
        "ballots.RegisterEntry",  # that one took part stays; the person it leads to is emptied
        "ballots.HeldRight",  # the same: set aside before there was a ballot
        "ballots.VoteKey",  # the sealed keys of a vote: no person
        "exchange.System",  # the sealed key of a document system: no person
        "webhooks.Subscription",  # the sealed key of a subscription: no person
        "peers.Peer",  # the sealed key of another system: no person
        "discussions.HallPerson",  # written from a passport by law: no account leads to it
        "discussions.Participant", "statements.Voter", "petitions.PetitionSignature",  # followers
        "proposals.Proposal",  # its own follower drops it, or takes the name of what is published
        "chats.Bot", "social.Feed", "mailbox.Mailbox",  # sealed keys of the region's own: no person
        "chats.Talk", "chats.ChatUpdate", "chats.ChatMessage", "social.Mention", "mailbox.Incoming",
        "watches.NewsWatch",  # the same
        "notifications.Choice", "notifications.Habit", "notifications.Delivery",
        "push.Device", "notifications.Unread",  # its own follower deletes it
        "privacy.Erasure",  # the request itself: numbers only
        "privacy.KeptPiece",  # what the law keeps; deleted when its term ends
        "accounts.Official",  # an official is not erased, their access is closed
        "admin.LogEntry", "accounts.Person_groups", "accounts.Person_user_permissions",
    }  # fmt: skip
    for model in apps.get_models(include_auto_created=True):
        if model.__name__.startswith("Historical"):
            continue
        for field in model._meta.concrete_fields:
            sealed = "Sealed" in type(field).__name__
            if sealed or field.related_model is Person:
                assert model._meta.label in thought_of, f"{model._meta.label}.{field.name}"
