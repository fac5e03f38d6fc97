"""The file of an export: rows as its asker may see them, marked by who, when and which request."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.utils.timezone import localtime

from otklik.flow.cases.queries import permissions_on
from otklik.flow.privacy.rules import COLUMNS
from otklik.ground.accounts.rules import PERSONAL, PLACE
from otklik.ground.kit.text import mask, mask_address, mask_email, mask_name, mask_phone
from otklik.ground.topics.queries import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row(case: Case, columns: Sequence[str], asker: Official) -> list[str]:
    """Return a case's row: personal data whole only where the asker's own powers show them."""
    held = permissions_on(asker, case)
    cells = {**_plain(case), **_personal(case, held)}
    return [_safe(cells[name]) for name in columns]


def _plain(case: Case) -> dict[str, str]:
    return {
        "number": case.spoken,
        "received_at": _moment(case.received_at),
        "status": label("statuses", case.status),
        "topic": case.topic.title_ru if case.topic else "",
        "territory": case.territory.short_ru if case.territory else "",
        "organisation": case.organisation.short_ru if case.organisation else "",
        "due": _moment(case.due),
        "answered_at": _moment(case.answered_at),
        "result": label("results", case.result) if case.result else "",
        "channel": label("channels", case.report.channel),
    }


def _personal(case: Case, held: frozenset[str]) -> dict[str, str]:
    report, author = case.report, case.report.author
    names = (author.first_name, author.patronymic, author.last_name) if author else ()
    address: str = report.address
    if PERSONAL in held:
        return {
            "text": report.text, "address": address, "name": " ".join(filter(None, names)),
            "phone": report.phone, "email": report.email,
        }  # fmt: skip
    return {
        "text": mask(report.text),
        "address": mask(address) if PLACE in held else mask_address(address),
        "name": mask_name(*names),
        "phone": mask_phone(report.phone),
        "email": mask_email(report.email),
    }


def _moment(at: datetime | None) -> str:
    return localtime(at).strftime("%d.%m.%Y %H:%M") if at else ""


def _safe(text: str) -> str:
    """Keep a cell from being read as a formula, but for a phone that is nothing else."""
    plain = text[1:].replace(" ", "").isdigit() if text.startswith("+") else False
    return f"'{text}" if text.startswith(FORMULA) and not plain else text


def watermark(number: int, asker: Official, now: datetime) -> str:
    """Return what stands on every page: which request, whose, when."""
    return f"Выгрузка № {number} · {asker.person}, {asker.organisation.short_ru} · {_moment(now)}"


def write(kind: str, mark: str, columns: Sequence[str], rows: Iterable[list[str]]) -> bytes:
    """Return the file."""
    head = [COLUMNS[name] for name in columns]
    return (_xlsx if kind == "xlsx" else _csv)(mark, head, rows)


def _csv(mark: str, head: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([mark])
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(mark: str, head: list[str], rows: Iterable[list[str]]) -> bytes:
    stream = io.BytesIO()
    options: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False,
                               "strings_to_urls": False, "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": mark, "comments": "Для служебного пользования"})
    sheet = book.add_worksheet("Обращения")
    bold = book.add_format({"bold": True})
    sheet.set_header(f"&L{mark}&RДля служебного пользования")
    sheet.write_string(0, 0, mark, bold)
    sheet.write_row(1, 0, head, bold)
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, len(head) - 1, 22)
    for place, cells in enumerate(rows, start=2):
        for column, cell in enumerate(cells):
            sheet.write_string(place, column, cell)
    book.close()
    return stream.getvalue()
