"""Topics, terms, rules of routing and small lists: their files and their tables."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from otklik.ground.territories.merging import ANY, Export, Kind, Told
from otklik.ground.territories.region_files import TOPICS as TOPIC_FOLDER
from otklik.ground.territories.region_files import Column, pack, yaml_text
from otklik.ground.topics import rules
from otklik.ground.topics.models import DeadlinePolicy, Directory, Question, RoutingRule, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otklik.ground.territories.region_files import Folder, Item, Row

POLICY_FILE, ROUTING_FILE, DIRECTORY_FILE = "policies.yaml", "routing.yaml", "directories.yaml"
QUESTION_FILE = "questions.yaml"
DIRECTORY_FILES = (DIRECTORY_FILE, "scripts.yaml")
"""Files of small lists; a line goes back to the file that it came from."""
INACTIVE = {"active": False}

POLICIES = Kind(
    "policies", "порядки сроков", DeadlinePolicy, ("code",),
    ("code", "title_ru", "title_en", "regime", "amount", "unit", "stages", "roll", "fast_track",
     "urgent", "fallback", "paused_in", "rating_window_days", "reopened_amount", "reopened_unit",
     "extension_days", "extension_times", "max_hops", "escalation", "note"),
)  # fmt: skip
TOPICS = Kind(
    "topics", "темы", Topic, ("code",),
    ("code", "level", "parent", "category", "number", "title_ru", "title_en", "help_ru",
     "help_en", "advice_ru", "advice_en", "synonyms", "phrases", "regimes", "policy", "severity",
     "season_from", "season_to", "attachments", "proof", "template", "public", "anonymous",
     "closed", "life_support", "layer", "owners", "sstu", "active"),
    closing=INACTIVE,
)  # fmt: skip
ROUTING = Kind(
    "routing", "правила передачи", RoutingRule, ("topic", "territory", "owner"),
    ("topic", "territory", "owner", "organisation", "pattern", "active"), closing=INACTIVE,
)  # fmt: skip
DIRECTORIES = Kind(
    "directories", "справочники", Directory, ("kind", "code"),
    ("kind", "code", "position", "title_ru", "title_en", "citizen_ru", "citizen_en", "hint_ru",
     "hint_en", "extra", "active"),
    closing=INACTIVE,
)  # fmt: skip
QUESTIONS = Kind(
    "questions", "вопросы к фактам", Question, ("topic", "code"),
    ("topic", "code", "position", "datatype", "required", "variable", "title_ru", "title_en",
     "hint_ru", "hint_en", "choices", "active"),
    closing=INACTIVE,
)  # fmt: skip
KINDS = (POLICIES, TOPICS, QUESTIONS, ROUTING, DIRECTORIES)

POLICY_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title.ru", always=True),
    Column("title_en", "title.en"),
    Column("unit", always=True),
    Column("amount", "total", always=True),
    Column("stages", default={}, always=True),
    Column("roll", default="previous", always=True),
    Column("regime", default="message", always=True),
    Column("fast_track", default=False, always=True),
    Column("urgent", default=False, always=True),
    Column("fallback"),
    Column("paused_in", default=[], always=True),
    Column("rating_window_days", default=14),
    Column("reopened_amount", "reopened.amount", default=5, always=True),
    Column("reopened_unit", "reopened.unit", default="working_days", always=True),
    Column("extension_days", "extension.max_days", default=0, always=True),
    Column("extension_times", "extension.times", default=0, always=True),
    Column("max_hops", default=3),
    Column("escalation", default=[]),
    Column("note", "source"),
)
NODE_COLUMNS = (
    Column("code", always=True),
    Column("number", default=None),
    Column("title_ru", "title.ru", always=True),
    Column("title_en", "title.en"),
    Column("help_ru", "help.ru"),
    Column("help_en", "help.en"),
    Column("active", default=True),
)
FACT_COLUMNS = (
    *NODE_COLUMNS[:-1],
    Column("advice_ru", "advice.ru"),
    Column("advice_en", "advice.en"),
    Column("synonyms", default=[]),
    Column("phrases", default=[]),
    Column("regimes", default=[]),
    Column("policy", default=None),
    Column("severity", default=1, always=True),
    Column("season", default=[]),
    Column("attachments", default=[]),
    Column("proof", default=False),
    Column("template"),
    Column("public", default=True),
    Column("anonymous", default=True),
    Column("closed", default=False),
    Column("layer"),
    Column("owners", default=[]),
    Column("sstu"),
    Column("life_support", default=False),
    NODE_COLUMNS[-1],
)
ROUTING_COLUMNS = (
    Column("topic", default=None),
    Column("territory", default=None),
    Column("owner"),
    Column("organisation", default=None),
    Column("pattern", "organisation_pattern"),
    Column("active", default=True),
)
QUESTION_COLUMNS = (
    Column("topic", always=True),
    Column("code", always=True),
    Column("datatype", always=True),
    Column("required", default=False),
    Column("variable", default=True),
    Column("title_ru", "title.ru", always=True),
    Column("title_en", "title.en"),
    Column("hint_ru", "hint.ru"),
    Column("hint_en", "hint.en"),
    Column("choices", default=[]),
    Column("active", default=True),
)
DIRECTORY_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title.ru", always=True),
    Column("title_en", "title.en"),
    Column("citizen_ru", "citizen.ru"),
    Column("citizen_en", "citizen.en"),
    Column("hint_ru", "hint.ru"),
    Column("hint_en", "hint.en"),
    Column("active", default=True),
)
TITLE_NAMES = {"statuses": "label"}
HINT_NAMES = {"rejection_reasons": "how_to_fix"}
"""What a list calls its titles and hints; others say `title` and `help`."""


def read(folder: Folder) -> dict[str, list[Row]]:
    """Return what the files say of topics and terms."""
    return {
        POLICIES.name: _policies(folder),
        TOPICS.name: _topics(folder),
        QUESTIONS.name: _questions(folder),
        ROUTING.name: _routing(folder),
        DIRECTORIES.name: _directories(folder),
    }


def heads(folder: Folder) -> list[Row]:
    """Return what the files say of themselves."""
    present = folder.names()
    headed = [
        folder.head(POLICY_FILE, folder.yaml(POLICY_FILE), "policies"),
        folder.head(QUESTION_FILE, folder.yaml(QUESTION_FILE), "questions"),
        folder.head(ROUTING_FILE, folder.yaml(ROUTING_FILE), "routing", "rules"),
        *(_list_head(folder, file) for file in DIRECTORY_FILES),
        *(folder.head(name, {}) for name in _topic_files(folder)),
    ]
    return [head for head in headed if head.file in present]


def _list_head(folder: Folder, file: str) -> Row:
    said = folder.yaml(file)
    lists = [name for name, value in said.items() if isinstance(value, list)]
    return folder.head(file, said, *lists)


def write(export: Export) -> dict[str, str]:
    """Return the files of topics and terms."""
    policies = [pack(told.data, told.rest, POLICY_COLUMNS) for told in export.rows(POLICIES)]
    files = {
        POLICY_FILE: yaml_text(export.head(POLICY_FILE), {"policies": policies}),
        **_topic_texts(export),
    }
    asked = sorted(export.rows(QUESTIONS), key=_place)
    files[QUESTION_FILE] = yaml_text(
        export.head(QUESTION_FILE),
        {"questions": [pack(told.data, told.rest, QUESTION_COLUMNS) for told in asked]},
    )
    routing = [pack(told.data, told.rest, ROUTING_COLUMNS) for told in export.rows(ROUTING)]
    files[ROUTING_FILE] = yaml_text(export.head(ROUTING_FILE), {"routing": routing})
    return files | _list_texts(export)


def _list_texts(export: Export) -> dict[str, str]:
    lists: dict[str, dict[str, list[Told]]] = {DIRECTORY_FILE: {}}
    for told in export.rows(DIRECTORIES):
        file = lists.setdefault(told.file or DIRECTORY_FILE, {})
        file.setdefault(told.data["kind"], []).append(told)
    return {
        file: yaml_text(
            export.head(file),
            {
                kind: [_line(each) for each in sorted(lines, key=_place)]
                for kind, lines in kinds.items()
            },
        )
        for file, kinds in lists.items()
    }


def _place(told: Told) -> int:
    return int(told.data["position"])


def check_routes(
    folder: Folder, rows: list[Row], territories: Mapping[str, bool], organisations: set[str]
) -> None:
    """Note rules that lead nowhere; `territories` tells which of them are in force."""
    for row in rows:
        pattern, territory = row.data["pattern"], row.data["territory"]
        if bool(pattern) == bool(row.data["organisation"]):
            folder.wrong(row.file, row.key, "нужно одно: organisation или organisation_pattern")
        elif pattern:
            places = [territory] if territory else [code for code, on in territories.items() if on]
            problems = (rules.pattern_problem(pattern, place, organisations) for place in places)
            problem = next(filter(None, problems), "")
            if problem:
                folder.wrong(row.file, row.key, problem)


def _policies(folder: Folder) -> list[Row]:
    found = folder.yaml(POLICY_FILE).get("policies")
    rows = folder.unique(
        [
            folder.row(POLICY_FILE, str(item.get("code", "")), item, POLICY_COLUMNS)
            for item in folder.items(POLICY_FILE, found, "policies")
        ]
    )
    known = {row.key: row.data for row in rows}
    for row in rows:
        problem = rules.policy_problem(row.data) or rules.fallback_problem(row.key, known)
        if problem:
            folder.wrong(row.file, row.key, problem)
    return rows


def _topic_files(folder: Folder) -> list[str]:
    return [name for name in folder.names() if name.startswith(f"{TOPIC_FOLDER}/")]


def _topics(folder: Folder) -> list[Row]:
    found: list[Row | None] = []
    for file in _topic_files(folder):
        item = deepcopy(folder.yaml(file))  # taken apart below
        if item:
            found += _category(folder, file, item)
    rows = folder.unique(found)
    level = {row.key: row.data["level"] for row in rows}
    for row in rows:
        above = level.get(row.data["parent"], "")
        season = (row.data["season_from"], row.data["season_to"])
        problem = rules.topic_problem(row.data["level"], above, row.data["severity"], season)
        if problem:
            folder.wrong(row.file, row.key, problem)
    return rows


def _category(folder: Folder, file: str, item: Item) -> list[Row | None]:
    subcategories = folder.items(file, item.pop("subcategories", None), "subcategories")
    category = _topic(folder, file, item, Topic.Level.CATEGORY, None, 0)
    rows = [category]
    for sub_place, subcategory in enumerate(subcategories, 1):
        facts = folder.items(file, subcategory.pop("facts", None), "facts")
        above = _topic(folder, file, subcategory, Topic.Level.SUBCATEGORY, category, sub_place)
        rows.append(above)
        for place, fact in enumerate(facts, 1):
            row = _topic(folder, file, fact, Topic.Level.FACT, above, place)
            if row is not None and category is not None:
                row.data["category"] = category.key
            rows.append(row)
    return rows


def _topic(
    folder: Folder, file: str, item: Item, level: str, above: Row | None, place: int
) -> Row | None:
    columns = FACT_COLUMNS if level == Topic.Level.FACT else NODE_COLUMNS
    row = folder.row(file, str(item.get("code", "")), item, columns)
    if row is None:
        return None
    season = row.data.pop("season", []) or ["", ""]
    if not isinstance(season, list) or len(season) != 2:  # noqa: PLR2004  (from, to)
        folder.wrong(file, row.key, 'season: нужны две даты, например ["10-15", "04-15"]')
        season = ["", ""]
    for column in FACT_COLUMNS:
        if column.name != "season":
            row.data.setdefault(column.name, column.default)
    if row.data["number"] is None:
        row.data["number"] = _number(above.data["number"] if above else 0, place)
    row.data |= {
        "level": str(level),
        "parent": above.key if above else None,
        "category": above.key if above else None,
        "season_from": season[0],
        "season_to": season[1],
    }
    return row


def _number(above: Any, place: int) -> int:
    """Return the number a topic has by its place: the third fact of 1.2 is 10203."""
    return int(above) * 100 + place


def _topic_texts(export: Export) -> dict[str, str]:
    export.rows(POLICIES)  # facts name policies
    told = sorted(export.rows(TOPICS), key=lambda row: int(row.data["number"]))
    children: dict[str | None, list[Told]] = {}
    for row in told:
        children.setdefault(row.data["parent"], []).append(row)
    texts = {}
    for row in children.get(None, []):
        file = row.file or f"{TOPIC_FOLDER}/{row.data['number']:02}-{row.key}.yaml"
        body = _node(row, 0, 0, NODE_COLUMNS)
        body["number"] = row.data["number"]
        body["subcategories"] = [
            {
                **_node(sub, row.data["number"], sub_place, NODE_COLUMNS),
                "facts": [
                    _node(fact, sub.data["number"], place, FACT_COLUMNS)
                    for place, fact in enumerate(children.get(sub.key, []), 1)
                ],
            }
            for sub_place, sub in enumerate(children.get(row.key, []), 1)
        ]
        texts[file] = yaml_text(export.head(file), body)
    return texts


def _node(row: Told, above: int, place: int, columns: tuple[Column, ...]) -> Item:
    data = dict(row.data)
    if data["number"] == _number(above, place):
        data["number"] = None
    season = [data["season_from"], data["season_to"]]
    data["season"] = season if any(season) else []
    return pack(data, row.rest, columns)


def _questions(folder: Folder) -> list[Row]:
    found = folder.items(QUESTION_FILE, folder.yaml(QUESTION_FILE).get("questions"), "questions")
    rows = []
    for position, item in enumerate(found, 1):
        key = f"{item.get('topic', '')}/{item.get('code', '')}"
        row = folder.row(QUESTION_FILE, key, item, QUESTION_COLUMNS)
        if row is not None:
            row.data["position"] = position
            if problem := rules.question_problem(row.data["datatype"], row.data["choices"]):
                folder.wrong(QUESTION_FILE, row.key, problem)
        rows.append(row)
    return folder.unique(rows)


def _routing(folder: Folder) -> list[Row]:
    found = folder.yaml(ROUTING_FILE)
    rows = []
    for item in folder.items(ROUTING_FILE, found.get("routing") or found.get("rules"), "routing"):
        key = "/".join(str(item.get(name) or ANY) for name in ("topic", "territory", "owner"))
        rows.append(folder.row(ROUTING_FILE, key, item, ROUTING_COLUMNS))
    return folder.unique(rows)


def _directories(folder: Folder) -> list[Row]:
    return folder.unique([row for file in DIRECTORY_FILES for row in _lines(folder, file)])


def _lines(folder: Folder, file: str) -> list[Row | None]:
    rows = []
    for kind, lines in folder.yaml(file).items():
        if not isinstance(lines, list):
            continue
        for position, item in enumerate(folder.items(file, lines, kind), 1):
            known = {
                "title" if name == TITLE_NAMES.get(kind, "title")
                else "hint" if name == HINT_NAMES.get(kind, "help") else name: value
                for name, value in item.items()
            }  # fmt: skip
            key = f"{kind}/{item.get('code', '')}"
            row = folder.row(file, key, known, DIRECTORY_COLUMNS)
            if row is not None:
                row.data |= {"kind": kind, "position": position, "extra": row.rest}
                row.rest = {}
            rows.append(row)
    return rows


def _line(told: Told) -> Item:
    kind = told.data["kind"]
    names = {"title": TITLE_NAMES.get(kind, "title"), "hint": HINT_NAMES.get(kind, "help")}
    item = pack(told.data, told.data["extra"], DIRECTORY_COLUMNS)
    return {names.get(name, name): value for name, value in item.items()}
