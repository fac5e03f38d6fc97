"""What a text of a notice may hold; those of the region's files hold it."""

from __future__ import annotations

import yaml
from django.conf import settings

from otklik.readers.notifications.marks import LETTERS, TEXTS, allowed, problem, sample
from otklik.readers.notifications.rules import DOORS, TOLD

FILE = yaml.safe_load((settings.REGION_DATA / "directories.yaml").read_text())


def test_the_files_of_the_region_hold_no_strange_marks() -> None:
    for kind in (LETTERS, TEXTS):
        for line in FILE[kind]:
            help_ = line.get("help", {})
            texts = {
                "title_ru": line["title"]["ru"], "hint_ru": help_.get("ru", ""),
                "title_en": line["title"].get("en", ""), "hint_en": help_.get("en", ""),
            }  # fmt: skip
            assert not problem(kind, line["code"], texts), line["code"]
            assert all(sample(name, "", "x", "en") for name in allowed(kind, line["code"]))


def test_what_is_wrong_is_said_in_words() -> None:
    def wrong(text: str, code: str = "answered") -> str:
        return problem(LETTERS, code, {"title_ru": "№ {number}", "hint_ru": text, "hint_en": ""})

    assert not wrong("Ответ: {text}")
    assert "{nomber}" in wrong("№ {nomber}")
    assert "{number}" in wrong("№ {nomber}"), "it says what may stand there"
    assert "Скобка" in wrong("Ответ: {text")
    assert "Скобка" in wrong("Ответ: text}")
    assert "{confirm}" in wrong("Подтвердите: {title}", "watch_confirm")


def test_every_event_stands_in_the_data_with_known_doors() -> None:
    lines = {each["code"]: each for each in FILE["notice_events"]}
    assert set(lines) == {told.text for told in TOLD.values()}
    for line in lines.values():
        doors = {name: value for name, value in line.items() if name not in {"code", "title"}}
        assert set(doors) <= set(DOORS)
        assert set(map(str, doors.values())) <= {"main", "True", "False"}
