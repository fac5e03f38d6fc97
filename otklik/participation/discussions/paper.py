"""The papers of a hearing: protocol and conclusion as PDF, or as HTML where none is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from otklik.flow.appeals.paper import HTML, PDF, Printed
from otklik.ground.kit.pdf import available, pdf
from otklik.participation.discussions import queries

if TYPE_CHECKING:
    from otklik.participation.discussions.models import Discussion

TITLES = {"protocol": "Протокол", "conclusion": "Заключение"}
"""What is published, and signed."""
REGISTER = "Перечень участников слушаний"


def printed(form: str, found: Discussion, **more: Any) -> Printed:
    """Print the protocol or the conclusion of a hearing, or its register with `people`."""
    title, name = f"{TITLES.get(form, REGISTER)}: {found.title}", f"{form}-{found.slug}"
    html = render_to_string(
        f"discussions/{form}.html", {**queries.file_of(found), **more, "title": title}
    )
    if available():
        return Printed(pdf(html, title=title), PDF, f"{name}.pdf")
    return Printed(html.encode(), HTML, f"{name}.html")
