"""A message on corruption is seen by the closed contour alone, through every door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from otklik.demo import accounts
from otklik.flow.cases import commands, queries
from otklik.flow.cases.queue import QueueFilters, counts_for, queue_for
from otklik.flow.cases.rules import Refused
from otklik.flow.intake.models import Attachment
from otklik.journal import following
from otklik.readers.heatmap.queries import HeatFilters, snapshot
from otklik.readers.live.stream import picture
from otklik.readers.live.topics import Topic
from tests.cast import NOW, VOLOGDA, anna_writes, elena, opened_case, signed_in, zakhar

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
TEXT = "Начальник отдела вымогает взятку за справку"


@pytest.fixture
def hidden(world: None) -> Case:
    note = SimpleUploadedFile("zapis.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    return opened_case(topic="gov-bribe", text=TEXT, files=[note], now=timezone.now())


def test_it_is_in_the_contour_and_never_public(hidden: Case) -> None:
    assert hidden.closed_contour
    assert not hidden.public
    with pytest.raises(Refused, match="private"):
        commands.show_case(hidden.number, shown=True, by=zakhar(), now=NOW)


def test_its_members_see_and_work_on_it(hidden: Case) -> None:
    client = signed_in(zakhar())
    assert hidden.spoken in client.get("/desk/").content.decode()
    assert "Взять в работу" in client.get(f"/desk/c/{hidden.spoken}/").content.decode()
    assert client.post(f"/desk/c/{hidden.spoken}/start/").status_code == 302


@pytest.mark.parametrize(
    "actor",
    [each for each in accounts.ACTORS if each.organisation and not each.topic],
    ids=lambda actor: actor.roles[0],
)
def test_at_the_desk_it_exists_for_nobody_else(hidden: Case, actor: accounts.Actor) -> None:
    client = signed_in(accounts.official(actor))
    for path in ("", "start/", "contact/"):
        address = f"/desk/c/{hidden.spoken}/{path}"
        assert client.post(address).status_code in {403, 404, 405}
        assert client.get(address).status_code in {404, 405}
    for query in ("", "?status=", f"?q={hidden.spoken}", "?q=взятку", "?topic=government&status="):
        page = client.get(f"/desk/{query}")
        row = f"/desk/c/{hidden.spoken}/"
        assert page.status_code == 403 or row not in page.content.decode()
    points = client.get("/desk/points.geojson?status=")
    assert points.status_code == 403 or hidden.spoken not in points.content.decode()
    official = accounts.official(actor)
    assert not any(counts_for(official, NOW).values())
    assert not queue_for(official, QueueFilters(), NOW).exists()
    file = Attachment.objects.get(report=hidden.report)
    for variant in ("original", "public", "thumbnail"):
        assert client.get(f"/files/{file.token}/{variant}").status_code == 404


def test_a_bulk_action_passes_it_over(hidden: Case) -> None:
    client = signed_in(elena())
    client.post("/desk/bulk/", {"verb": "start", "number": [hidden.number]})
    hidden.refresh_from_db()
    assert hidden.status == "assigned"


def test_nothing_open_can_be_joined_to_it(hidden: Case) -> None:
    other = opened_case()
    with pytest.raises(Refused, match="no_target"):
        commands.merge_case(other.number, into=hidden.number, by=elena(), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_the_map_its_counts_lists_and_stream_leave_it_out(hidden: Case) -> None:
    shown = opened_case(now=timezone.now())
    following.catch_up()
    now = timezone.localtime()
    counted = snapshot(HeatFilters(), "territory", now=now, public=False)
    assert counted["total"] == 1
    live = picture(Topic(public=False), now)
    assert live.tiles["open"] == 1
    assert [line["topic"] for line in live.latest] == ["roads-pothole"]
    leader = signed_in(accounts.official(accounts.LEADER))
    why = leader.get("/api/heatmap/why?cell=vologda-city").json()
    assert why["observed"] == 1
    assert [each["number"] for each in why["cases"]] == [shown.number]
    why = signed_in(zakhar()).get("/api/heatmap/why?cell=vologda-city").json()
    assert why["cases"] == []


def test_the_public_side_knows_nothing_of_it(hidden: Case) -> None:
    visitor = signed_in(None)
    assert visitor.get(f"/m/{hidden.spoken}/").status_code == 404
    assert hidden.spoken not in visitor.get("/messages/").content.decode()
    assert hidden.spoken not in visitor.get("/points.geojson").content.decode()
    assert visitor.get(f"/open311/v2/requests/{hidden.number}.json").status_code == 404
    listed = visitor.get(f"/open311/v2/requests.json?service_request_id={hidden.number}").json()
    assert listed == []
    assert queries.totals(timezone.now())["received"]["all"] == 0
    said = visitor.post(
        "/api/suggest", {"text": TEXT, "lat": VOLOGDA[0], "lon": VOLOGDA[1]},
        content_type="application/json",
    ).json()  # fmt: skip
    assert said["twins"] == []


def test_before_triage_it_is_no_more_to_be_seen_by_open311() -> None:
    receipt = anna_writes(topic="gov-bribe", text=TEXT, channel="open311")
    assert signed_in(None).get(f"/open311/v2/requests/{receipt.number}.json").status_code == 404
