"""The protocol of a finished vote: PDF, or HTML where none is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from otklik.flow.appeals.paper import HTML, PDF, Printed
from otklik.ground.kit.pdf import available, pdf
from otklik.ground.territories.queries import territories
from otklik.participation.ballots import queries
from otklik.participation.projects.queries import groups_in_words

if TYPE_CHECKING:
    from otklik.participation.ballots.models import Vote


def printed(vote: Vote) -> Printed:
    """Print what was asked, how it was counted, what came out and how to check it."""
    title, name = f"Протокол голосования: {vote.question}", f"protocol-{vote.slug}"
    places = territories()
    said = vote.phase.audience.territories
    context = {
        "title": title, "vote": vote, "phase": vote.phase, "result": vote.result,
        "lines": queries.lines(vote), "rulings": queries.rulings(vote),
        "held": queries.set_aside(vote), "bursts": queries.pace_of(vote).bursts,
        "places": sorted(places[code].short_ru for code in said if code in places),
        "turnout": [
            (places[code].short_ru if code in places else "остальные территории вместе", count)
            for code, count in vote.result["turnout"].items()
        ],
        "people": [
            (title, groups_in_words(kind, vote.people[kind], "ru"))
            for kind, title in (("age", "Явка по возрасту"), ("sex", "Явка по полу"))
            if vote.people.get(kind)
        ],
        "publication": queries.publication(vote),
    }  # fmt: skip
    html = render_to_string("ballots/protocol.html", context)
    if available():
        return Printed(pdf(html, title=title), PDF, f"{name}.pdf")
    return Printed(html.encode(), HTML, f"{name}.html")
