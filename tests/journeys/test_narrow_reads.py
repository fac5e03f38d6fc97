"""What every command asks the database for: the row, not the region around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otklik.flow.cases import commands as cases
from otklik.ground.kit.memo import forget
from otklik.ground.organisations.models import Organisation
from otklik.ground.organisations.queries import organisations
from otklik.ground.territories.queries import territories, territory_at
from otklik.ground.topics.queries import routing_rules
from tests.cast import NOW, VOLOGDA, boris, opened_case

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def remember() -> None:
    """Let this process know the region, as one that has served a moment does."""
    forget()
    routing_rules(), organisations(), territory_at(*VOLOGDA)


def joined(queries: Iterable[dict[str, str]]) -> list[str]:
    wide = ("topics_topic", "territories_territory", "organisations_organisation")
    return [each["sql"] for each in queries if any(table in each["sql"] for table in wide)]


def test_a_command_reads_its_case_without_the_region_around_it() -> None:
    case, by = opened_case(), boris()
    remember()
    with CaptureQueriesContext(connection) as caught:
        taken = cases.start_case(case.number, by=by, now=NOW)
        told = (taken.topic, taken.territory, taken.organisation, taken.policy, taken.region)
    assert None not in told
    assert joined(caught.captured_queries) == []


def test_a_case_keeps_the_neighbours_that_its_row_names() -> None:
    case = opened_case()
    remember()
    found = cases.locked(case.number)
    for name in ("region", "topic", "territory", "organisation", "policy"):
        assert getattr(found, name).pk == getattr(case, f"{name}_id"), name


def test_a_body_that_was_closed_is_still_the_cases() -> None:
    case = opened_case()
    assert case.organisation_id
    Organisation.objects.filter(pk=case.organisation_id).update(valid_to=NOW.date())
    remember()
    found = cases.locked(case.number)
    assert found.organisation is not None
    assert found.organisation.valid_to == NOW.date()


def test_no_border_is_read_but_for_the_map() -> None:
    forget()
    with CaptureQueriesContext(connection) as caught:
        territories(), organisations(), routing_rules()
    assert not any('"polygon"' in each["sql"] for each in caught.captured_queries)
    found = territory_at(*VOLOGDA)
    assert found is not None
    assert found.code == "vologda-city"
