"""The English of the pages: `python -m tools.messages update | compile`.

`update` (`make english`) reads every text of the templates and of the Python code into django.po:
new ones with an empty translation, those that are gone left out. `compile`, a part of every set-up,
makes the .mo that Django reads. Babel does both; the gettext tools are not needed.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "otklik" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
HEADER = "# English of the citizens' pages and of the wall. `make english` keeps it in step."
OFFICIALS = {"admin", "desk", "tests"}  # the desk and the administration speak Russian alone


def sources() -> list[Path]:
    """Return the templates and the modules that may hold texts for people."""
    found = [*(ROOT / "otklik").rglob("*.html"), *(ROOT / "otklik").rglob("*.py")]
    return sorted(path for path in found if not OFFICIALS & {*path.parts, path.stem})


def texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Return each text of a file, with its context if it has one."""
    source = path.read_text()
    if path.suffix == ".html":
        # Django turns a template into something like code; Babel's reader minds indentation.
        source = "\n".join(map(str.lstrip, templatize(source).splitlines()))
    elif "gettext" not in source:
        return
    for _line, said, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield said, context


def wanted() -> Catalog:
    """Return every text that pages show, with where it stands."""
    catalog = Catalog(locale="en", domain="django", fuzzy=False)
    for path in sources():
        for said, context in texts(path):
            place = (path.relative_to(ROOT).as_posix(), 0)
            catalog.add(said, locations=[place], context=context)
    return catalog


def known() -> Catalog:
    """Return the translations as they are kept."""
    return read_po(io.BytesIO(PO.read_bytes()), locale="en", domain="django")


def update() -> None:
    """Write the .po anew: what pages say now, with the English that is known."""
    catalog = known()
    catalog.header_comment, catalog.project, catalog.version = HEADER, "Otklik", "1"
    catalog.copyright_holder = catalog.msgid_bugs_address = catalog.last_translator = ""
    catalog.update(wanted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    stream = io.BytesIO()
    write_po(stream, catalog, width=100, omit_header=False, sort_output=True, include_lineno=False)
    kept = [
        line for line in stream.getvalue().decode().splitlines(keepends=True)
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))
    ]  # fmt: skip
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text("".join(kept))
    missing = [message.id for message in catalog if message.id and not message.string]
    print(f"{len(catalog)} texts, without English: {len(missing)}")


def compile_catalog() -> None:
    """Make the .mo, whole or not at all."""
    part = MO.with_suffix(f".{os.getpid()}")
    with part.open("wb") as stream:
        write_mo(stream, known())
    part.replace(MO)


if __name__ == "__main__":
    {"update": update, "compile": compile_catalog}[sys.argv[1]]()
