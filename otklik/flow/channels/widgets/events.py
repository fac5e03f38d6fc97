"""What is told of widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class WidgetFact(Fact):
    """A widget by its id."""

    abstract: ClassVar[bool] = True
    public: ClassVar[bool] = False

    widget: int


@dataclass(frozen=True, kw_only=True)
class WidgetKept(WidgetFact):
    """A widget was made or changed; its history holds what."""

    kind: ClassVar[str] = "widget.kept"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Виджет сохранён",
        "en": "A widget was kept",
    }


@dataclass(frozen=True, kw_only=True)
class WidgetPlaced(WidgetFact):
    """The pages a widget stands on were written down."""

    kind: ClassVar[str] = "widget.placed"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Записаны страницы виджета: {pages}",
        "en": "The widget's pages were written down: {pages}",
    }

    pages: int


@dataclass(frozen=True, kw_only=True)
class WidgetChecked(WidgetFact):
    """A page with a widget was looked at."""

    kind: ClassVar[str] = "widget.checked"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Страница с виджетом проверена, замечаний: {faults}",
        "en": "A page with the widget was looked at, faults: {faults}",
    }

    page: int
    faults: int


@dataclass(frozen=True, kw_only=True)
class WidgetUsed(WidgetFact):
    """A message came through a widget."""

    kind: ClassVar[str] = "widget.used"
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Сообщение пришло через виджет",
        "en": "The message came through a widget",
    }

    report: int
