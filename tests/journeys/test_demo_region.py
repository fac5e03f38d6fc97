"""The demo region shows appeals in each state and gives every two-person act its two persons."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from otklik.demo import accounts, living, seeding
from otklik.demo.appealing import WRITTEN, write_appeals
from otklik.flow.appeals.models import Notice, Signature
from otklik.flow.cases.models import Case, Proof
from otklik.flow.intake.models import Attachment
from otklik.ground.accounts.queries import powers_of
from otklik.ground.territories.queries import region
from otklik.journal.models import Entry
from tests.cast import NOW, olga, opened_case, signed_in

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
STATES = {
    "answered": "answered", "split": "assigned", "redirected": "redirected",
    "registered": "assigned", "new": "submitted",
}  # fmt: skip


def test_appeals_stand_in_the_journal_each_in_its_state(settings: Any, tmp_path: Path) -> None:
    settings.SIGNER, settings.DATA = "test", tmp_path
    now = timezone.now()
    assert write_appeals(now) == len(WRITTEN)
    assert write_appeals(now) == 0  # nothing twice
    found = Case.objects.filter(regime="appeal_59fz").order_by("received_at")
    assert [case.status for case in found] == [STATES[line[0]] for line in WRITTEN]
    assert not any(case.due and case.due < now for case in found)
    assert Signature.objects.get().state == Signature.State.VALID
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert kinds == {"registered", "redirected"}
    page = signed_in(olga()).get("/desk/appeals/").content.decode()
    assert all(case.spoken in page for case in found)


@pytest.mark.parametrize("permission", ["erase_person", "approve_export", "approve_answer"])
def test_two_persons_hold_what_needs_two(permission: str) -> None:
    staff = [accounts.official(each) for each in accounts.ACTORS if each.organisation]
    assert sum(powers_of(each).anywhere(permission) for each in staff) > 1


def test_a_closed_contours_answer_has_another_to_approve_it() -> None:
    head = powers_of(accounts.official(accounts.CONTOUR_HEAD))
    assert head.anywhere("approve_answer")
    assert head.anywhere("see_closed_topics")
    assert not powers_of(accounts.official(accounts.CONTOUR)).anywhere("approve_answer")


def test_what_happens_to_messages_happens_in_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = seeding.world

    def eventful(number: int) -> seeding.World:
        made = usual(number)
        often = {**dict.fromkeys(made.behaviour, 0.3), "photographed": 0.1}
        often |= {"asked": 0.7, "replied": 1.0, "rated": 1.0}
        return replace(made, behaviour=often)

    monkeypatch.setattr(seeding, "world", eventful)
    accounts.settle(region())
    assert seeding.seed(120, 60, NOW, 7) == 120
    told = set(Entry.objects.values_list("kind", flat=True))
    asked = (
        "rejected", "questioned", "clarified", "returned", "extended", "answered_interim", "woken",
        "answered", "disputed", "reopened", "withdrawn",
    )  # fmt: skip
    assert {f"case.{each}" for each in asked} <= told
    assert Attachment.objects.filter(purpose="message").exists()
    assert Proof.objects.exists()


@pytest.mark.parametrize(("hours", "status"), [(5, "approval"), (30, "answered")])
def test_an_answer_of_the_last_hours_waits_for_its_approver(
    monkeypatch: pytest.MonkeyPatch, hours: int, status: str
) -> None:
    accounts.settle(region())
    staff = living.Staff(
        seeding.everybody(), *map(accounts.official, (accounts.APPROVER, accounts.SECOND_APPROVER,
                                                      accounts.MODERATOR)),
    )  # fmt: skip
    nothing = dict.fromkeys(seeding.world(1).behaviour, 0.0)
    monkeypatch.setattr(living, "_answered_at", lambda *_: NOW - timedelta(hours=hours))
    moment = NOW - timedelta(days=4)
    case = opened_case(now=moment)
    living.live(living.Life(random.Random(1), nothing, staff, NOW), case.number, moment)
    case.refresh_from_db()
    assert case.status == status
