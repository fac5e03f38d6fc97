"""Journey: a moderator covers a plate on a photo; nobody but who may sees beneath it again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw

from otklik.demo import accounts
from otklik.flow.answers.tests.photos import jpeg, upload
from otklik.flow.intake import jobs
from otklik.flow.intake.commands import add_files
from otklik.flow.intake.files import stored
from otklik.flow.intake.models import Attachment, Covering
from otklik.journal.reading import about
from tests.cast import boris, bound, clara, close_file, elena, opened_case, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from otklik.flow.cases.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
PLATE = {"x": ["25"], "y": ["50"], "width": ["50"], "height": ["25"]}
EMPTY: dict[str, list[str]] = {side: [] for side in PLATE}


def striped() -> bytes:
    """Draw a grey street with a black and white plate in its middle."""
    picture = Image.new("RGB", (800, 600), (120, 130, 140))
    pen = ImageDraw.Draw(picture)
    for x in range(200, 600, 20):
        pen.rectangle((x, 300, x + 9, 449), fill="black")
        pen.rectangle((x + 10, 300, x + 19, 449), fill="white")
    return jpeg(picture)


@pytest.fixture
def case(world: None) -> Case:
    found = opened_case(files=[upload(striped())])
    for attachment in Attachment.objects.filter(report=found.report):
        jobs.make_copies(attachment_id=attachment.pk)
    return found


def photo(case: Case) -> Attachment:
    return Attachment.objects.get(report=case.report, purpose="message")


def page_of(case: Case, token: str) -> str:
    return f"/desk/c/{case.spoken}/photos/{token}/"


def seen(client: Client, address: str) -> Image.Image:
    answer: Any = client.get(address)
    assert answer.status_code == 200, address
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    close_file(answer)
    return Image.open(io.BytesIO(body)).convert("L")


def stripes(picture: Image.Image) -> int:
    """How far light and dark lie apart along the plate: hundreds with stripes, none without."""
    wide, tall = picture.size
    row = int(tall * 0.6)
    darkest, lightest = picture.crop((int(wide * 0.3), row, int(wide * 0.7), row + 1)).getextrema()
    return int(lightest) - int(darkest)  # type: ignore[arg-type]


def test_what_is_covered_is_gone_from_every_copy_and_the_original_stays(case: Case) -> None:
    moderator, guest = signed_in(elena()), signed_in(None)
    token = photo(case).token
    assert stripes(seen(guest, f"/files/{token}/public")) > 150
    assert page_of(case, token) in moderator.get(f"/desk/c/{case.spoken}/").content.decode()
    before = [stored(photo(case).public), stored(photo(case).thumbnail)]
    was = guest.get(f"/files/{token}/public")
    close_file(was)

    preview = moderator.post(page_of(case, token), PLATE | {"preview": ["1"]})
    assert "data:image/jpeg;base64," in preview.content.decode()
    assert not photo(case).covered

    assert moderator.post(page_of(case, token), PLATE).status_code == 302
    for variant in ("public", "thumbnail"):
        assert stripes(seen(guest, f"/files/{token}/{variant}")) < 40, variant
    again = guest.get(f"/files/{token}/public", HTTP_IF_NONE_MATCH=was["ETag"])
    assert again.status_code == 200  # a browser that has seen the plate asks anew
    close_file(again)
    jobs.drop_copies(paths=[str(path.relative_to(stored(""))) for path in before])
    assert not any(path.exists() for path in before)

    author = signed_in(accounts.person(accounts.CITIZEN))
    assert stripes(seen(author, f"/files/{token}/original")) > 150
    assert guest.get(f"/files/{token}/original").status_code == 404
    assert "так его видят все" in author.get(f"/m/{case.spoken}/").content.decode()
    fact = list(about(f"report:{case.number}"))[-1]
    assert (fact.kind, fact.data["parts"], fact.data["share"]) == ("report.photo_covered", 1, 12)

    jobs.make_copies(attachment_id=photo(case).pk)  # made again, it stays covered
    assert stripes(seen(guest, f"/files/{token}/public")) < 40


def test_only_who_may_see_personal_data_opens_again_what_was_covered(case: Case) -> None:
    moderator, guest = signed_in(bound("moderator")), signed_in(None)
    token = photo(case).token
    moderator.post(page_of(case, token), PLATE)
    assert moderator.get(page_of(case, token) + "whole.jpg").status_code == 404
    refused = moderator.post(page_of(case, token), EMPTY)
    assert refused.status_code == 422
    assert "назовите причину" in refused.content.decode()
    wider = {"x": ["20", "0"], "y": ["45", "0"], "width": ["60", "10"], "height": ["40", "10"]}
    assert moderator.post(page_of(case, token), wider).status_code == 302  # more may be covered

    why = {"code": "other", "reason": "Закрыли лишнее"}
    told = moderator.post(f"/desk/c/{case.spoken}/contact/", why)
    assert told.status_code == 302, told.content.decode()
    assert stripes(seen(moderator, page_of(case, token) + "whole.jpg")) > 150
    assert moderator.post(page_of(case, token), EMPTY).status_code == 302
    assert stripes(seen(guest, f"/files/{token}/public")) > 150
    assert Covering.objects.filter(attachment__token=token).count() == 3  # each is kept


def test_bad_numbers_are_told_and_kept(case: Case) -> None:
    page = signed_in(elena()).post(
        page_of(case, photo(case).token),
        {"x": ["25"], "y": ["ой"], "width": ["50"], "height": ["25"]},
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "Часть 1: нужны четыре числа" in text
    assert 'value="ой"' in text


def test_those_who_answer_cover_their_own_photos_and_never_the_authors(case: Case) -> None:
    assert case.organisation is not None
    executor = signed_in(bound("executor", organisation=case.organisation.code))
    token = photo(case).token
    assert executor.post(page_of(case, token), PLATE).status_code == 403
    assert page_of(case, token) not in executor.get(f"/desk/c/{case.spoken}/").content.decode()

    (proof,) = add_files(
        case.report, [upload(striped())], purpose="proof", by=boris().ref, now=timezone.now()
    )
    jobs.make_copies(attachment_id=proof.pk)
    author = signed_in(accounts.person(accounts.CITIZEN))
    assert stripes(seen(author, f"/files/{proof.token}/original")) > 150
    assert executor.post(page_of(case, proof.token), PLATE).status_code == 302
    assert author.get(f"/files/{proof.token}/original").status_code == 404
    assert executor.get(f"/files/{proof.token}/original").status_code == 404
    assert stripes(seen(signed_in(clara()), f"/files/{proof.token}/original")) > 150
    assert stripes(seen(author, f"/files/{proof.token}/public")) < 40
