"""One message with two matters becomes two: each with its number, body, term and history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.demo import accounts
from otklik.flow.cases.commands import register_case
from otklik.flow.cases.models import Case
from otklik.flow.division.commands import NewPart, divide_message
from otklik.flow.division.models import Part
from otklik.flow.intake.commands import secret_of
from otklik.flow.intake.models import Attachment
from otklik.flow.triage.commands import decide
from otklik.ground.topics.queries import fact
from otklik.journal.following import catch_up
from otklik.journal.reading import about
from otklik.readers.notifications import queries as letters
from otklik.readers.notifications.models import Delivery
from tests.cast import NOW, boris, bound, elena, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
BOTH = "На Мира, 12 яма. И ещё у нас третий день нет горячей воды"
WATER = "Третий день нет горячей воды"
PIT = "На Мира, 12 яма"


def at_work(**more: Any) -> Case:
    """Return such a message after a moderator took it to work."""
    case = opened_case(text=BOTH, **more)
    if case.status == "submitted":
        register_case(case.number, by=elena(), now=NOW + timedelta(minutes=5))
        case.refresh_from_db()
    return case


def divided(client: Client, case: Case, **more: str | list[str]) -> Case:
    """Press the desk's button and return the part."""
    client.post(f"/desk/c/{case.spoken}/divide/", {
        "kept": PIT, "part_1": WATER, "part_topic_1": "water-none", **more,
    })  # fmt: skip
    return Part.objects.get(source=case).case


def test_a_moderator_divides_a_message_and_each_matter_goes_to_its_own_body() -> None:
    photo = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    case = at_work(files=[photo])
    desk, moderator = f"/desk/c/{case.spoken}/", signed_in(elena())
    assert BOTH in moderator.get(desk).content.decode(), "the form begins with the author's words"
    typed = {"kept": PIT, "part_1": WATER}
    refused = moderator.post(f"{desk}divide/", typed)
    assert refused.status_code == 422
    assert refused.content.decode().count(WATER) == 1, "what was typed is kept"
    assert moderator.post(f"{desk}divide/", {"kept": BOTH}).status_code == 422, "nothing taken out"

    token = case.report.attachments.get().token
    part = divided(moderator, case, part_photos_1=[token])
    case.refresh_from_db()
    assert (case.report.text, part.report.text) == (BOTH, WATER), "the author's words stay whole"
    assert part.number != case.number
    assert (part.topic and part.topic.code, part.territory) == ("water-none", case.territory)
    assert part.organisation not in {None, case.organisation}
    assert part.report.author == case.report.author
    assert part.received_at == case.received_at
    assert part.registered_at == case.registered_at, "nobody loses days by being divided"
    line = part.clock.get(kind="register")
    assert f"выделено из № {case.spoken}" in line.reason
    assert line.due_after == part.due
    copies = Attachment.objects.filter(original=case.report.attachments.get().original)
    assert {each.report for each in copies} == {case.report, part.report}
    assert decide(part.report_id, now=NOW) is None, "triage leaves it as the moderator put it"
    assert [entry.kind for entry in about(part.ref)][-1] == "case.taken_out"

    page = moderator.get(desk).content.decode()
    assert f"/desk/c/{part.spoken}/" in page
    assert f"/desk/c/{case.spoken}/" in moderator.get(f"/desk/c/{part.spoken}/").content.decode()
    own = signed_in(accounts.person(accounts.CITIZEN))
    assert f"/m/{part.spoken}/" in own.get(f"/m/{case.spoken}/").content.decode()
    theirs = own.get(f"/m/{part.spoken}/").content.decode()
    assert f"/m/{case.spoken}/" in theirs
    assert WATER in theirs
    assert part.spoken in own.get("/cabinet/").content.decode()

    catch_up(["notifications"])
    told = Delivery.objects.get(kind="case.divided", channel="email")
    letter = letters.composed(told)
    assert letter is not None
    assert part.spoken in letter.letter.subject
    assert PIT in letter.letter.text


def test_a_guest_opens_the_parts_with_the_code_of_the_whole_and_hears_by_phone() -> None:
    case = opened_case(text=BOTH, author=None, contact="phone", phone="+79215550142", email="")
    part = divided(signed_in(elena()), case)
    guest = signed_in(None)
    asked = {"number": part.spoken, "secret": secret_of(case.number)}
    assert guest.post("/track/", {**asked, "secret": "ABCD-EFGH"}).status_code == 422
    assert guest.post("/track/", asked).headers["Location"] == f"/m/{part.spoken}/"
    assert WATER in guest.get(f"/m/{part.spoken}/").content.decode()
    other = signed_in(None)
    other.post("/track/", {"number": case.spoken, "secret": secret_of(case.number)})
    assert WATER in other.get(f"/m/{part.spoken}/").content.decode(), "the whole opens its parts"
    catch_up(["notifications"])
    sms = letters.composed(Delivery.objects.get(kind="case.divided", channel="sms"))
    assert sms is not None
    assert part.spoken in sms.letter.text


def test_the_second_to_press_is_told_and_an_appeal_or_an_answered_one_is_not_divided() -> None:
    case = at_work()
    moderator = signed_in(elena())
    state = moderator.get(f"/desk/c/{case.spoken}/").content.decode()
    shown = state.split('name="state" value="')[1].split('"')[0]
    divided(moderator, case, state=shown)
    second = signed_in(bound("moderator"))
    late = second.post(f"/desk/c/{case.spoken}/divide/", {
        "kept": PIT, "part_1": "Вода пропала", "part_topic_1": "water-none", "state": shown,
    })  # fmt: skip
    assert late.status_code == 409
    assert "Вода пропала" in late.content.decode()
    assert Part.objects.count() == 1
    assert signed_in(boris()).post(f"/desk/c/{case.spoken}/divide/", {}).status_code == 403
    water = fact("water-none")
    assert water is not None
    Case.objects.filter(pk=case.pk).update(status="answered")
    for number in (case.number, opened_case(text=BOTH, extra={"regime": "appeal_59fz"}).number):
        with pytest.raises(ValueError, match="not_"):
            divide_message(number, kept=PIT, parts=[NewPart(WATER, water)], by=elena(),
                           now=NOW + timedelta(hours=1))  # fmt: skip
