"""An administrator rewords a letter: sees it first, a broken mark is refused, all is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from otklik.journal.following import catch_up
from otklik.readers.notifications import commands
from otklik.readers.notifications.models import Delivery
from tests.cast import boris, bound, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PATH = "/desk/texts/letter_texts/registered/"
WORDS = {"title_ru": "Взяли № {number}", "hint_ru": "Отвечает {organisation} до {day}.",
         "title_en": "", "hint_en": ""}  # fmt: skip


@pytest.fixture
def desk(world: None) -> Client:
    return signed_in(bound("region_admin"))


def test_words_are_seen_kept_sent_and_taken_back(desk: Client) -> None:
    assert "registered" in desk.get("/desk/texts/").content.decode()
    before = desk.get(PATH).content.decode()
    assert "4821-3097" in before, "shown with sample data"
    preview = desk.post(PATH, {**WORDS, "preview": "1"}).content.decode()
    assert "Взяли № 4821-3097" in preview
    assert "Взяли № {number}" not in desk.get(PATH).content.decode(), "a preview keeps nothing"
    assert desk.post(PATH, WORDS).status_code == 302
    opened_case(now=timezone.now())
    catch_up(["notifications"])
    commands.deliver(Delivery.objects.get().pk, now=timezone.now())
    assert mail.outbox[0].subject.startswith("Взяли № ")
    former = re.findall(r"\?version=(\d+)", desk.get(PATH).content.decode())[-1]
    page = desk.get(f"{PATH}?version={former}").content.decode()
    assert "принято в работу" in page


def test_a_broken_mark_is_refused_with_what_may_stand_there(desk: Client) -> None:
    for wrong in ("Ваш № {nomber}", "Ваш № {number"):
        answer = desk.post(PATH, {**WORDS, "hint_ru": wrong})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert wrong in page, "nothing typed is lost"
        assert "organisation&#125;" in page
    assert "принято в работу" in desk.get(PATH).content.decode()
    assert signed_in(boris()).get(PATH).status_code == 403
    assert desk.get("/desk/texts/statuses/new/").status_code == 404
