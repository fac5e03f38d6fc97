"""Who may take part, and what stands once announced."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import ProgrammingError, transaction

from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import home_of
from otklik.participation.projects import commands, queries, rules
from otklik.participation.projects.models import Audience, AudienceLine, Phase, Project, Stage
from otklik.participation.projects.tests.helpers import attest, citizen
from tests.cast import NOW, bound

DAY = timedelta(days=1)
TODAY = date(2026, 11, 25)
CIRCLE = rules.Circle(14, frozenset({"vologda-city"}), "phone")
GOOD = rules.Who("phone", "vologda-city", date(2012, 11, 25))


def test_birthday_counts_from_its_day() -> None:
    assert rules.age_on(date(2012, 11, 25), TODAY) == 14
    assert rules.age_on(date(2012, 11, 26), TODAY) == 13
    rules.check_may_take_part(CIRCLE, GOOD, TODAY)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (rules.Who("none", "vologda-city", date(1990, 1, 1)), "level"),
        (rules.Who("phone"), "resident"),
        (rules.Who("phone", "vologda-city"), "resident"),
        (rules.Who("phone", "vologda-city", date(2012, 11, 26)), "age"),
        (rules.Who("confirmed", "cherepovets-city", date(1990, 1, 1)), "territory"),
    ],
)
def test_who_is_outside_the_circle_is_told_why(who: rules.Who, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_may_take_part(CIRCLE, who, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize("born", [date(2026, 11, 26), date(1890, 1, 1)])
def test_a_date_of_birth_must_be_possible(born: date) -> None:
    with pytest.raises(Refused):
        rules.check_born(born, TODAY)


def test_addresses_are_latin_and_nothing_has_two() -> None:
    assert commands.slug_of("Где поставить щит?") == "gde-postavit-schit"
    assert commands.slug_of("???") == "vopros"


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_the_constraint_gives_each_of_the_same_title_its_own_address() -> None:
    by = bound("vote_organiser", organisation="cur")
    made = [commands.start_project(title="Щит", by=by, now=NOW).slug for _ in range(3)]
    assert made == ["schit", "schit-2", "schit-3"]


def delete(rows: Any) -> None:
    rows._raw_delete("default")


@pytest.mark.usefixtures("world")
def test_nobody_moves_the_window_or_the_circle_of_an_announced_phase() -> None:
    by = bound("vote_organiser", organisation="cur")
    project = commands.start_project(title="Набережная", by=by, now=NOW)
    phase = commands.plan_phase(
        project, kind="vote", opens_at=NOW + DAY, closes_at=NOW + 2 * DAY, circle=CIRCLE
    )
    commands.seal_phase(phase, by=by, now=NOW)
    for change in (
        lambda: Phase.objects.filter(pk=phase.pk).update(closes_at=phase.closes_at + DAY),
        lambda: Phase.objects.filter(pk=phase.pk).update(sealed_at=None),
        lambda: Audience.objects.filter(phase=phase).update(min_age=18),
        lambda: Audience.objects.filter(phase=phase).update(territories=["vologda-city"]),
        lambda: delete(Audience.objects.filter(phase=phase)),
    ):
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            change()
    assert Project.objects.get(pk=phase.project_id).status == "published"


@pytest.mark.usefixtures("world")
def test_a_window_must_not_end_before_it_begins() -> None:
    by = bound("vote_organiser", organisation="cur")
    project = commands.start_project(title="Набережная", by=by, now=NOW)
    with pytest.raises(Refused):
        commands.plan_phase(
            project, kind="vote", opens_at=NOW + DAY, closes_at=NOW, circle=rules.Circle()
        )


def planned(circle: rules.Circle) -> Phase:
    by = bound("vote_organiser", organisation="cur")
    project = commands.start_project(title="Набережная", by=by, now=NOW)
    return commands.plan_phase(
        project, kind="vote", opens_at=NOW + DAY, closes_at=NOW + 2 * DAY, circle=circle
    )


def refusal(phase: Phase, person: Any) -> str:
    try:
        queries.admitted(phase, person)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("160000, Вологодская обл., г. Вологда, ул. Мира, д. 12, кв. 7", "vologda-city"),
        ("обл Вологодская, г.Череповец, пр-кт Победы, 85", "cherepovets-city"),
        ("Вологодская область, Вологодский муниципальный округ, п. Майский, 3", "vologda-okrug"),
        ("Вологодская обл., р-н Сокольский, г. Сокол, ул. Советская, д. 73", "sokol"),
        ("Ярославская обл., г. Ярославль, ул. Вологодская, д. 5", None),
        ("г. Москва, ул. Мира, д. 5", None),
        ("Вологодская обл., ул. Мира, д. 5", None),
        ("", None),
    ],
)
@pytest.mark.usefixtures("world")
def test_an_address_of_registration_names_one_municipality_or_none(
    address: str, code: str | None
) -> None:
    found = home_of(address)
    assert (found.code if found else None) == code


@pytest.mark.usefixtures("world")
def test_where_it_binds_nobody_s_own_word_counts() -> None:
    phase = planned(rules.Circle(18, frozenset({"vologda-city"}), proven=True))
    assert refusal(phase, citizen("vologda-city")) == "proven", "said by themselves"
    assert refusal(phase, attest(citizen("cherepovets-city"))) == ""
    far = "Ярославская обл., г. Ярославль, ул. Свободы, д. 5"
    assert refusal(phase, attest(citizen(), far)) == "proven"
    assert refusal(phase, attest(citizen(), born="01.05.2015")) == "age"
    near = "Вологодская обл., г. Череповец, ул. Ленина, 1"
    assert refusal(phase, attest(citizen(), near)) == "territory"


@pytest.mark.usefixtures("world")
def test_age_counts_on_the_day_that_is_named_and_accounts_from_before_a_day() -> None:
    young = citizen(born=date(2012, 12, 1))
    day = date(2026, 12, 1)
    assert refusal(planned(rules.Circle(14)), young) == "age"
    assert refusal(planned(rules.Circle(14, age_day=day)), young) == ""
    today = young.date_joined.date()
    assert refusal(planned(rules.Circle(registered_before=today)), young) == "registered"
    assert refusal(planned(rules.Circle(registered_before=today + 2 * DAY)), young) == ""


@pytest.mark.usefixtures("world")
def test_a_list_admits_proven_contacts_alone_and_keeps_no_contact() -> None:
    on_list, unproven, other = citizen(), citizen(), citizen()
    prints, wrong = queries.prints_in(f"{on_list.email}\n{unproven.email}\n+7 921 555-01-42\nтак")
    assert (len(prints), wrong) == (3, ["так"])
    phase = planned(rules.Circle(listed=prints))
    for person in (on_list, other):
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    assert [refusal(phase, each) for each in (on_list, unproven, other)] == ["", "list", "list"]
    commands.seal_phase(phase, by=phase.project.made_by, now=NOW)
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        AudienceLine.objects.create(
            region=phase.region, audience=phase.audience, print="0123456789abcdef"
        )


@pytest.mark.usefixtures("world")
def test_a_step_without_a_question_stands_once_announced() -> None:
    by = bound("vote_organiser", organisation="cur")
    project = commands.start_project(title="Набережная", by=by, now=NOW)
    made = commands.plan_stage(
        project, kind="review", title="Смета", opens_at=NOW, closes_at=NOW + DAY, by=by, now=NOW
    )
    commands.announce_stage(project, made.phase_id, by=by, now=NOW)
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        Stage.objects.update(text="Иначе")
    with pytest.raises(Refused, match="announced"):
        commands.drop_stage(project, made.phase_id, by=by, now=NOW)
