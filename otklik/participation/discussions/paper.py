"""The papers of a hearing: protocol and conclusion as PDF, or as HTML where none is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from otklik.flow.appeals.paper import HTML, PDF, Printed
from otklik.ground.kit.pdf import available, pdf
from otklik.participation.discussions import queries

if TYPE_CHECKING:
    from otklik.participation.discussions.models import Discussion

TITLES = {"protocol": "Протокол", "conclusion": "Заключение"}


def printed(form: str, found: Discussion) -> Printed:
    """Print the protocol or the conclusion of a hearing."""
    title, name = f"{TITLES[form]}: {found.title}", f"{form}-{found.slug}"
    html = render_to_string(f"discussions/{form}.html", {**queries.file_of(found), "title": title})
    if available():
        return Printed(pdf(html, title=title), PDF, f"{name}.pdf")
    return Printed(html.encode(), HTML, f"{name}.html")
