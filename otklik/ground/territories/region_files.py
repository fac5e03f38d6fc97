"""The files that describe a region: read with clear complaints, written back in the same shape.

A row is a flat dictionary of plain values: a foreign key is the code of what it names, a date is
ISO text. What a file says beyond the tables' columns is kept as `rest` and written back.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

Item = dict[str, Any]
VERSION = "3"
"""Raise it when the same files must be loaded anew: a column was added, a meaning changed."""

TABLES = (
    "region.yaml", "heat.yaml", "territories.geojson", "settlements.csv", "streets.csv",
    "calendars.yaml", "organisations.yaml", "policies.yaml", "routing.yaml", "directories.yaml",
    "questions.yaml",
    "scripts.yaml", "roles.yaml", "answer_templates.yaml", "wording.yaml",
)  # fmt: skip
TOPICS = "topics"


@dataclass(frozen=True)
class Wrong:
    """One mistake in a file: where it is and what to mend."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        """Return the mistake as one line."""
        return ": ".join(part for part in (self.file, self.key, self.reason) if part)


class WrongFilesError(Exception):
    """The files cannot be loaded; nothing was."""

    def __init__(self, wrongs: list[Wrong]) -> None:
        """Take every mistake that was found."""
        super().__init__("\n".join(str(wrong) for wrong in wrongs))
        self.wrongs = wrongs


@dataclass
class Row:
    """What a file says of one row of a table."""

    file: str
    key: str
    data: Item
    rest: Item = field(default_factory=dict)


def same(value: Any) -> Any:
    """Return the value as it is."""
    return value


def iso(value: Any) -> Any:
    """Return a date as text; YAML gives dates as dates."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Column:
    """A column of a table and its place in a file: `path` is dotted, the name itself if empty."""

    name: str
    path: str = ""
    default: Any = ""
    read: Callable[[Any], Any] = same
    show: Callable[[Any], Any] = same
    always: bool = False

    @property
    def steps(self) -> list[str]:
        """The path, step by step."""
        return (self.path or self.name).split(".")


def unpack(item: Item, columns: tuple[Column, ...]) -> tuple[Item, Item]:
    """Return the columns' values and the rest of an item; null is the same as nothing said."""
    rest, data = deepcopy(item), {}
    for column in columns:
        value = _take(rest, column.steps)
        data[column.name] = deepcopy(column.default) if value is None else column.read(value)
    return data, plain(rest)


def pack(data: Item, rest: Item, columns: tuple[Column, ...]) -> Item:
    """Return the item that `unpack` would take apart so; what is as by default is left out."""
    item: Item = {}
    for column in columns:
        value = data.get(column.name, column.default)
        if column.always or value != column.default:
            _put(item, column.steps, column.show(value))
    return _joined(item, rest)


def _take(item: Any, steps: list[str]) -> Any:
    for step in steps[:-1]:
        item = item.get(step) if isinstance(item, dict) else None
    return item.pop(steps[-1], None) if isinstance(item, dict) else None


def _put(item: Item, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        item = item.setdefault(step, {})
    item[steps[-1]] = value


def _joined(item: Item, rest: Item) -> Item:
    result = dict(item)
    for key, value in rest.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _joined(result[key], value) if both else result.get(key, deepcopy(value))
    return result


def plain(value: Any) -> Any:
    """Return what JSON can keep; dictionaries emptied by reading are dropped."""
    if isinstance(value, dict):
        kept = {str(iso(key)): plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ({}, None)}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return iso(value)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which a key said twice is a mistake, not a silent loss."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag != "tag:yaml.org,2002:merge":
                key = self.construct_object(key_node, deep=deep)
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"ключ «{key}» сказан дважды", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """YAML for people: short things on a line, long ones line by line, texts as they read."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Let each row be read on its own."""
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: Any = None) -> Any:  # noqa: ARG002
        """Keep a short mapping of scalars on one line."""
        short = _is_short([*mapping, *mapping.values()])
        return super().represent_mapping(tag, mapping, flow_style=short)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: Any = None) -> Any:  # noqa: ARG002
        """Keep a short list of scalars on one line."""
        inner = [part for item in sequence for part in (item if isinstance(item, list) else [item])]
        return super().represent_sequence(tag, sequence, flow_style=_is_short(inner))

    def represent_str(self, data: str) -> Any:
        """Write several lines as a block."""
        style = "|" if "\n" in data.strip() else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


def _is_short(values: list[Any]) -> bool:
    """Tell whether scalars fit on a line; a mapping by days is read by days."""
    return (
        all(
            not isinstance(value, dict | list | date) and len(str(value)) <= LONG
            for value in values
        )
        and sum(len(str(value)) + 4 for value in values) <= LINE
    )


_Dumper.add_representer(str, _Dumper.represent_str)
LONG, LINE = 70, 130


class Folder:
    """A region's files; what is wrong with them is gathered, not raised one by one."""

    def __init__(self, path: Path) -> None:
        """Take the folder; it is read when asked."""
        self.path = path
        self.wrongs: list[Wrong] = []
        self._read: dict[str, Item] = {}

    def names(self) -> list[str]:
        """Return the files of the region that are there."""
        topics = sorted(f"{TOPICS}/{file.name}" for file in (self.path / TOPICS).glob("*.yaml"))
        return [name for name in TABLES if (self.path / name).is_file()] + topics

    def fingerprint(self) -> str:
        """Return what changes when any of the files does."""
        digest = hashlib.sha256(VERSION.encode())
        for name in self.names():
            content = (self.path / name).read_bytes()
            digest.update(f"{name} {len(content)} ".encode() + content)
        return digest.hexdigest()

    def wrong(self, file: str, key: object, reason: str) -> None:
        """Note a mistake."""
        self.wrongs.append(Wrong(file, str(key), reason))

    def text(self, name: str) -> str:
        """Return a file's text, empty if there is no such file."""
        file = self.path / name
        if not file.is_file():
            return ""
        try:
            return file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            self.wrong(name, "", f"не UTF-8: {error.reason}, байт {error.start}")
            return ""

    def yaml(self, name: str) -> Item:
        """Return a YAML file's mapping, empty if there is no such file. Not to be changed."""
        if name not in self._read:
            self._read[name] = self._yaml(name)
        return self._read[name]

    def _yaml(self, name: str) -> Item:
        try:
            found = yaml.load(self.text(name), _Loader)  # noqa: S506  (a safe loader's child)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.wrong(name, f"строка {line}", f"не читается как YAML: {error.problem}")
            return {}
        except (yaml.YAMLError, ValueError) as error:
            self.wrong(name, "", f"не читается как YAML: {error}")
            return {}
        if found is not None and not isinstance(found, dict):
            self.wrong(name, "", "на верхнем уровне нужны «ключ: значение»")
            return {}
        return found or {}

    def json(self, name: str) -> Item:
        """Return a JSON file's object, empty if there is no such file. Not to be changed."""
        if name not in self._read:
            self._read[name] = self._json(name)
        return self._read[name]

    def _json(self, name: str) -> Item:
        text = self.text(name)
        try:
            found = json.loads(text) if text else {}
        except json.JSONDecodeError as error:
            self.wrong(name, f"строка {error.lineno}", f"не читается как JSON: {error.msg}")
            return {}
        return found if isinstance(found, dict) else {}

    def csv(self, name: str) -> list[Item]:
        """Return a CSV file's lines by the names of its columns."""
        return [dict(line) for line in csv.DictReader(io.StringIO(self.text(name)))]

    def items(self, name: str, found: Any, where: str = "") -> list[Item]:
        """Return a list of mappings, or note that it is something else."""
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.wrong(name, where, "нужен список строк «ключ: значение»")
            return []
        return found

    def row(self, file: str, key: str, item: Item, columns: tuple[Column, ...]) -> Row | None:
        """Return an item as a row; note keys that look like slips of the pen."""
        try:
            data, rest = unpack(item, columns)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            self.wrong(file, key, f"не читается: {error}")
            return None
        known = {column.steps[0] for column in columns}
        for name in rest:
            meant = difflib.get_close_matches(name, known - rest.keys(), 1, 0.85)
            if meant and meant[0] not in item:
                self.wrong(file, key, f"нет поля «{name}»; может быть, «{meant[0]}»?")
        return Row(file, key, data, rest)

    def unique(self, rows: list[Row | None]) -> list[Row]:
        """Return the rows that could be read, noting keys that come twice."""
        seen: dict[str, Row] = {}
        for row in rows:
            if row is None:
                continue
            if row.key in seen:
                self.wrong(row.file, row.key, f"уже есть в {seen[row.key].file}")
            elif not row.key.replace("/", ""):
                self.wrong(row.file, "", "строка без кода")
            else:
                seen[row.key] = row
        return list(seen.values())

    def head(self, name: str, found: Item, *taken: str) -> Row:
        """Return what a file says of itself: its opening comment and the keys that are no rows."""
        opening = []
        for line in self.text(name).splitlines() if name.endswith(".yaml") else []:
            if not line.startswith("#"):
                break
            opening.append(line)
        said = plain({key: value for key, value in found.items() if key not in taken})
        return Row(name, name, {"comment": opening, "head": said})


def yaml_text(head: Item, body: Item) -> str:
    """Return a YAML file: its opening comment, its own keys, its rows."""
    comment = "".join(f"{line}\n" for line in head.get("comment", ()))
    said = {key: value for key, value in head.get("head", {}).items() if key not in body}
    dumped = yaml.dump(
        {**said, **body}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4 * LINE,
        default_flow_style=False,
    )  # fmt: skip
    return comment + dumped


def csv_text(names: list[str], items: list[Item]) -> str:
    """Return a CSV file with these columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: item.get(name, "") for name in names} for item in items)
    return out.getvalue()
