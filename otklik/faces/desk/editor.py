"""The editor of answers at the desk: what it starts from, what is at hand, what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.flow.answers import queries
from otklik.flow.answers.rules import PARTS, Parts, filled_in
from otklik.flow.appeals.queries import composed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otklik.flow.cases.models import Case
    from otklik.ground.accounts.models import Official

KEPT = (*PARTS, "result", "interim", "control_at", "template")
EASY, FAIR = 40, 20


def typed(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed into the editor."""
    return {name: str(data.get(name) or "") for name in KEPT}


def with_inserted(
    case: Case, official: Official, values: dict[str, str], source: str
) -> dict[str, str]:
    """Return what was typed with a template or a solved case put in."""
    told = queries.inserted(case, official, source)
    if not told:
        return values
    chosen = {name: told.get(name) or values[name] for name in ("template",)}
    result = values["result"] or told.get("result", "")
    return {**values, **filled_in(values, told), **chosen, "result": result}


def start(case: Case, official: Official) -> tuple[dict[str, str], Any]:
    """Return what the editor opens with and when it was saved: a draft, a returned version."""
    draft = queries.draft_of(case, official)
    if draft is not None:
        return typed(draft.values), draft.saved_at
    values = typed(queries.last_parts(case))
    values["done"] = values["done"] or composed(case)
    values["who"] = values["who"] or queries.facts_of(case)["who"]
    return values, None


def context(
    case: Case, official: Official, values: dict[str, str] | None = None, saved_at: Any = None
) -> dict[str, Any]:
    """Return what the editor's template shows."""
    if values is None:
        values, saved_at = start(case, official)
    return {
        "values": values,
        "saved_at": saved_at,
        "templates": queries.templates_for(case),
        "similar": queries.similar_solved(case, official),
        **told_of(case, values),
    }


def told_of(case: Case, values: dict[str, str]) -> dict[str, Any]:
    """Return how the typed words read and what to mend in them; nothing of an empty form."""
    parts = Parts.of(values)
    if not parts.done:
        return {"judged": None, "hints": []}
    judged = queries.judge(case, "", parts)
    ease = judged.reading.ease
    mark = "good" if ease >= EASY else "wait" if ease >= FAIR else "acute"
    return {"judged": judged, "mark": mark, "hints": queries.hints(judged)}
