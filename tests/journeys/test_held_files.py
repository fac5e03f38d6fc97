"""Without JavaScript too, files that were chosen once need not be chosen again after a mistake."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from otklik.flow.intake import held
from otklik.flow.intake.models import Attachment, Report
from tests.cast import VOLOGDA, opened_case
from tests.journeys.test_bad_input import form, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
SHOTS = [("yama.png", 8), ("dvor.png", 9)]


def photos() -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, picture(side, side)) for name, side in SHOTS]


def tokens(answer: Any) -> list[str]:
    return re.findall(r'name="held" value="([^"]+)" checked', answer.content.decode())


def sent_with(client: Client, **more: Any) -> list[str]:
    assert client.post("/send/", form(**more)).status_code == 302
    return sorted(Attachment.objects.values_list("name", flat=True))


def test_they_come_back_with_the_mistakes_and_go_with_the_mended_form(client: Client) -> None:
    refused = client.post("/send/", form(text="", photos=photos()))
    assert refused.status_code == 422
    assert "Уже приложено: yama.png" in refused.content.decode()
    kept = tokens(refused)
    assert len(kept) == 2
    again = client.post("/send/", form(text="", held=kept))  # still wrong: still there
    assert sent_with(client, held=tokens(again)) == ["dvor.png", "yama.png"]


def test_one_may_be_taken_out_and_a_refused_one_does_not_take_the_others_along(
    client: Client,
) -> None:
    bad = SimpleUploadedFile("virus.jpg", b"MZ" + b"\0" * 500)
    kept = tokens(client.post("/send/", form(photos=[*photos(), bad])))
    assert sent_with(client, held=kept[:1]) == ["yama.png"]


def test_they_outlive_the_offer_to_join_neighbours(client: Client) -> None:
    text = "На улице Мира у дома 12 большая яма"
    opened_case(text=text)
    mine = {"text": text, "topic": "roads-pothole", "place_kind": "pin", "lat": str(VOLOGDA[0]),
            "lon": str(VOLOGDA[1])}  # fmt: skip
    offered = client.post("/send/", form(**mine, twins_seen="", photos=photos()))
    assert 'id="twins"' in offered.content.decode()
    assert sent_with(client, **mine, held=tokens(offered)) == ["dvor.png", "yama.png"]


def test_they_outlive_an_expired_form() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert len(tokens(strict.post("/send/", form(photos=photos())))) == 2


def test_a_token_of_anothers_making_is_nothing(client: Client) -> None:
    (kept, _) = tokens(client.post("/send/", form(text="", photos=photos())))
    assert sent_with(client, held=["../../secret_key:1:x", kept + "x", "x" * 5000]) == []
    assert Report.objects.count() == 1


def test_what_was_never_sent_is_gone_after_a_day(client: Client) -> None:
    kept = tokens(client.post("/send/", form(text="", photos=photos())))
    assert held.forget(timezone.now() + timedelta(hours=1)) == 0
    assert held.forget(timezone.now() + timedelta(days=2)) >= 2
    assert sent_with(client, held=kept) == []
