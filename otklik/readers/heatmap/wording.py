"""The map in words: bands, reasons, parts and the one sentence about a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otklik.readers.heatmap.rules import Measures, Parameters

PART_TITLES: dict[str, dict[str, str]] = {
    "anomaly": {"ru": "Больше обычного", "en": "More than usual"},
    "severity": {"ru": "Тяжесть", "en": "Severity"},
    "overdue": {"ru": "Просрочено", "en": "Overdue"},
    "dissatisfaction": {"ru": "Недовольны ответами", "en": "Unhappy with the answers"},
    "reach": {"ru": "Присоединились", "en": "Joined"},
}


def explain(m: Measures, p: Parameters) -> dict[str, dict[str, str]]:
    """Say each part in words, for one place."""
    x, usual = int(m.observed), figure(float(m.expected))
    low_ru = f"{int(m.low)} из {int(m.rated)} оценок и споров против нас"
    return {
        "anomaly": {
            "ru": f"{x} вместо обычных {comma(usual)}",
            "en": f"{x} instead of the usual {usual}",
        },
        "severity": {
            "ru": f"средний вес тем {comma(figure(float(m.severity)))} из {p.severity_max:.0f}",
            "en": f"mean weight is {figure(float(m.severity))} of {p.severity_max:.0f}",
        },
        "overdue": {
            "ru": f"просрочено {int(m.overdue)} из {int(m.open)} открытых",
            "en": f"{int(m.overdue)} of {int(m.open)} open are overdue",
        },
        "dissatisfaction": {
            "ru": low_ru if m.rated > 0 else "оценок ещё нет",
            "en": f"{int(m.low)} of {int(m.rated)} ratings and disputes are against us"
            if m.rated > 0
            else "no ratings yet",
        },
        "reach": {
            "ru": f"присоединилось: {int(m.joined)}",
            "en": f"joined: {int(m.joined)}",
        },
    }


def figure(value: float) -> str:
    """Write a number without needless digits: 2, 0.4, 13."""
    if value >= 10 or value == round(value):  # noqa: PLR2004  (two digits are enough)
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0")


def comma(written: str) -> str:
    """Write a number's point as Russians do."""
    return written.replace(".", ",")


def sentence(m: Measures, *, days: float, topic: Mapping[str, str] | None) -> dict[str, str]:
    """Say the place in one sentence, in Russian and in English."""
    x, usual = int(m.observed), figure(float(m.expected))
    word = plural(x, "сообщение", "сообщения", "сообщений")
    ru = [f"{x} {word} за {span_ru(days)} вместо обычных {comma(usual)}"]
    en = [f"{x} message{'' if x == 1 else 's'} in {span_en(days)} instead of the usual {usual}"]
    if m.overdue > 0:
        ru.append(f"просрочено {int(m.overdue)} из {int(m.open)} открытых")
        en.append(f"{int(m.overdue)} of {int(m.open)} open are overdue")
    if topic:
        ru.append(f"чаще всего «{topic['ru']}»")
        en.append(f"most often “{topic['en']}”")
    return {"ru": ", ".join(ru) + ".", "en": ", ".join(en) + "."}


def plural(count: int, one: str, few: str, many: str) -> str:
    """Choose the Russian form that goes with a number."""
    tens, units = count % 100 // 10, count % 10
    if tens == 1 or units == 0 or units >= 5:  # noqa: PLR2004  (grammar)
        return many
    return one if units == 1 else few


def span_ru(days: float) -> str:
    """Say a length of time in Russian: «7 дней», «6 часов»."""
    if days < 1:
        hours = max(1, round(days * 24))
        return f"{hours} {plural(hours, 'час', 'часа', 'часов')}"
    whole = round(days)
    return f"{whole} {plural(whole, 'день', 'дня', 'дней')}"


def span_en(days: float) -> str:
    """Say a length of time in English."""
    if days < 1:
        hours = max(1, round(days * 24))
        return f"{hours} hour{'' if hours == 1 else 's'}"
    whole = round(days)
    return f"{whole} day{'' if whole == 1 else 's'}"
