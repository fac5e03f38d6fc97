"""Loading the region's files again: rows are recognised, and one edit is all that changes."""

from __future__ import annotations

import shutil
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from otklik.ground.accounts.loading import load
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.queries import territories
from otklik.ground.territories.region_files import WrongFilesError
from otklik.ground.topics.loading import ROUTING
from otklik.ground.topics.models import RoutingRule, Topic
from tests.cast import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def test_rules_of_routing_that_match_anything_are_recognised_when_loaded_again(
    tmp_path: Path,
) -> None:
    rules = RoutingRule.objects.count()
    folder = tmp_path / "region"
    shutil.copytree(settings.REGION_DATA, folder)
    file = folder / "region.yaml"
    file.write_text(file.read_text("utf-8").replace("population: 1111200", "population: 1111201"))
    loaded = load(folder, today=NOW.date())
    assert loaded.fresh
    assert [note for count in loaded.counts for note in count.notes] == []
    (routing,) = [count for count in loaded.counts if count.title == ROUTING.title]
    assert (routing.created, routing.same) == (0, rules)
    assert RoutingRule.objects.count() == rules


def test_a_subcategory_called_as_one_of_its_facts_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "region"
    shutil.copytree(settings.REGION_DATA, folder)
    file = folder / "topics" / "05-waste.yaml"
    ours = file.read_text("utf-8")
    assert ours.count("code: waste-charges-group\n") == 1
    file.write_text(ours.replace("code: waste-charges-group\n", "code: waste-charges\n"))
    with pytest.raises(WrongFilesError, match=r"waste-charges.*уже есть в"):
        load(folder, today=NOW.date())


def test_what_is_written_back_loads_as_the_same_and_holds_an_administrators_edit(
    tmp_path: Path,
) -> None:
    pothole = Topic.objects.get(code="roads-pothole")
    pothole.title_ru = "Яма, выбоина или провал"
    pothole.save()
    call_command("ground", "export", str(tmp_path), stdout=StringIO())
    assert {each.name for each in Path(settings.REGION_DATA).glob("*.yaml")} - {
        "demo.yaml", "demo_texts.yaml",
    } <= {each.name for each in tmp_path.glob("*.yaml")}  # fmt: skip
    assert "Яма, выбоина или провал" in (tmp_path / "topics" / "01-roads.yaml").read_text("utf-8")
    loaded = load(tmp_path, today=NOW.date())
    assert sum(count.created + count.closed for count in loaded.counts) == 0
    pothole.refresh_from_db()
    assert pothole.title_ru == "Яма, выбоина или провал"


def test_the_seed_holds_what_a_region_needs() -> None:
    levels = Counter(Topic.objects.values_list("level", flat=True))
    assert levels[Topic.Level.CATEGORY] == 22
    assert levels[Topic.Level.FACT] >= 120
    assert Organisation.objects.count() >= 40
    now = [each for each in territories().values() if each.population and not each.valid_to]
    assert sum(each.kind != "region" for each in now) == 28
    assert all(each.polygon for each in now)
    phrases = Topic.objects.filter(level=Topic.Level.FACT).values_list("code", "phrases")
    assert not [code for code, told in phrases if len(told) < 8]


def test_the_code_for_the_national_report_claims_no_more_than_the_section() -> None:
    codes = Topic.objects.filter(level=Topic.Level.FACT).values_list("sstu", flat=True)
    assert set(codes) == {f"{section:04}.0000.0000.0000" for section in range(1, 6)}
