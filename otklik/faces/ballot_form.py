"""The ballot as a form: read by the site from a citizen and by the desk from a sheet of paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from otklik.participation.ballots.models import Vote


def chosen_in(found: Vote, given: Any) -> list[str] | dict[str, int]:
    """Read a form: marks, scores or places. What is missing is refused by the rules."""
    keys = [each.key for each in found.options.all()]
    if found.method == "score":
        scores = {key: given.get(f"score_{key}", "") for key in keys}
        return {key: int(value) for key, value in scores.items() if value.isdecimal()}
    if found.method != "ranked":
        return list(given.getlist("choice"))
    places = {key: given.get(f"rank_{key}", "") for key in keys}
    ranked = sorted((int(value), key) for key, value in places.items() if value.isdecimal())
    if len({place for place, _key in ranked}) < len(ranked):
        raise Refused("same_place", "Два варианта стоят на одном месте",
                      "Two options have the same place")  # fmt: skip
    return [key for _place, key in ranked]


def rows_of(found: Vote, choices: Any) -> list[dict[str, Any]]:
    """Return the options with what is marked, for the form and for the receipt."""
    marks: Any = choices if isinstance(choices, list | dict) else []
    ranked = found.method == "ranked" and isinstance(marks, list)
    return [
        {
            "option": each, "marked": each.key in marks,
            "score": marks.get(each.key) if isinstance(marks, dict) else None,
            "place": marks.index(each.key) + 1 if ranked and each.key in marks else None,
        }
        for each in found.options.all()
    ]  # fmt: skip


def in_words(found: Vote, choices: Any) -> str:
    """Say what stands on a ballot; "" for a spoiled one."""
    rows = [each for each in rows_of(found, choices) if each["marked"]]
    if found.method == "ranked":
        rows.sort(key=lambda each: each["place"])
        return ", ".join(f"{each['place']}. {each['option'].label}" for each in rows)
    scored = found.method == "score"
    return ", ".join(
        f"{each['option'].label}: {each['score']}" if scored else each["option"].label
        for each in rows
    )


def ballot_context(found: Vote, choices: Any) -> dict[str, Any]:
    """Return what the ballot's form is drawn from."""
    return {
        "vote": found, "rows": rows_of(found, choices),
        "places_to_rank": range(1, found.max_choices + 1), "scores": range(found.max_score + 1),
    }  # fmt: skip
