"""A photo used again is recognised; the camera's notes are believed where they are."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageEnhance, ImageOps

from otklik.flow.answers import archive, commands, likeness, prints
from otklik.flow.answers.models import Caution, PhotoFacts, PhotoPrint
from otklik.flow.answers.queries import reports_unprinted
from otklik.flow.answers.rules import LIMITS, Parts
from otklik.flow.answers.tests.photos import jpeg, scene, upload
from otklik.flow.cases import commands as cases
from otklik.flow.cases.rules import Refused
from otklik.flow.intake.models import Attachment
from tests.cast import NOW, VOLOGDA, boris, clara, opened_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from otklik.flow.cases.models import Answer, Case

HOUR = timedelta(hours=1)
SAID = Parts(
    "Вырубили старый край, высушили основание и закатали яму горячим асфальтом у дома двенадцать",
    "24 ноября", "Бригада дорожной службы города", "Весной проверим шов и пройдём улицу заново",
)  # fmt: skip


def _crop(share: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: ImageOps.crop(picture, round(picture.width * share / 2))


SAME: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": lambda picture: picture.resize((400, 300)),
    "recompressed": lambda picture: Image.open(io.BytesIO(jpeg(picture, quality=25))),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "cropped by 4 %": _crop(0.04),
    "cropped by 8 %": _crop(0.08),
    "mirrored": ImageOps.mirror,
}


def _apart(one: prints.Prints, other: prints.Prints) -> int:
    kept = (other.whole, other.inner)
    return min(likeness.distance(a, b) for a in vars(one).values() for b in kept)


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_a_changed_photo_keeps_its_print(change: Callable[[Image.Image], Image.Image]) -> None:
    for seed in range(3):
        original = scene(seed)
        changed = prints.prints_of(change(original).convert("RGB"))
        assert _apart(changed, prints.prints_of(original)) <= LIMITS["photo_near"]


def test_different_photos_lie_far_apart() -> None:
    found = [prints.prints_of(scene(seed)) for seed in range(12)]
    pairs = [_apart(a, b) for place, a in enumerate(found) for b in found[:place]]
    assert min(pairs) > 2 * LIMITS["photo_near"]


def test_the_camera_is_believed_and_nonsense_is_not() -> None:
    taken = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    content = jpeg(scene(1), taken_at=taken, point=VOLOGDA)
    camera = prints.camera_of(Image.open(io.BytesIO(content)), UTC)
    assert camera.taken_at == taken
    assert camera.lat == pytest.approx(VOLOGDA[0], abs=1e-4)
    assert camera.lon == pytest.approx(VOLOGDA[1], abs=1e-4)
    assert camera.name == "Proba K-1"
    empty = prints.camera_of(Image.open(io.BytesIO(jpeg(scene(1)))), UTC)
    assert empty == prints.Camera()
    nowhere = jpeg(scene(1), point=(0.0, 0.0))
    assert prints.camera_of(Image.open(io.BytesIO(nowhere)), UTC).lat is None


def _answered(proof: bytes, *, approve: bool = False, **more: Any) -> tuple[Case, Answer]:
    case = opened_case(**more)
    answer = commands.compose_answer(
        case.number, parts=SAID, result="solved", proofs=[upload(proof)], by=boris(),
        now=NOW + 2 * HOUR,
    )  # fmt: skip
    commands.examine_version(case.number, answer.version, now=NOW + 2 * HOUR)
    if approve:
        commands.approve(
            case.number, confirmed=True, reason="проверено", by=clara(), now=NOW + 3 * HOUR
        )
    return case, answer


def _codes(answer: Answer) -> dict[str, dict[str, Any]]:
    return dict(Caution.objects.filter(answer=answer).values_list("code", "detail"))


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
class TestInTheRegion:
    def test_a_photo_of_another_case_is_recognised_whole_archive_by_an_index(self) -> None:
        first, _ = _answered(jpeg(scene(5)), approve=True)
        again = jpeg(scene(5).resize((500, 375)), quality=40)
        _, answer = _answered(again, text="Яма у школы на Мира, машины бьют колёса")
        assert _codes(answer)["photo_seen"]["case"] == first.number
        assert _codes(answer)["photo_seen"]["proof"] is True

    def test_the_authors_own_photo_is_no_proof(self) -> None:
        before = scene(6)
        _, answer = _answered(
            jpeg(ImageEnhance.Brightness(before).enhance(1.15)), files=[upload(jpeg(before))]
        )
        assert "photo_author" in _codes(answer)
        assert "photo_seen" not in _codes(answer)

    def test_an_honest_photo_raises_nothing(self) -> None:
        taken = NOW + HOUR
        _, answer = _answered(
            jpeg(scene(8), taken_at=taken, point=VOLOGDA), files=[upload(jpeg(scene(9)))]
        )
        assert not _codes(answer)
        facts = PhotoFacts.objects.get(attachment__proof__answer=answer)
        assert facts.taken_at == taken

    def test_taken_elsewhere_or_before_the_message_is_told(self) -> None:
        photo = jpeg(scene(10), taken_at=NOW - timedelta(days=30), point=(59.1266, 37.9093))
        _, answer = _answered(photo)
        assert {"photo_early", "photo_far"} <= set(_codes(answer))
        assert 100_000 < _codes(answer)["photo_far"]["metres"] < 130_000

    def test_a_photo_saved_by_an_editor_is_told_and_a_cameras_own_program_is_not(self) -> None:
        _, edited = _answered(jpeg(scene(21), program="Adobe Photoshop 25.1 (Windows)"))
        assert _codes(edited)["photo_edited"]["program"] == "Adobe Photoshop 25.1 (Windows)"
        _, own = _answered(jpeg(scene(22), program="HDR+ 1.0.540104767zd"))
        assert "photo_edited" not in _codes(own)

    def test_the_same_proof_in_a_reopened_case_is_told_but_not_in_a_reworked_one(self) -> None:
        case, _ = _answered(jpeg(scene(11)))
        cases.send_back(case.number, comment="Нет дня", by=clara(), now=NOW + 3 * HOUR)
        again = commands.compose_answer(
            case.number, parts=SAID, result="solved", proofs=[upload(jpeg(scene(11)))],
            by=boris(), now=NOW + 4 * HOUR,
        )  # fmt: skip
        commands.examine_version(case.number, again.version, now=NOW + 4 * HOUR)
        assert "photo_again" not in _codes(again)
        commands.approve(case.number, by=clara(), now=NOW + 5 * HOUR)
        cases.dispute_case(case.number, text="Яма на месте", by="anonymous", now=NOW + 6 * HOUR)
        from tests.cast import denis  # noqa: PLC0415

        cases.judge_dispute(
            case.number, upheld=True, reason="Не видно", by=denis(), now=NOW + 7 * HOUR
        )
        third = commands.compose_answer(
            case.number, parts=SAID, result="solved", proofs=[upload(jpeg(scene(11)))],
            by=boris(), now=NOW + 8 * HOUR,
        )  # fmt: skip
        commands.examine_version(case.number, third.version, now=NOW + 8 * HOUR)
        assert "photo_again" in _codes(third)

    def test_the_closed_contours_photos_exist_for_no_other_case(self) -> None:
        hidden = opened_case(files=[upload(jpeg(scene(16)))])
        commands.print_report(hidden.report_id, now=NOW)
        hidden.closed_contour = True
        hidden.save()
        _, answer = _answered(jpeg(scene(16)), text="Яма у школы на Мира, бьём колёса")
        assert "photo_seen" not in _codes(answer)

    def test_prints_are_taken_once_and_old_photos_are_caught_up_with(self) -> None:
        case = opened_case(files=[upload(jpeg(scene(12))), upload(jpeg(scene(13)))])
        assert case.report_id in reports_unprinted()
        assert commands.print_report(case.report_id, now=NOW) == 2
        assert commands.print_report(case.report_id, now=NOW) == 0
        assert PhotoPrint.objects.filter(attachment__report=case.report_id).count() == 4
        assert case.report_id not in reports_unprinted()

    def test_a_picture_of_nothing_is_like_no_other(self) -> None:
        blank = jpeg(Image.new("RGB", (600, 400), (20, 20, 20)))
        _answered(blank, approve=True)
        _, answer = _answered(blank, text="Яма у школы на Мира, машины бьют колёса")
        assert "photo_seen" not in _codes(answer)

    def test_the_archive_answers_by_its_index_what_a_full_look_would(self) -> None:
        case = opened_case(files=[upload(jpeg(scene(seed, (240, 180)))) for seed in range(20, 26)])
        commands.print_report(case.report_id, now=NOW)
        wanted = prints.prints_of(scene(22, (240, 180)).resize((120, 90)))
        found = archive.nearest(wanted, case.region_id, LIMITS["photo_near"])
        stored = PhotoPrint.objects.filter(attachment__report=case.report_id)
        near = {
            row.attachment_id
            for row in stored
            if min(likeness.distance(bits, row.bits) for bits in vars(wanted).values()) <= 44
        }
        assert {match.attachment for match in found} == near
        assert len(near) == 1

    def test_a_file_that_does_not_open_is_noted_and_stops_nothing(self) -> None:
        case = opened_case(files=[upload(jpeg(scene(14)))])
        attachment = Attachment.objects.get(report=case.report)
        Attachment.objects.filter(pk=attachment.pk).update(original="original/no/such.jpg")
        assert commands.print_report(case.report_id, now=NOW) == 1
        assert PhotoFacts.objects.get(attachment=attachment).readable is False

    def test_sending_with_a_warning_needs_a_word_and_keeps_it(self) -> None:
        _answered(jpeg(scene(15)), approve=True)
        case, answer = _answered(jpeg(scene(15)), text="Яма у школы на Мира, бьём колёса")
        with pytest.raises(Refused, match="cautions"):
            commands.approve(case.number, by=clara(), now=NOW + 3 * HOUR)
        commands.approve(
            case.number, confirmed=True, reason="Обе ямы на одном снимке", by=clara(),
            now=NOW + 3 * HOUR,
        )  # fmt: skip
        answer.refresh_from_db()
        assert answer.state == "approved"
        assert "photo_seen" in answer.overruling.codes
        assert answer.overruling.reason == "Обе ямы на одном снимке"
