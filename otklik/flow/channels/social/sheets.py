"""Exports of monitoring services: CSV in any usual form, XLSX, and lists of JSON; row by row."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ROWS = 500
LONGEST = 10 * 2**20
UNPACKED = 100 * 2**20


class UnreadableError(ValueError):
    """It is no table that we can read; words for the person."""


def rows_of(name: str, content: bytes) -> list[dict[str, Any]]:
    """Return the rows of a file by the names in its first line."""
    if len(content) > LONGEST:
        raise UnreadableError("Файл больше 10 МБ. Разделите выгрузку")
    table = _sheet(content) if content[:2] == b"PK" else _csv(name, content)
    lines = [line for line in table if any(str(cell).strip() for cell in line)]
    if len(lines) < 2:  # noqa: PLR2004  (a head and a row)
        raise UnreadableError("В файле нет строк: нужна шапка и хотя бы одна строка")
    if len(lines) - 1 > MOST_ROWS:
        raise UnreadableError(f"Строк {len(lines) - 1}, а за раз можно до {MOST_ROWS}")
    head = [str(cell).strip().lower() for cell in lines[0]]
    return [dict(zip(head, line, strict=False)) for line in lines[1:]]


def _sheet(content: bytes) -> Iterable[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > UNPACKED:
                raise UnreadableError("Внутри файла слишком много данных")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return list(book.get_sheet_by_index(0).to_python())
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("Таблица не открывается. Сохраните её заново в XLSX") from None


def _csv(name: str, content: bytes) -> Iterable[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise UnreadableError(f"«{name}» — не таблица. Нужен CSV или XLSX")
    head = text.split("\n", 1)[0]
    return list(csv.reader(io.StringIO(text), delimiter=max(";,\t", key=head.count)))


def _decoded(content: bytes) -> str:
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-8-sig", "utf-16" if wide else "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("Буквы не читаются. Сохраните файл в UTF-8")
