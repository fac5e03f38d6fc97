"""Sheets of a spreadsheet: words stay words, numbers stay numbers, nothing is a formula."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from otklik.faces.desk.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otklik.faces.desk.brief import Brief, Cell, Section

SAFE = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip
WIDE, NARROW, TITLE = 44, 16, 31


def workbook(brief: Brief, site: str) -> bytes:
    """Write the brief: one sheet a section; a number leads to the list behind it at `site`."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, SAFE)
    book.set_properties({"title": brief.title})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    link = book.add_format({"font_color": "#0b5f6b", "underline": 1})
    for section in brief.sections:
        sheet = book.add_worksheet(_name(section.title, book))
        sheet.write_string(0, 0, brief.title, bold)
        sheet.write_string(1, 0, section.note)
        _table(sheet, section, site, bold, link)
        sheet.set_column(0, 0, WIDE)
        sheet.set_column(1, 20, NARROW)
        sheet.freeze_panes(4, 1)
    book.close()
    return stream.getvalue()


def _name(title: str, book: Any) -> str:
    clean = "".join(" " if each in r"[]:*?/\'" else each for each in title)[:TITLE].strip()
    taken = {sheet.get_name() for sheet in book.worksheets()}
    return clean if clean not in taken else f"{clean[: TITLE - 3]} {len(taken)}"


def _table(sheet: Any, section: Section, site: str, bold: Any, link: Any) -> None:
    spread = [_kind(section, n) for n in range(len(section.head))]
    column = 0
    for title, kind in zip(section.head, spread, strict=True):
        for more in kind:
            sheet.write_string(3, column, f"{title}{more}", bold)
            column += 1
    for n, row in enumerate(section.rows, start=4):
        column = 0
        for cell, kind in zip(row, spread, strict=True):
            for value, address in _values(cell, kind, site):
                _write(sheet, n, column, value, address, link)
                column += 1


def _kind(section: Section, n: int) -> tuple[str, ...]:
    """A share takes three columns, a mean two: the number and how many are behind it."""
    column = [row[n] for row in section.rows if isinstance(row[n], Figure)]
    if any(cell.part is not None for cell in column):  # type: ignore[union-attr]
        return ("", ": число", ": из")
    if any(cell.whole is not None and not cell.counted for cell in column):  # type: ignore[union-attr]
        return ("", ": обращений")
    return ("",)


def _values(cell: Cell, kind: tuple[str, ...], site: str) -> Iterator[tuple[Any, str]]:
    if isinstance(cell, str):
        found: list[tuple[Any, str]] = [(cell, "")]
    elif cell.part is not None:
        found = [(cell.number, ""), (cell.part, cell.part_url), (cell.whole, cell.whole_url)]
    elif cell.counted:
        found = [(cell.number, cell.whole_url)]
    else:
        found = [(cell.number, ""), (cell.whole, cell.whole_url)]
    found += [(None, "")] * (len(kind) - len(found))
    for value, address in found[: len(kind)]:
        yield value, f"{site}{address}" if address else ""


def _write(sheet: Any, row: int, column: int, value: Any, address: str, link: Any) -> None:
    if value is None:
        return
    if address:
        sheet.write_url(row, column, address, link, str(value))
        sheet.write_number(row, column, value, link)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)
