"""Which body is responsible: the most specific rule wins."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import TYPE_CHECKING, Any

from otklik.ground.kit.clock import Roll, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence


@dataclass(frozen=True)
class Rule:
    """A rule of routing; empty fields match anything. `organisation` may hold `{territory}`."""

    key: int
    topic: str
    territory: str
    owner: str
    organisation: str


@dataclass(frozen=True)
class Route:
    """Where a rule leads, and which rule it was."""

    organisation: str
    rule: int
    specificity: tuple[int, int, int]


def route(
    rules: Sequence[Rule], topic_path: Sequence[str], territory: str, owner: str
) -> Route | None:
    """Return where a message goes, or None if no rule matches.

    `topic_path` is fact, subcategory, category. A nearer topic beats a nearer territory,
    and that beats a named owner; among equals the older rule stays.
    """
    best: Route | None = None
    for rule in sorted(rules, key=lambda rule: rule.key):
        found = _match(rule, topic_path, territory, owner)
        if found and (best is None or found.specificity > best.specificity):
            best = found
    return best


def _match(rule: Rule, path: Sequence[str], territory: str, owner: str) -> Route | None:
    if rule.topic and rule.topic not in path:
        return None
    if rule.territory and rule.territory != territory:
        return None
    if rule.owner and rule.owner != owner:
        return None
    if "{territory}" in rule.organisation and not territory:
        return None
    nearness = len(path) - path.index(rule.topic) if rule.topic else 0
    return Route(
        rule.organisation.format(territory=territory),
        rule.key,
        (nearness, int(bool(rule.territory)), int(bool(rule.owner))),
    )


STAGES = ("moderation", "refusal", "coordination", "execution", "approval", "verification")
LEVELS = ("executor", "head", "curator")
REST = "rest"
LEVEL_ABOVE = {"category": "", "subcategory": "category", "fact": "subcategory"}
SEVERITIES = range(1, 6)
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def policy_problem(policy: Mapping[str, Any]) -> str:
    """Tell what is wrong with a deadline policy's columns; empty if nothing is."""
    for name in ("unit", "reopened_unit"):
        if policy[name] not in set(Unit):
            return f"{name}: нет единицы «{policy[name]}»; есть {', '.join(Unit)}"
    if policy["roll"] not in set(Roll):
        return f"roll: «{policy['roll']}»; бывает {', '.join(Roll)}"
    if not isinstance(policy["amount"], int) or policy["amount"] < 1:
        return "всего: нужно целое число больше нуля"
    problem = next(filter(None, starmap(_stage_problem, policy["stages"].items())), "")
    return problem or escalation_problem(policy["escalation"])


def fallback_problem(code: str, policies: Mapping[str, Mapping[str, Any]]) -> str:
    """Tell what is wrong with what a fast policy falls back to; empty if nothing is."""
    after, seen = policies[code]["fallback"], {code}
    if after and not policies[code]["fast_track"]:
        return "fallback: только у ускоренного порядка"
    while after:
        if after not in policies:
            return f"fallback: нет порядка «{after}»"
        if after in seen:
            return f"fallback: по кругу через «{after}»"
        seen.add(after)
        after = policies[after]["fallback"] if policies[after]["fast_track"] else ""
    return ""


def escalation_problem(steps: object) -> str:
    """Tell what is wrong with the steps of warning and escalation; empty if nothing is."""
    if not isinstance(steps, list):
        return "escalation: нужен список шагов"
    return next(filter(None, map(_step_problem, steps)), "")


def _step_problem(step: object) -> str:
    shape = "escalation: шаг — {level: …} и одно из before, after, share"
    if not isinstance(step, dict) or len(step) != 2:  # noqa: PLR2004  (who and when)
        return shape
    if step.get("level") not in LEVELS:
        return f"escalation: level «{step.get('level')}»; бывает {', '.join(LEVELS)}"
    if "share" in step:
        share = step["share"]
        known = isinstance(share, int) and 0 < share < 100  # noqa: PLR2004  (percent)
        return "" if known else "escalation: share — процент срока от 1 до 99"
    name = next((each for each in ("before", "after") if each in step), "")
    if not name:
        return shape
    return _stage_problem("approval", step[name]).replace("approval", f"escalation {name}")


def _stage_problem(stage: str, term: object) -> str:
    if stage not in STAGES:
        return f"нет этапа «{stage}»; есть {', '.join(STAGES)}"
    if term == REST:
        return "" if stage == "execution" else f"{stage}: остаток бывает только у execution"
    if not isinstance(term, dict) or not isinstance(term.get("amount"), int) or term["amount"] < 0:
        return f"{stage}: нужно {{amount: число, unit: единица}}"
    if term.get("unit") not in set(Unit):
        return f"{stage}: нет единицы «{term.get('unit')}»; есть {', '.join(Unit)}"
    return ""


def topic_problem(level: str, above: str, severity: object, season: tuple[str, str]) -> str:
    """Tell what is wrong with a topic, given its level and that of the topic above it."""
    if level not in LEVEL_ABOVE:
        return f"нет уровня «{level}»"
    if above != LEVEL_ABOVE[level]:
        return f"«{level}» не может лежать в «{above or 'ничём'}»"
    if severity not in SEVERITIES:
        return f"вес от 1 до 5, а не «{severity}»"
    if any(season) and not all(_MONTH_DAY.fullmatch(str(day)) for day in season):
        return "сезон: обе даты вида ММ-ДД, например 10-15 и 04-15"
    return ""


def pattern_problem(pattern: str, territory: str | None, known: Container[str]) -> str:
    """Tell whether a rule's pattern cannot lead anywhere: other braces, or a body unknown."""
    if set(re.findall(r"{(.*?)}", pattern)) - {"territory"} or "{territory}" not in pattern:
        return f"образец «{pattern}»: в скобках бывает только {{territory}}"
    if territory and pattern.format(territory=territory) not in known:
        return f"образец ведёт к «{pattern.format(territory=territory)}», а такой организации нет"
    return ""


LISTS = ("singlevaluelist", "multivaluelist")
DATATYPES = ("string", "number", "datetime", "text", *LISTS)
LINE, LONG = 300, 4000
"""Characters of a string's and of a text's answer."""


def question_problem(datatype: str, choices: object) -> str:
    """Tell what is wrong with a question's kind and its list; empty if nothing is."""
    if datatype not in DATATYPES:
        return f"datatype: нет вида «{datatype}»; есть {', '.join(DATATYPES)}"
    if not isinstance(choices, list):
        return "choices: нужен список"
    if bool(choices) != (datatype in LISTS):
        return "choices: ответы нужны у списков, и только у них"
    keys = [each.get("key") if isinstance(each, dict) else None for each in choices]
    good = all(isinstance(key, str) and re.fullmatch(r"[\w-]{1,40}", key) for key in keys)
    if not good or not all(isinstance(each.get("ru"), str) for each in choices):
        return 'choices: каждый ответ — {"key": "код", "ru": "слова", "en": "words"}'
    return "" if len(set(keys)) == len(keys) else "choices: ключи повторяются"


class WrongAnswerError(ValueError):
    """An answer does not fit its question; the code says how."""


def answer_to(datatype: str, keys: Sequence[str], values: Sequence[str]) -> Any:
    """Return an answer as it is kept; WrongAnswerError for one that does not fit."""
    if datatype == "multivaluelist":
        if not set(values) <= set(keys):
            raise WrongAnswerError("choice")
        return [key for key in keys if key in values]
    if len(values) > 1:
        raise WrongAnswerError("one")
    return _ANSWERS.get(datatype, _line)(values[0], keys)


def _choice(value: str, keys: Sequence[str]) -> str:
    if value not in keys:
        raise WrongAnswerError("choice")
    return value


def _number(value: str, _keys: Sequence[str]) -> float | int:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        raise WrongAnswerError("number") from None
    if not math.isfinite(number):
        raise WrongAnswerError("number")
    return int(number) if number.is_integer() else number


def _moment(value: str, _keys: Sequence[str]) -> str:
    said = value.replace(" ", "+", 1) if "T" in value else value
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise WrongAnswerError("datetime") from None
    if moment.tzinfo is None:
        raise WrongAnswerError("datetime")
    return moment.isoformat(timespec="seconds")


def _line(value: str, _keys: Sequence[str], longest: int = LINE) -> str:
    if len(value) > longest:
        raise WrongAnswerError("long")
    return value


def _words(value: str, keys: Sequence[str]) -> str:
    return _line(value, keys, LONG)


_ANSWERS: dict[str, Callable[[str, Sequence[str]], Any]] = {
    "singlevaluelist": _choice, "number": _number, "datetime": _moment, "text": _words,
}  # fmt: skip
