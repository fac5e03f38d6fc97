"""When a question is asked, as an organiser chooses it: a line of a list, and its tree.

`q1:o2` is «if o2 was chosen», `!q1:o2` «if it was not», `q2<4` and `q2>1` compare a scale or a
number, `q3` is «if it was answered».
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from otklik.participation.surveys import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otklik.participation.surveys.models import Survey
    from otklik.participation.surveys.rules import Asked

_COMPARED = re.compile(r"(q\d+)([<>])(-?\d+)")
SIGNS = {"<": "lt", ">": "gt"}


def conditions(survey: Survey) -> list[tuple[str, str]]:
    """Return every condition that an answer of a survey makes possible, in words."""
    return [line for one in queries.asked(survey) for line in _lines(one)]


def _lines(one: Asked) -> Iterable[tuple[str, str]]:
    if one.kind in {"single", "multiple"}:
        for key, label in one.labels.items():
            said = {"a": one.text, "b": label}
            yield f"{one.key}:{key}", _("если «%(a)s» — «%(b)s»") % said
            yield f"!{one.key}:{key}", _("если «%(a)s» — не «%(b)s»") % said
    elif one.kind == "scale":
        for step in range(one.low, one.high):
            said = {"a": one.text, "b": str(step)}
            yield f"{one.key}<{step + 1}", _("если «%(a)s» — не выше %(b)s") % said
            yield f"{one.key}>{step}", _("если «%(a)s» — выше %(b)s") % said
    if one.kind != "statement" and not one.required:
        yield one.key, _("если ответили на «%(a)s»") % {"a": one.text}


def tree(codes: Iterable[str], *, every: bool = True) -> dict[str, Any]:
    """Return the conditions that were chosen as one tree: all of them, or any."""
    found = [_tree(each) for each in codes if each]
    if len(found) < 2:  # noqa: PLR2004
        return found[0] if found else {}
    return {"all" if every else "any": found}


def _tree(code: str) -> dict[str, Any]:
    if code.startswith("!"):
        return {"not": _tree(code[1:])}
    if compared := _COMPARED.fullmatch(code):
        return {SIGNS[compared[2]]: [compared[1], int(compared[3])]}
    key, colon, option = code.partition(":")
    return {"eq": [key, option]} if colon else {"answered": key}


def codes(show_if: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Return the conditions of a tree as they are chosen, and whether all of them must hold."""
    for name in ("all", "any"):
        if name in show_if:
            return [_code(each) for each in show_if[name]], name == "all"
    return ([_code(show_if)] if show_if else []), True


def _code(leaf: Mapping[str, Any]) -> str:
    ((name, what),) = leaf.items()
    if name == "not":
        return f"!{_code(what)}"
    if name == "answered":
        return str(what)
    sign = next((each for each, called in SIGNS.items() if called == name), ":")
    return f"{what[0]}{sign}{what[1]}"


def in_words(survey: Survey, show_if: Mapping[str, Any]) -> str:
    """Return when a question is asked, in words."""
    known = dict(conditions(survey))
    chosen, every = codes(show_if)
    return (_(" и ") if every else _(" или ")).join(known.get(each, each) for each in chosen)
