"""Templates of answers, wording and limits: their files and their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.answers import rules
from otklik.flow.answers.models import AnswerTemplate, Limit, Phrase
from otklik.ground.territories.merging import Export, Kind
from otklik.ground.territories.region_files import Column, pack, yaml_text

if TYPE_CHECKING:
    from otklik.ground.territories.region_files import Folder, Row

TEMPLATE_FILE, WORDING_FILE = "answer_templates.yaml", "wording.yaml"

TEMPLATES = Kind(
    "answer_templates", "образцы ответов", AnswerTemplate, ("code",),
    ("code", "title", "topic", "organisation", "result", "done", "when", "who", "next", "active"),
    closing={"active": False},
)  # fmt: skip
PHRASES = Kind(
    "phrases", "канцелярские обороты", Phrase, ("phrase",), ("phrase", "plain", "active"),
    closing={"active": False},
)  # fmt: skip
LIMITS = Kind("answer_limits", "пороги проверки", Limit, ("code",), ("code", "title", "value"))
KINDS: tuple[Kind, ...] = (TEMPLATES, PHRASES, LIMITS)

TEMPLATE_COLUMNS = (
    Column("code", always=True),
    Column("title", always=True),
    Column("topic", default=None),
    Column("organisation", default=None),
    Column("result"),
    Column("done", always=True),
    Column("when"),
    Column("who"),
    Column("next"),
    Column("active", default=True),
)
PHRASE_COLUMNS = (
    Column("phrase", always=True),
    Column("plain"),
    Column("active", default=True),
)
LIMIT_COLUMNS = (
    Column("code", always=True),
    Column("title", always=True),
    Column("value", default=None, always=True),
)


def read(folder: Folder) -> dict[str, list[Row]]:
    """Return what the files say."""
    lists = (
        (TEMPLATES, TEMPLATE_FILE, "templates", "code", TEMPLATE_COLUMNS),
        (PHRASES, WORDING_FILE, "phrases", "phrase", PHRASE_COLUMNS),
        (LIMITS, WORDING_FILE, "limits", "code", LIMIT_COLUMNS),
    )
    found = {
        kind.name: folder.unique(
            [
                folder.row(file, str(item.get(key, "")), item, columns)
                for item in folder.items(file, folder.yaml(file).get(name), name)
            ]
        )
        for kind, file, name, key, columns in lists
    }
    for row in found[TEMPLATES.name]:
        parts = [str(row.data[name] or "") for name in rules.PARTS]
        if strange := rules.unknown_blanks(" ".join(parts)):
            folder.wrong(row.file, row.key, f"неизвестные пропуски: {', '.join(strange)}")
    return found


def heads(folder: Folder) -> list[Row]:
    """Return what the files say of themselves."""
    lists = {TEMPLATE_FILE: ("templates",), WORDING_FILE: ("limits", "phrases")}
    return [
        folder.head(file, folder.yaml(file), *names)
        for file, names in lists.items()
        if file in folder.names()
    ]


def write(export: Export) -> dict[str, str]:
    """Return the files."""
    templates = [pack(t.data, t.rest, TEMPLATE_COLUMNS) for t in export.rows(TEMPLATES)]
    wording = {
        "limits": [pack(t.data, t.rest, LIMIT_COLUMNS) for t in export.rows(LIMITS)],
        "phrases": [pack(t.data, t.rest, PHRASE_COLUMNS) for t in export.rows(PHRASES)],
    }
    return {
        TEMPLATE_FILE: yaml_text(export.head(TEMPLATE_FILE), {"templates": templates}),
        WORDING_FILE: yaml_text(export.head(WORDING_FILE), wording),
    }
