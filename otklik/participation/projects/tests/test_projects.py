"""Who may take part, and what stands once announced."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from otklik.ground.accounts.rules import Refused
from otklik.participation.projects import commands, rules
from otklik.participation.projects.models import Audience, Phase, Project
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
