"""Files and tables brought together: what changed in the files comes in, edits in the admin stay.

One load: `plan` every kind of row, from those that are referred to on; look at `wrongs`;
`save`. Every row written leaves a line of history.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from otklik.ground.territories.models import LoadedRow, Region
from otklik.ground.territories.region_files import Row, Wrong

MISSING = object()
Names = dict[Any, str]
HEAD = "file"
"""The kind under which it is kept what files say of themselves."""
REASON = "из файлов региона"
ANY = "*"
TODAY = object()
Plain = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A table that files fill: its natural key, its columns, what becomes of a row they drop."""

    name: str
    title: str
    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    closing: Mapping[str, object] = field(default_factory=dict)
    removed: bool = False  # only rows that nothing refers to


@dataclass
class Count:
    """What a load did to one table."""

    title: str
    created: int = 0
    changed: int = 0
    closed: int = 0
    same: int = 0
    kept: int = 0
    """Rows in which an administrator's edit stays against the file."""
    notes: list[str] = field(default_factory=list)


def merged(before: Any, said: Any, now: Any) -> Any:
    """Return what a value shall be: what the file changed since the last load, else what is there.

    `before` is what the file said then. Dictionaries are merged key by key.
    """
    if said == before:
        return now
    if not (isinstance(before, dict) and isinstance(said, dict) and isinstance(now, dict)):
        return said
    result = {}
    for key in [*said, *(key for key in now if key not in said)]:
        value = merged(*(part.get(key, MISSING) for part in (before, said, now)))
        if value is not MISSING:
            result[key] = value
    return result


@dataclass
class _Plan:
    kind: Kind
    rows: list[Row]
    count: Count
    fresh: list[models.Model] = field(default_factory=list)
    changed: list[models.Model] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    removed: list[Any] = field(default_factory=list)


class Tables:
    """The tables of one region, read as plain rows."""

    def __init__(self, region: str) -> None:
        """Take the region's code."""
        self.region = region
        self.names: dict[type[models.Model], Names] = {Region: {region: region}}
        self.ids: dict[type[models.Model], dict[str, Any]] = {Region: {region: region}}

    def read(self, kind: Kind) -> dict[str, models.Model]:
        """Return the rows of a table by natural key, and remember their ids."""
        of_region = {"pk" if kind.model is Region else "region_id": self.region}
        found = list(kind.model._default_manager.filter(**of_region).order_by("pk"))  # noqa: SLF001
        by_itself = [name for name in kind.key if _refers(kind.model, name) is kind.model]
        assert not by_itself, "a key cannot lead to its own table"
        rows = {self.key(kind, row): row for row in found}
        self.names[kind.model] = {row.pk: key for key, row in rows.items()}
        self.ids[kind.model] = {key: row.pk for key, row in rows.items()}
        return rows

    def key(self, kind: Kind, row: models.Model) -> str:
        """Return a row's natural key, with * where a part of it matches anything."""
        return "/".join(str(self.value(row, name) or ANY) for name in kind.key)

    def value(self, row: models.Model, name: str) -> Any:
        """Return a column as a plain value."""
        target = _refers(type(row), name)
        if target is not None:
            return self.names[target].get(getattr(row, f"{name}_id"))
        value = getattr(row, name)
        return value.isoformat() if isinstance(value, date) else deepcopy(value)

    def plain(self, kind: Kind, row: models.Model) -> Plain:
        """Return a row as plain values."""
        return {name: self.value(row, name) for name in kind.columns}


class Merger(Tables):
    """One load of one region."""

    def __init__(self, region: str, *, today: date, force: bool = False) -> None:
        """Take the region's code; `force` lets the files win over every edit."""
        super().__init__(region)
        self.today, self.force = today, force
        self.wrongs: list[Wrong] = []
        self._plans: list[_Plan] = []
        self._told_first: list[LoadedRow] = []
        self._told_anew: list[LoadedRow] = []
        self._said: set[tuple[str, str]] = set()
        self._loaded: dict[str, dict[str, LoadedRow]] = {}
        for row in LoadedRow.objects.filter(region_id=region):
            self._loaded.setdefault(row.kind, {})[row.key] = row

    @property
    def counts(self) -> list[Count]:
        """What was or will be done, table by table."""
        return [plan.count for plan in self._plans]

    def files(self) -> frozenset[str]:
        """Return the files that the last load read."""
        return frozenset(self._loaded.get(HEAD, {}))

    def plan(self, kind: Kind, rows: list[Row]) -> None:
        """Decide what each row of a kind needs; nothing is written yet."""
        table = self.read(kind)
        for row in rows:
            row.data = {name: _text(kind.model, name, row.data[name]) for name in kind.columns}
        plan = _Plan(kind, rows, Count(kind.title))
        self._plans.append(plan)
        loaded = self._loaded.get(kind.name, {})
        self._name_fresh(kind, [row.key for row in rows if row.key not in table])
        self.remember(kind.name, rows)
        for row in rows:
            before = loaded.get(row.key)
            present = table.get(row.key)
            if present is not None:
                self._change(plan, row, present, before.data if before else MISSING)
            elif before and before.data == row.data and not self.force:
                plan.count.kept += 1
                plan.count.notes.append(f"{row.key}: удалена администратором, не возвращена")
            else:
                self._create(plan, row)
        said = {row.key for row in rows}
        for key in loaded.keys() - said:
            self._close(plan, key, table.get(key))

    def _name_fresh(self, kind: Kind, keys: list[str]) -> None:
        """Give ids to rows before they exist, so that they can name one another."""
        if kind.model is Region or not keys:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [kind.model._meta.db_table, len(keys)],  # noqa: SLF001
            )
            ids = [line[0] for line in cursor.fetchall()]
        self.ids[kind.model] |= dict(zip(keys, ids, strict=True))
        self.names[kind.model] |= dict(zip(ids, keys, strict=True))

    def remember(self, kind: str, rows: list[Row]) -> None:
        """Note what the files say now, for the next load and for the export."""
        loaded = self._loaded.get(kind, {})
        for position, row in enumerate(rows):
            said = LoadedRow(
                region_id=self.region, kind=kind, key=row.key, file=row.file, position=position,
                data=row.data, rest=row.rest,
            )  # fmt: skip
            before = loaded.get(row.key)
            if before is None:
                self._told_first.append(said)
            elif _told(before) != _told(said):
                said.pk = before.pk
                self._told_anew.append(said)
        self._said |= {(kind, row.key) for row in rows}

    def _create(self, plan: _Plan, row: Row) -> None:
        model = plan.kind.model
        fresh = model()
        if model is not Region:
            fresh.pk = self.ids[model][row.key]
            fresh.region_id = self.region  # type: ignore[attr-defined]
        self._fill(row, fresh, row.data)
        plan.fresh.append(fresh)
        plan.count.created += 1

    def _change(self, plan: _Plan, row: Row, present: models.Model, before: Any) -> None:
        now = self.plain(plan.kind, present)
        said = {name: row.data[name] for name in plan.kind.columns}
        meant: Plain = said if self.force else merged(before, said, now)
        different = {name: meant[name] for name in said if meant[name] != now[name]}
        if before is not MISSING:
            plan.count.notes += [
                f"{row.key}: правка администратора в «{name}» уступила файлу"
                for name in different
                if name in before and now[name] != before[name]
            ]
        plan.count.kept += any(meant[name] != said[name] for name in said)
        if different:
            self._fill(row, present, different)
            plan.changed.append(present)
            plan.fields |= different.keys()
            plan.count.changed += 1
        else:
            plan.count.same += 1

    def _close(self, plan: _Plan, key: str, present: models.Model | None) -> None:
        kind = plan.kind
        if present is None:
            return
        if kind.removed:
            plan.removed.append(present.pk)
            plan.count.closed += 1
        elif kind.closing:
            meant = {n: self.today if v is TODAY else v for n, v in kind.closing.items()}
            if any(getattr(present, name) in (None, True) for name in meant):
                for name, value in meant.items():
                    setattr(present, name, value)
                plan.changed.append(present)
                plan.fields |= meant.keys()
                plan.count.closed += 1
        else:
            plan.count.notes.append(f"{key}: больше нет в файлах, строка осталась")

    def _fill(self, row: Row, target: models.Model, values: Plain) -> None:
        for name, value in values.items():
            problem = self._set(target, name, value)
            if problem:
                self.wrongs.append(Wrong(row.file, row.key, f"{name}: {problem}"))

    def _set(self, target: models.Model, name: str, value: Any) -> str:
        model = type(target)
        refers = _refers(model, name)
        if refers is not None:
            found = self.ids[refers].get(value) if value else None
            setattr(target, f"{name}_id", found)
            return f"нет такого кода: «{value}»" if value and found is None else ""
        column: Any = model._meta.get_field(name)  # noqa: SLF001
        wrong = _wrong_type(column, value)
        if wrong:
            return wrong
        try:
            setattr(target, name, column.clean(value, target))
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def save(self) -> None:
        """Write what was planned; the caller owns the transaction."""
        for plan in reversed(self._plans):
            if plan.removed:  # one by one under the hood: each leaves a line of history
                plan.kind.model._default_manager.filter(pk__in=plan.removed).delete()  # noqa: SLF001
        for plan in self._plans:
            model = plan.kind.model
            if plan.fresh:
                bulk_create_with_history(
                    plan.fresh, model, batch_size=500, default_change_reason=REASON
                )
            if plan.changed:
                bulk_update_with_history(
                    plan.changed, model, sorted(plan.fields), batch_size=200,
                    default_change_reason=REASON,
                )  # fmt: skip
        gone = [
            row.pk
            for kind, rows in self._loaded.items()
            for row in rows.values()
            if (kind, row.key) not in self._said
        ]
        LoadedRow.objects.filter(pk__in=gone).delete()
        LoadedRow.objects.bulk_create(self._told_first, batch_size=500)
        LoadedRow.objects.bulk_update(
            self._told_anew, ["file", "position", "data", "rest"], batch_size=200
        )


def _told(row: LoadedRow) -> tuple[Any, ...]:
    return row.file, row.position, row.data, row.rest


def _refers(model: type[models.Model], name: str) -> type[models.Model] | None:
    column = model._meta.get_field(name)  # noqa: SLF001
    return column.related_model if isinstance(column, models.ForeignKey) else None


def _text(model: type[models.Model], name: str, value: Any) -> Any:
    """Return a number that stands in a text column as text; YAML reads `short: 112` so."""
    of_text = isinstance(model._meta.get_field(name), (models.CharField, models.TextField))  # noqa: SLF001
    return str(value) if of_text and type(value) is int else value


_TYPES: tuple[tuple[type[Any], type[Any] | tuple[type[Any], ...], str], ...] = (
    (models.BooleanField, bool, "нужно true или false"),
    (models.IntegerField, int, "нужно целое число"),
    (models.FloatField, (int, float), "нужно число"),
    (models.CharField, str, "нужен текст"),
    (models.TextField, str, "нужен текст"),
    (ArrayField, list, "нужен список"),
)


def _wrong_type(column: Any, value: Any) -> str:
    """Tell what is wrong with a value's type, before Django makes text of everything."""
    if value is None:
        return "" if column.null else "нужно значение"
    for of, expected, complaint in _TYPES:
        if isinstance(column, of):
            right = isinstance(value, expected) and (isinstance(value, bool) == (expected is bool))
            return "" if right else f"{complaint}, а не «{value}»"
    return ""


@dataclass(frozen=True)
class Told:
    """A row of a table on its way to a file."""

    key: str
    data: Plain
    rest: Plain
    file: str


class Export(Tables):
    """The tables of one region on their way to files."""

    def __init__(self, region: str) -> None:
        """Take the region's code."""
        super().__init__(region)
        self._loaded: dict[str, dict[str, LoadedRow]] = {}
        for row in LoadedRow.objects.filter(region_id=region):
            self._loaded.setdefault(row.kind, {})[row.key] = row

    def rows(self, kind: Kind) -> list[Told]:
        """Return a table's rows: in the order of the files, then what was added by hand."""
        loaded = self._loaded.get(kind.name, {})
        order = {key: place for place, key in enumerate(loaded)}
        found = [
            Told(key, self.plain(kind, row), *_beside(loaded.get(key)))
            for key, row in self.read(kind).items()
        ]
        return sorted(found, key=lambda told: order.get(told.key, len(order)))

    def head(self, file: str) -> Plain:
        """Return what a file said of itself."""
        row = self._loaded.get(HEAD, {}).get(file)
        return row.data if row else {}


def _beside(row: LoadedRow | None) -> tuple[Plain, str]:
    return (row.rest, row.file) if row else ({}, "")
