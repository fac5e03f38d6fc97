from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from otklik.flow.calls import rules
from otklik.ground.kit.text import phrase_in

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_each_telephone_system_is_read_in_its_own_words() -> None:
    ours = {"event": "ringing", "phone": "+79005550101", "extension": "101", "call_id": "c-1"}
    assert rules.read(ours) == rules.Event("ringing", "c-1", "+79005550101", "101")
    cloud = {"call_state": "Connected", "entry_id": 7, "from": {"number": "89005550101"},
             "to": {"extension": "101"}}  # fmt: skip
    fields = {"event": "call_state", "phone": "from.number", "extension": "to.extension",
              "call": "entry_id"}  # fmt: skip
    assert rules.read(cloud, fields, {"talking": ["Connected"]}) == rules.Event(
        "talking", "7", "89005550101", "101"
    )


@pytest.mark.parametrize("said", [
    {}, {"event": "ringing"}, {"event": "dtmf", "call_id": "1"}, {"event": ["ringing"]},
    {"event": "ringing", "call_id": {"x": 1}}, {"event": None, "call_id": None},
])  # fmt: skip
def test_what_means_nothing_is_passed_over(said: dict[str, object]) -> None:
    assert rules.read(said) is None


def test_only_the_right_signature_fits() -> None:
    right = hmac.new(b"secret", b"body", hashlib.sha256).hexdigest()
    assert rules.signed(b"body", "secret", right)
    assert rules.signed(b"body", "secret", f"sha256={right.upper()}")
    for wrong in ("", "é", right[:-1], right.replace(right[0], "0" if right[0] != "0" else "1")):
        assert not rules.signed(b"body", "secret", wrong)


def test_a_call_never_goes_back() -> None:
    assert rules.next_state("ringing", "talking", answered=False) == "talking"
    assert rules.next_state("talking", "ringing", answered=True) == "talking"
    assert rules.next_state("talking", "ended", answered=True) == "ended"
    assert rules.next_state("ringing", "ended", answered=False) == "missed"
    for last in ("ended", "missed"):
        for kind in ("ringing", "talking", "ended"):
            assert rules.next_state(last, kind, answered=False) == last


def test_danger_is_heard_in_any_form_of_the_words() -> None:
    phrases = ["запах газа", "провалился под лёд"]
    assert phrase_in("Сильный запах какого-то газа в подъезде", phrases) == "запах газа"
    assert phrase_in("Рыбак под лед провалился", phrases) == "провалился под лёд"
    assert phrase_in("Запах из мусоропровода", phrases) == ""


def test_a_number_is_read_aloud_in_pairs() -> None:
    assert rules.aloud("48213097") == "48 21 — 30 97"


def test_five_tries_in_vain_are_enough() -> None:
    assert rules.next_try(4, NOW) == NOW + timedelta(hours=1)
    assert rules.next_try(5, NOW) is None
