"""Roles from their file, and the whole ground: every file of a region loaded or written at once.

People are no data of a region and stand in no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from django.db import connection, transaction

from otklik.ground.accounts import rules
from otklik.ground.accounts.models import Role
from otklik.ground.kit import memo
from otklik.ground.organisations import loading as organisations
from otklik.ground.territories import loading as territories
from otklik.ground.territories.merging import HEAD, Count, Export, Kind, Merger
from otklik.ground.territories.models import LoadedRow
from otklik.ground.territories.region_files import (
    Column,
    Folder,
    Row,
    WrongFilesError,
    pack,
    yaml_text,
)
from otklik.ground.topics import loading as topics

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

ROLE_FILE = "roles.yaml"
PRINT = "fingerprint"
LOAD_LOCK = 7_304_110
"""Of PostgreSQL's advisory locks, the one that lets loads go one after another."""

ROLES = Kind(
    "roles",
    "роли",
    Role,
    ("code",),
    ("code", "title_ru", "title_en", "permissions", "scope", "apart"),
)
ROLE_COLUMNS = (
    Column("code", always=True),
    Column("title_ru", "title.ru", always=True),
    Column("title_en", "title.en"),
    Column("scope", default="organisation", always=True),
    Column("permissions", default=[], always=True),
    Column("apart", default=[]),
)
KINDS = (*territories.KINDS, *organisations.KINDS, *topics.KINDS, ROLES)


class Files(Protocol):
    """A module that reads and writes files of a region for a stage above the ground."""

    KINDS: tuple[Kind, ...]

    def read(self, folder: Folder) -> dict[str, list[Row]]:
        """Return its rows by kind."""

    def heads(self, folder: Folder) -> list[Row]:
        """Return what its files say of themselves."""

    def write(self, export: Export) -> dict[str, str]:
        """Return its files."""


_above: list[Files] = []


def also(files: Files) -> None:
    """Load and export these files with the ground's: the stage above says so when it is ready."""
    if files not in _above:
        _above.append(files)


def _kinds() -> list[Kind]:
    return [*KINDS, *(kind for files in _above for kind in files.KINDS)]


@dataclass(frozen=True)
class Loaded:
    """What a load did; `fresh` is false when the files were as at the last one."""

    region: str
    fresh: bool
    counts: list[Count] = field(default_factory=list)


def load(path: Path, *, today: date, force: bool = False) -> Loaded:
    """Bring the tables to what the files say, all or nothing; do nothing if no file changed.

    What an administrator changed since the last load stays, unless the file changed there too.
    """
    folder = Folder(path)
    code, print_ = region_code(folder), folder.fingerprint()
    if not force and _loaded_print(code) == print_:
        return Loaded(code, fresh=False)
    rows, heads = read(folder)
    if folder.wrongs:
        raise WrongFilesError(folder.wrongs)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
        merger = Merger(code, today=today, force=force)
        _refuse_lost_files(folder, merger)
        for kind in _kinds():
            merger.plan(kind, rows[kind.name])
        merger.remember(HEAD, heads)
        merger.remember(PRINT, [Row("", print_, {})])
        if merger.wrongs:
            raise WrongFilesError(merger.wrongs)
        merger.save()
    memo.forget()
    return Loaded(code, fresh=True, counts=merger.counts)


def export(region: str) -> dict[str, str]:
    """Return the files that would make the region's tables."""
    tables = Export(region)
    files = territories.write(tables) | organisations.write(tables) | topics.write(tables)
    roles = [pack(told.data, told.rest, ROLE_COLUMNS) for told in tables.rows(ROLES)]
    files[ROLE_FILE] = yaml_text(tables.head(ROLE_FILE), {"roles": roles})
    for above in _above:
        files |= above.write(tables)
    return files


def read(folder: Folder) -> tuple[dict[str, list[Row]], list[Row]]:
    """Return all rows by kind, and what the files say of themselves."""
    rows = territories.read(folder) | organisations.read(folder) | topics.read(folder)
    rows[ROLES.name] = _roles(folder)
    for above in _above:
        rows |= above.read(folder)
    places = rows[territories.TERRITORIES.name]
    topics.check_routes(
        folder,
        rows[topics.ROUTING.name],
        {row.key: not row.data["valid_to"] for row in places},
        {row.key for row in rows[organisations.ORGANISATIONS.name]},
    )
    heads = [*territories.heads(folder), *organisations.heads(folder), *topics.heads(folder)]
    if ROLE_FILE in folder.names():
        heads.append(folder.head(ROLE_FILE, folder.yaml(ROLE_FILE), "roles"))
    return rows, heads + [head for above in _above for head in above.heads(folder)]


def region_code(folder: Folder) -> str:
    """Return the code of the region that the files describe."""
    code = str(folder.yaml(territories.REGION_FILE).get("code") or "")
    if not code:
        folder.wrong(territories.REGION_FILE, "code", f"нет кода региона (папка {folder.path})")
        raise WrongFilesError(folder.wrongs)
    return code


def _roles(folder: Folder) -> list[Row]:
    found = folder.yaml(ROLE_FILE).get("roles")
    rows = folder.unique(
        [
            folder.row(ROLE_FILE, str(item.get("code", "")), item, ROLE_COLUMNS)
            for item in folder.items(ROLE_FILE, found, "roles")
        ]
    )
    codes = {row.key for row in rows}
    for row in rows:
        unknown = rules.unknown_permissions(row.data["permissions"])
        if unknown:
            folder.wrong(row.file, row.key, f"нет разрешений: {', '.join(unknown)}")
        if row.data["scope"] not in Role.Scope.values:
            folder.wrong(row.file, row.key, f"scope — одно из: {', '.join(Role.Scope.values)}")
        if strange := set(row.data["apart"]) - codes:
            folder.wrong(row.file, row.key, f"нет ролей: {', '.join(sorted(strange))}")
    return rows


def _refuse_lost_files(folder: Folder, merger: Merger) -> None:
    """A file mislaid must not close all that it held; a file of topics may go."""
    present = folder.names()
    for name in sorted(merger.files() - set(present)):
        if "/" not in name:
            folder.wrong(name, "", "файла больше нет; чтобы закрыть его строки, оставьте пустой")
    if folder.wrongs:
        raise WrongFilesError(folder.wrongs)


def _loaded_print(code: str) -> str:
    row = LoadedRow.objects.filter(region_id=code, kind=PRINT).first()
    return row.key if row else ""
