"""Nothing personal lies readable in the tables; keys change under load, stopped and taken up."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from otklik.demo import accounts
from otklik.flow.cases.commands import support_case
from otklik.flow.intake.models import Report
from otklik.flow.intake.queries import reports_by_phone
from otklik.ground.accounts.models import Membership, Person, Role
from otklik.ground.accounts.queries import people_by_phone
from otklik.ground.kit import keyring, keys
from otklik.ground.kit.sealing import current_key, key_of
from otklik.ground.organisations.queries import organisations
from tests.cast import NOW, bound, opened_case, signed_in, vera

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PHONE, MAIL = "+79215550142", "tainik@example.ru"
STREET = "Вологда, улица Тайнописная, дом 31, кв 8"
NAMES = ("Евлампия", "Воротынцева", "Поликарповна")


@pytest.fixture
def case(world: None) -> Case:
    person = Person.objects.create_user(
        "login@example.ru", None, region_id="vologda", first_name=NAMES[0], last_name=NAMES[1],
        patronymic=NAMES[2], phone="8 921 555-01-43",
    )  # fmt: skip
    found = opened_case(
        text="Течёт крыша", author=person, contact="phone", phone=PHONE, email="", lat=None,
        lon=None, place="address", address=STREET, extra={"first_name": NAMES[0]},
    )  # fmt: skip
    opened_case(text="Течёт подвал", email=MAIL)
    support_case(found.number, key="visitor:1", email=MAIL, channel="site", now=NOW)
    return found


def dump() -> dict[str, str]:
    """Return all that the database holds, table by table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" AS t')  # noqa: S608
            found[table] = cursor.fetchone()[0] or ""
    return found


def test_a_dump_of_every_table_holds_no_name_phone_address_or_contact(case: Case) -> None:
    texts = dump()
    assert "login@example.ru" in texts["accounts_person"], "the dump does read"
    for secret in (PHONE, "9215550142", "555-01-43", MAIL, "Тайнописная", STREET, *NAMES):
        assert not [table for table, text in texts.items() if secret in text], secret
    again = Report.objects.select_related("author").get(pk=case.report_id)
    assert (again.phone, again.address, again.extra) == (PHONE, STREET, {"first_name": NAMES[0]})
    assert again.author is not None
    assert again.author.get_full_name() == f"{NAMES[0]} {NAMES[1]}"


def test_a_person_and_a_message_are_found_by_phone_however_written(case: Case) -> None:
    assert [each.email for each in people_by_phone("+7 921 555-01-43")] == ["login@example.ru"]
    assert [each.number for each in reports_by_phone("8 (921) 555-01-42")] == [case.number]
    assert [each.number for each in reports_by_phone("89215550143")] == [case.number], "by author"
    assert not people_by_phone("")
    assert not reports_by_phone("+79215550100")


def test_the_desk_finds_by_phone_mail_and_address_whom_it_may_show(case: Case) -> None:
    row = f"/desk/c/{case.spoken}/"
    for query in ("8 921 555 01 42", "тайнописная 31", "Тайнописной"):
        shown = (
            signed_in(bound("coordinator"))
            .get("/desk/", {"q": query, "status": ""})
            .content.decode()
        )
        assert row in shown, query
        hidden = signed_in(vera()).get("/desk/", {"q": query, "status": ""}).content.decode()
        assert row not in hidden, query


def test_a_bounded_role_takes_nothing_from_an_unbounded_one(case: Case) -> None:
    both = bound("coordinator")
    Membership.objects.create(
        region=both.region, official=both, role=Role.objects.get(code="executor"),
        organisation=organisations()["adm-cherepovets-city"],
    )  # fmt: skip
    page = signed_in(both).get("/desk/", {"q": "Течёт крыша", "status": ""}).content.decode()
    assert f"/desk/c/{case.spoken}/" in page


def test_sealed_columns_refuse_to_be_compared() -> None:
    with pytest.raises(FieldError, match="by its print"):
        Report.objects.filter(phone=PHONE)
    with pytest.raises(FieldError, match="by its print"):
        Person.objects.filter(last_name__icontains="Воро")


def test_rows_from_before_sealing_are_sealed_by_the_same_walk(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_report SET phone = %s, phone_print = ''", ["+79215550111"])
    assert Report.objects.get(pk=case.report_id).phone == "+79215550111"
    assert sum(keys.reseal(Report)) == Report.objects.count()
    assert "+79215550111" not in dump()["intake_report"]
    assert reports_by_phone("+79215550111").count() == Report.objects.count()


def used() -> set[str]:
    return {each.key for each in keys.counts()}


def test_keys_change_in_batches_and_a_stopped_change_is_taken_up(case: Case, settings: Any) -> None:
    settings.FIELD_KEYS = [keyring.new_key(), *settings.FIELD_KEYS]
    people = Person.objects.count()
    assert sum(islice(keys.reseal(Person, batch=3), 2)) == 6, "killed after two batches"
    assert len(used()) == 2
    assert sum(keys.reseal(Person, batch=3)) == people - 6, "none is done twice"
    call_command("keys", "rotate", batch=2, verbosity=0)
    assert used() == {current_key()}
    assert not sum(keys.reseal(Report)), "nothing is left"

    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]  # the old key is gone for good
    again = Report.objects.get(pk=case.report_id)
    assert (again.phone, again.address) == (PHONE, STREET)
    assert [each.number for each in reports_by_phone(PHONE)] == [case.number]


def test_a_new_index_key_makes_prints_anew(case: Case, settings: Any) -> None:
    settings.INDEX_KEY = "another"
    assert not reports_by_phone(PHONE)
    call_command("keys", "reindex", batch=1, verbosity=0)
    assert [each.number for each in reports_by_phone(PHONE)] == [case.number]


def test_keys_of_the_file_are_made_and_dropped(case: Case, settings: Any, tmp_path: Any) -> None:
    settings.DATA = tmp_path
    keyring.write_ring(tmp_path, settings.FIELD_KEYS)
    call_command("keys", "new", verbosity=0)
    settings.FIELD_KEYS = keyring.field_keys(tmp_path)
    assert len(settings.FIELD_KEYS) == 2
    call_command("keys", "drop", verbosity=0)
    assert len(keyring.field_keys(tmp_path)) == 2, "the old one still opens much"
    call_command("keys", "rotate", verbosity=0)
    call_command("keys", "drop", verbosity=0)
    assert keyring.field_keys(tmp_path) == settings.FIELD_KEYS[:1]
    with pytest.raises(CommandError, match="FIELD_KEYS"):
        call_command("keys", "new", verbosity=0)


def test_every_column_that_sounds_personal_is_sealed() -> None:
    """A new table with a phone or a name must seal it, or say here why not."""
    known = {
        "accounts.Person.email": "the name by which people sign in: decision 0028",
        "account.EmailAddress.email": "the same, in allauth's table",
        "intake.Attachment.name": "a file's name",
        "accounts.FailedLogin.address": "of a machine, kept for a term",
        "chats.Bot.address": "the unguessable part of a webhook's own address",
        "social.Feed.address": "the same",
        "mailbox.Mailbox.address": "the region's own, printed on its letters",
    }
    personal = ("phone", "email", "address", "first_name", "last_name", "patronymic")
    ours = [each for each in apps.get_models() if each._meta.app_label != "organisations"]
    for model in ours:  # bodies' own contacts are public
        for field in model._meta.concrete_fields:
            if field.name in personal and "Sealed" not in type(field).__name__:
                table = model._meta.label.replace(".Historical", ".")
                assert f"{table}.{field.name}" in known, field


def test_what_is_stored_carries_its_keys_name(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM intake_report WHERE id = %s", [case.report_id])
        assert key_of(cursor.fetchone()[0]) == current_key()
    assert accounts.person(accounts.CITIZEN).first_name == "Анна"
