"""A survey's questions on any page: what a form says, what it shows, how an answer reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from otklik.faces import show
from otklik.faces.templatetags.otklik import label, named
from otklik.flow.intake.files import ACCEPT
from otklik.ground.territories.queries import territories
from otklik.participation.surveys import queries, rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict

    from otklik.ground.accounts.rules import Refused
    from otklik.participation.surveys.models import Survey, SurveyQuestion, SurveyQuota


def given(one: rules.Asked, data: QueryDict, files: MultiValueDict[str, Any] | None = None) -> Any:
    """Read what a form says of one question."""
    if one.kind == "file":
        return {"files": files.getlist(one.key) if files else [],
                "drop": data.get(f"{one.key}_drop", "")}  # fmt: skip
    if one.kind == "multiple":
        return data.getlist(one.key)
    if one.kind == "ranking":
        return {key: data.get(f"{one.key}_{key}", "") for key in one.labels}
    if one.kind == "matrix":
        return {row: data.get(f"{one.key}_{row}", "") for row in one.lines}
    return data.get(one.key, "")


def fields(
    survey: Survey, page: int, answers: Mapping[str, Any], typed: Mapping[str, Any],
    refused: Mapping[str, Refused],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a page's questions with what was said or typed, and what is wrong beside each."""
    asked = {one.key for one in rules.shown(queries.asked(survey), answers)}
    return [
        _field(row, typed.get(row.key, answers.get(row.key)), refused.get(row.key))
        for row in survey.questions.all() if row.page == page and row.key in asked
    ]  # fmt: skip


def all_fields(
    survey: Survey, typed: Mapping[str, Any], refused: Mapping[str, Refused]
) -> list[dict[str, Any]]:
    """Return every question, as an official sees a whole sheet of paper."""
    return [
        _field(row, typed.get(row.key), refused.get(row.key))
        for row in survey.questions.all() if row.kind != "file"
    ]  # fmt: skip


def _field(row: SurveyQuestion, value: Any, refusal: Refused | None) -> dict[str, Any]:
    one = row.asked
    return {
        "row": row, "one": one, "value": _shown(one, value), "accept": ACCEPT,
        "error": show.said(refusal) if refusal else "",
        "steps": range(one.low, one.high + 1), "places": range(1, len(one.options) + 1),
        "options": _options(one, value), "lines": _lines(one, value),
    }  # fmt: skip


def _shown(one: rules.Asked, value: Any) -> Any:
    if value is None:
        return ""
    if one.kind in {"point", "file"} and isinstance(value, dict):
        return words(one, value)
    return value


def _options(one: rules.Asked, value: Any) -> list[dict[str, Any]]:
    if one.kind == "ranking":
        held = {key: str(place) for place, key in enumerate(value, 1)} if isinstance(
            value, list
        ) else (value or {})  # fmt: skip
        return [{"key": key, "label": label, "place": held.get(key, "")}
                for key, label in one.labels.items()]  # fmt: skip
    marked = value if isinstance(value, list) else [value]
    return [{"key": key, "label": label, "marked": key in marked}
            for key, label in one.labels.items()]  # fmt: skip


def _lines(one: rules.Asked, value: Any) -> list[dict[str, Any]]:
    held = value if isinstance(value, dict) else {}
    return [{"key": key, "label": label, "marked": held.get(key, "")}
            for key, label in one.lines.items()]  # fmt: skip


def reading(survey: Survey, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return questions with their answers in words."""
    return [
        {"one": one, "said": words(one, answers.get(one.key))}
        for one in rules.shown(queries.asked(survey), answers) if one.kind != "statement"
    ]  # fmt: skip


def words(one: rules.Asked, value: Any) -> str:
    """Return an answer as one reads it."""
    if value is None:
        return ""
    if one.kind in {"multiple", "ranking"}:
        return ", ".join(one.labels[key] for key in value)
    if one.kind == "matrix":
        return "; ".join(f"{one.lines[row]} — {one.labels[key]}" for row, key in value.items())
    if one.kind == "point":
        return str(value["text"] or f"{value['lat']:.5f}, {value['lon']:.5f}")
    if one.kind == "file":
        return str(value.get("name", ""))
    return one.labels[value] if one.kind == "single" else str(value)


def group_title(quota: SurveyQuota) -> str:
    """Return of whom a quota is, in words."""
    places = territories()
    parts = [
        named(places[quota.territory]) if quota.territory in places else "",
        label(quota.band, "age_bands") if quota.band else "",
        {"f": _("женщины"), "m": _("мужчины")}.get(quota.sex, ""),
    ]
    return ", ".join(filter(None, parts))
