"""Who hears of what; a line with nothing to say is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from otklik.readers.notifications.rules import STALE, TOLD, is_news, tells_author
from otklik.readers.notifications.wording import _filled

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_an_old_fact_is_no_news() -> None:
    assert is_news(NOW - STALE + timedelta(seconds=1), NOW)
    assert not is_news(NOW - STALE, NOW)


def test_of_an_appeal_the_laws_notice_tells_instead() -> None:
    assert tells_author("case.extended", lawful=False)
    assert not tells_author("case.extended", lawful=True)
    assert tells_author("case.answered", lawful=True)
    assert not tells_author("case.shown", lawful=False)
    assert all(TOLD[kind].owed for kind in ("appeal.noticed", "case.answered", "case.questioned"))


def test_a_line_with_nothing_to_say_is_left_out_and_values_are_no_templates() -> None:
    template = "Ответ {number}:\n{text}\nДо {day}.\nКонец {unknown}"
    said = _filled(template, {"number": "1", "text": "{number} и {day}", "day": ""})
    assert said == "Ответ 1:\n{number} и {day}\nКонец {unknown}"
