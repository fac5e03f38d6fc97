from __future__ import annotations

from datetime import timedelta

from otklik.flow.channels.sms import rules


def test_each_pause_is_longer_and_none_is_longer_than_half_an_hour() -> None:
    pauses = [rules.wait(tries) for tries in range(1, 30)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=40)
    assert pauses[-1] == timedelta(minutes=30)


def test_a_code_is_read_as_people_type_it() -> None:
    assert rules.looks_like_code(" 482 913 ") == "482913"
    assert rules.looks_like_code("482-913") == "482913"
    for other in ("48291", "4829134", "K7FD-2MQX", "٤٨٢٩١٣", ""):
        assert rules.looks_like_code(other) is None


def test_a_template_is_filled_and_cut() -> None:
    assert rules.filled("№ {number}, {код}", number="4821-3097") == "№ 4821-3097, {код}"
    assert len(rules.filled("{text}", text="я" * 900)) == rules.LONGEST
