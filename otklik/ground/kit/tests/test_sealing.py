"""Seals open with their key alone, in their column alone; prints find what is sealed."""

from __future__ import annotations

from typing import Any

import pytest

from otklik.ground.kit import keyring
from otklik.ground.kit.sealing import (
    CannotOpenError,
    current_key,
    email_print,
    key_of,
    phone_print,
    seal,
    unseal,
    word_prints,
)


def test_a_value_opens_as_it_was_and_no_two_seals_are_alike() -> None:
    first, second = (seal("+79215550199", "t.phone") for _ in range(2))
    assert first != second
    assert "555" not in first
    assert unseal(first, "t.phone") == unseal(second, "t.phone") == "+79215550199"
    assert key_of(first) == current_key()
    assert seal("", "t.phone") == ""


def test_what_was_written_in_clear_is_read_as_it_is() -> None:
    assert unseal("+79215550199", "t.phone") == "+79215550199"
    assert key_of("+79215550199") == ""


def test_a_seal_opens_in_no_other_column_and_not_when_touched() -> None:
    sealed = seal("Мира, 12", "intake_report.address")
    with pytest.raises(CannotOpenError):
        unseal(sealed, "intake_report.phone")
    with pytest.raises(CannotOpenError):
        unseal(sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB"), "intake_report.address")


def test_any_key_of_the_ring_opens_and_the_first_seals(settings: Any) -> None:
    old = settings.FIELD_KEYS
    sealed = seal("Анна", "t.name")
    settings.FIELD_KEYS = [keyring.new_key(), *old]
    assert unseal(sealed, "t.name") == "Анна"
    assert key_of(seal("Анна", "t.name")) == settings.FIELD_KEYS[0].partition(":")[0]
    settings.FIELD_KEYS = [keyring.new_key()]
    with pytest.raises(CannotOpenError, match="is not in FIELD_KEYS"):
        unseal(sealed, "t.name")


def test_prints_meet_however_it_is_written_and_need_their_key(settings: Any) -> None:
    assert phone_print("8 (921) 555-01-99") == phone_print("+79215550199") != ""
    assert email_print(" Anna@Example.ru") == email_print("anna@example.ru") != ""
    assert set(word_prints("улице Мира")) <= set(word_prints("Вологда, улица Мира, дом 12"))
    before = phone_print("+79215550199")
    settings.INDEX_KEY = "another"
    assert phone_print("+79215550199") != before
    assert phone_print("") == email_print(" ") == ""


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Any) -> None:
    ring = keyring.field_keys(tmp_path)
    assert keyring.field_keys(tmp_path) == ring
    assert (tmp_path / keyring.RING).stat().st_mode & 0o077 == 0
    assert len({keyring.new_key() for _ in range(50)}) == 50
