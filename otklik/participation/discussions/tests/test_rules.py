"""A document as typed, limits as data, what a moderator may do: without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otklik.ground.accounts.rules import Refused
from otklik.participation.discussions import rules
from tests.cast import NOW

SOURCE = """# Дорожки

Первый абзац
в две строки.

Второй.
@ 59.2052, 39.8729 Вход в парк

# Деревья
Сразу под заголовком."""


def test_a_document_becomes_pages_paragraphs_and_points_and_comes_back_as_it_was_typed() -> None:
    found = rules.parts(SOURCE)
    assert [(each.key, each.kind, each.text) for each in found] == [
        ("p1", "page", "Дорожки"), ("p1-1", "paragraph", "Первый абзац в две строки."),
        ("p1-2", "paragraph", "Второй."), ("t1", "point", "Вход в парк"),
        ("p2", "page", "Деревья"), ("p2-1", "paragraph", "Сразу под заголовком."),
    ]  # fmt: skip
    assert (found[3].lat, found[3].lon) == (59.2052, 39.8729)
    assert rules.parts(rules.source(found)) == found
    assert rules.faults(found) == []
    assert rules.parts("Просто слова")[0].key == "p1-1"


def test_what_is_no_document_says_why() -> None:
    assert "хотя бы один абзац" in rules.faults(rules.parts("# Только заголовок"))[0]
    assert "точки нет на карте" in rules.faults(rules.parts("Абзац\n\n@ 159.2, 39.9 Луна"))[0]
    assert "длиннее" in rules.faults(rules.parts("а" * 5000))[0]
    assert "Слишком много" in rules.faults(rules.parts("абзац\n\n" * 500))[0]


def test_limits_are_the_region_s() -> None:
    told = rules.limits({"comments_a_day": 2, "unknown": 1})
    assert (told.comments_a_day, told.longest) == (2, 3000)
    for text, code in ((" ", "text"), ("а" * 3001, "text")):
        with pytest.raises(Refused) as refused:
            rules.check_text(text, told.longest)
        assert refused.value.code == code
    with pytest.raises(Refused, match="too_many"):
        rules.check_count(2, told.comments_a_day)


def test_a_reply_may_take_no_side_and_a_comment_must() -> None:
    rules.check_stance("", reply=True)
    for stance, reply in (("", False), ("maybe", False), ("maybe", True)):
        with pytest.raises(Refused, match="stance"):
            rules.check_stance(stance, reply=reply)


@pytest.mark.parametrize(("state", "act"), [
    ("erased", "restore"), ("hidden", "hide"), ("shown", "show"), ("pending", "restore"),
    ("shown", "uphold"), ("pending", "vanish"),
])  # fmt: skip
def test_other_acts_are_refused(state: str, act: str) -> None:
    with pytest.raises(Refused, match="moved"):
        rules.state_after(state, act)


def test_an_appeal_has_its_days_and_another_judge() -> None:
    rules.check_appeal("hidden", NOW, NOW + timedelta(days=13), 14)
    for state, hidden, now in (
        ("shown", NOW, NOW), ("hidden", None, NOW), ("hidden", NOW, NOW + timedelta(days=14)),
    ):  # fmt: skip
        with pytest.raises(Refused):
            rules.check_appeal(state, hidden, now, 14)
    with pytest.raises(Refused, match="own"):
        rules.check_another(7, 7)


def test_who_signs_is_shown_by_name_and_initial() -> None:
    assert rules.signature("Анна", "Соколова") == "Анна С."
    assert rules.signature("Анна", "") == "Анна"
    assert rules.signature("", "Соколова") == ""
