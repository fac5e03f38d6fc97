"""The protocol of a survey: PDF, or HTML where none is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from otklik.flow.appeals.paper import HTML, PDF, Printed
from otklik.ground.kit.pdf import available, pdf
from otklik.ground.territories.queries import territories
from otklik.participation.surveys import queries

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.participation.surveys.models import Survey


def printed(found: Survey, now: datetime) -> Printed:
    """Print what was asked of whom, who answered and how; no answer in words, no name."""
    title, name = f"Протокол опроса: {found.title}", f"protocol-{found.slug}"
    places = territories()
    html = render_to_string(
        "surveys/protocol.html",
        {
            "survey": found, "phase": found.phase, "title": title, "came": queries.came(found),
            "results": queries.results(found, now), "crowd": queries.crowd(found, now),
            "places": sorted(
                places[code].title_ru for code in found.phase.audience.territories
                if code in places
            ),
        },
    )  # fmt: skip
    if available():
        return Printed(pdf(html, title=title), PDF, f"{name}.pdf")
    return Printed(html.encode(), HTML, f"{name}.html")
