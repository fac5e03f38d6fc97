"""A body's administrator manages their own people, and nobody else's."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from otklik.demo import accounts
from otklik.ground.accounts import jobs
from otklik.ground.accounts.commands import give_role
from otklik.ground.accounts.models import Membership, Official, Role
from otklik.ground.accounts.rules import Refused
from otklik.journal.reading import about
from tests.cast import boris, bound, clara, elena, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PASSWORD = "long enough words"


def zhanna() -> Official:
    """The administrator of Vologda's city."""
    return accounts.official(accounts.LOCAL_ADMIN)


def invited(client: Client, email: str, body: str = "adm-vologda-city") -> Official:
    page = client.post(
        "/desk/people/", {"email": email, "organisation": body, "position": "Инженер"}
    )
    assert page.status_code == 302
    return Official.objects.get(person__email=email)


def link_in_mail(official: Official) -> str:
    """Do the job that the invitation left, and read the link of the letter."""
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: PLC0415

    job = ProcrastinateJob.objects.filter(task_name="accounts.mail_invitation").latest("id")
    assert job.args["official_id"] == official.pk
    jobs.mail_invitation(**job.args)
    found = re.search(r"http://testserver(/join/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    assert mail.outbox[-1].to == [official.person.email]
    return found[1]


def test_an_invited_official_joins_gets_a_role_and_loses_access_at_once() -> None:
    admin = signed_in(zhanna())
    new = invited(admin, "novy@example.ru")
    assert not new.active
    link = link_in_mail(new)
    browser = Client()
    assert "novy@example.ru" in browser.get(link).content.decode()
    form = {"last": "Новых", "first": "Семён", "patronymic": "", "password": PASSWORD}
    wrong = browser.post(link, {**form, "again": "other"})
    assert wrong.status_code == 422
    assert "Пароли не совпали" in wrong.content.decode()
    assert 'value="Новых"' in wrong.content.decode(), "nothing typed is lost"
    assert browser.post(link, {**form, "again": PASSWORD}).status_code == 302
    assert browser.get(link).status_code == 404, "the link works once"
    assert browser.post(
        "/accounts/login/", {"login": "novy@example.ru", "password": PASSWORD}
    ).status_code == 302  # fmt: skip
    assert browser.get("/desk/").status_code == 403, "no role yet"

    given = admin.post(
        f"/desk/people/{new.pk}/give/", {"role": "executor", "organisation": "adm-vologda-city"}
    )
    assert given.status_code == 302
    assert browser.get("/desk/").status_code == 200
    page = admin.get(f"/desk/people/{new.pk}/").content.decode()
    assert "Семён Новых" in page
    assert "Выдана роль «Исполнитель»" in page
    assert zhanna().person.last_name in page, "who gave it"

    membership = Membership.objects.get(official=new)
    admin.post(f"/desk/people/{new.pk}/take/", {"membership": membership.pk})
    assert browser.get("/desk/").status_code == 403
    admin.post(f"/desk/people/{new.pk}/switch/", {"on": "0"})
    assert browser.get("/desk/").status_code == 404
    kinds = [entry.kind for entry in about(new.ref)]
    assert kinds == [
        "staff.invited", "staff.joined", "staff.role_given", "staff.role_taken", "staff.switched",
    ]  # fmt: skip


def test_a_newer_invitation_ends_the_one_before() -> None:
    admin = signed_in(zhanna())
    new = invited(admin, "dvazhdy@example.ru")
    first = link_in_mail(new)
    admin.post(f"/desk/people/{new.pk}/again/")
    second = link_in_mail(new)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_whoever_has_an_account_signs_in_before_accepting() -> None:
    admin, citizen = signed_in(zhanna()), accounts.person(accounts.NEIGHBOUR)
    new = invited(admin, citizen.email)
    link = link_in_mail(new)
    assert Client().get(link)["Location"].startswith("/accounts/login/")
    stranger = signed_in(accounts.person(accounts.CITIZEN))
    assert stranger.post(link).status_code == 302
    assert not Official.objects.get(pk=new.pk).active
    signed_in(citizen).post(link)
    assert Official.objects.get(pk=new.pk).active


def test_others_people_do_not_exist_for_a_bodys_administrator() -> None:
    admin, other = signed_in(zhanna()), elena()
    listed = admin.get("/desk/people/").content.decode()
    assert boris().person.last_name in listed
    assert other.person.last_name not in listed
    assert admin.get(f"/desk/people/{other.pk}/").status_code == 404
    for verb in ("give", "take", "switch", "again", "sign-out"):
        assert admin.post(f"/desk/people/{other.pk}/{verb}/", {"membership": 1}).status_code == 404
    refused = admin.post("/desk/people/", {"email": "x@example.ru", "organisation": "cur"})
    assert refused.status_code == 422
    assert 'value="x@example.ru"' in refused.content.decode()


@pytest.mark.parametrize(
    ("role", "why"),
    [
        ("moderator", "администратор региона"), ("region_admin", "администратор региона"),
        ("security_auditor", "администратор региона"), ("closed_contour", "администратор региона"),
        ("applicant", "не выдают"), ("head", "несовместима"),
    ],
)  # fmt: skip
def test_a_role_is_not_given_beyond_ones_reach(role: str, why: str) -> None:
    from otklik.ground.organisations.queries import organisations  # noqa: PLC0415

    with pytest.raises(Refused) as refusal:
        give_role(
            boris().pk, role=Role.objects.get(code=role),
            organisation=organisations()["adm-vologda-city"], by=zhanna(), now=timezone.now(),
        )  # fmt: skip
    assert why in refusal.value.ru
    page = signed_in(zhanna()).post(
        f"/desk/people/{boris().pk}/give/", {"role": role, "organisation": "adm-vologda-city"}
    )
    assert page.status_code == 422


def test_nobody_raises_themselves_and_nobody_else_comes_in() -> None:
    admin = signed_in(accounts.official(accounts.ADMINISTRATOR))
    me = accounts.official(accounts.ADMINISTRATOR)
    page = admin.post(f"/desk/people/{me.pk}/give/", {"role": "analyst", "organisation": ""})
    assert page.status_code == 422
    assert "Себе роли не выдают" in page.content.decode()
    assert admin.post(f"/desk/people/{me.pk}/switch/", {"on": "0"}).status_code == 422
    assert signed_in(clara()).get("/desk/people/").status_code == 403
    assert signed_in(accounts.person(accounts.CITIZEN)).get("/desk/people/").status_code == 404
    assert Client().get("/desk/people/").status_code == 302


def test_the_regions_administrator_gives_wide_roles_within_bounds() -> None:
    admin, new = signed_in(accounts.official(accounts.ADMINISTRATOR)), bound("analyst")
    page = admin.post(
        f"/desk/people/{new.pk}/give/",
        {"role": "curator", "organisation": "", "territory": "vologda-city", "topic": ""},
    )
    assert page.status_code == 302
    made = Membership.objects.get(official=new, role__code="curator")
    assert made.organisation is None
    assert made.territory is not None
    assert made.territory.code == "vologda-city"
