"""Measures in words: the page of docs that their definitions write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.readers.statistics.rules import BY_CODE, GROUPS

if TYPE_CHECKING:
    from otklik.readers.statistics.rules import Measure, Test

UNITS = {
    "cases": "обращения", "share": "доля, %", "days": "сутки", "stars": "звёзды, 1–5",
    "times": "раз на обращение",
}  # fmt: skip
BODIES = {
    "organisation": "у кого дело сейчас", "answered_by": "кто ответил",
    "returned_by": "кто вернул",
}  # fmt: skip
HEAD = """# Показатели

Страница создана командой `otklik docs` из определений `otklik/readers/statistics/rules.py`.
Число и список за ним считает одно и то же условие, поэтому они равны.

Обращение попадает в период по своему моменту; показатели без момента говорят о том, что есть
сейчас. Срок, который ещё не наступил, не считается ни хорошим, ни плохим. Медиана и процентиль
считаются в базе (`percentile_cont`). Обращения закрытого контура входят только в счёт его
участников. Место в рейтинге получает тот, у кого за числом не меньше десяти обращений.

Момент и условия названы столбцами таблицы `StatRow`: одна строка на обращение, собранная из
журнала; `otklik journal rebuild statistics` соберёт её заново такой же.
"""


def page() -> str:
    """Write the page: every measure with its definition."""
    lines = [HEAD]
    for title, _, codes in GROUPS:
        lines += [f"## {title}", ""]
        for code in codes:
            lines += [*_measure(BY_CODE[code]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _measure(measure: Measure) -> list[str]:
    lines = [
        f"### {measure.ru} (`{measure.code}`)",
        "",
        f"{measure.words}.",
        "",
        f"- Единица: {UNITS[measure.unit]}. Чей показатель: {BODIES[measure.body]}.",
        f"- Момент: {f'`{measure.moment}`' if measure.moment else 'сейчас'}.",
    ]
    if measure.whole:
        lines.append(f"- Что считается: {_tests(measure.whole)}.")
    if measure.part:
        lines.append(f"- Из них в числе: {_tests(measure.part)}.")
    if measure.value:
        lines.append(f"- От чего: {' − '.join(f'`{name}`' for name in measure.value)}.")
    return lines


def _tests(tests: tuple[Test, ...]) -> str:
    return "; ".join(_said(test) for test in tests)


def _said(test: Test) -> str:
    days = test.span.total_seconds() / 86_400
    moved = f" {'+' if days > 0 else '−'} {abs(days):g} сут" if days else ""
    if test.relation == "set":
        return f"`{test.column}` есть"
    if test.relation == "in":
        return f"`{test.column}` — {', '.join(f'`{each}`' for each in test.value)}"
    if test.relation == "before_now":
        return f"`{test.column}` раньше, чем сейчас{moved}"
    if test.relation in {"lte", "gte"}:
        sign = "≤" if test.relation == "lte" else "≥"
        return f"`{test.column}` {sign} `{test.other}`{moved}"
    return f"`{test.column}` {'>' if test.relation == 'gt' else '='} {int(test.value)}"
