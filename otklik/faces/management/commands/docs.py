"""`otklik docs`: the generated pages of docs/reference, written anew."""

from __future__ import annotations

from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from otklik.faces import matrix
from otklik.journal.facts import COMMON, register
from otklik.readers.statistics.wording import page as measures

if TYPE_CHECKING:
    from collections.abc import Callable

    from otklik.journal.facts import Fact


def _access() -> str:
    return matrix.page(yaml.safe_load((settings.REGION_DATA / "roles.yaml").read_text()))


def _facts() -> str:
    """Return the journal's public language, app by app."""
    lines = [
        "# Facts of the journal",
        "",
        "Made by `otklik docs` from the register. Every fact carries `subject`, `actor`, `region`"
        " and `at`; fields may be added, never changed or removed. *Public* ones may go to all.",
    ]
    for app, facts in groupby(_by_app(), key=lambda fact: fact.__module__.split(".")[-2]):
        lines += ["", f"## {app}", "", "| kind | public | fields | means | says |",
                  "| --- | --- | --- | --- | --- |"]  # fmt: skip
        for fact in facts:
            own = [f"`{each.name}`" for each in fields(fact) if each.name not in COMMON]
            means = " ".join((fact.__doc__ or "").split())
            cells = (f"`{fact.kind}`", "yes" if fact.public else "no", ", ".join(own), means,
                     fact.sentences["ru"])  # fmt: skip
            lines.append("| " + " | ".join(each.replace("|", "/") for each in cells) + " |")
    return "\n".join(lines) + "\n"


def _by_app() -> list[type[Fact]]:
    ours = (fact for fact in register.values() if fact.__module__.startswith("otklik."))
    return sorted(ours, key=lambda fact: (fact.__module__, fact.kind))


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/access.md": _access,
    "docs/reference/facts.md": _facts,
    "docs/reference/measures.md": measures,
}


class Command(BaseCommand):
    """Writes every page that is made from code and data."""

    help = "Страницы docs/reference, создаваемые из кода и данных."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        """Write them."""
        for name, write in PAGES.items():
            (Path(settings.ROOT) / name).write_text(write())
            self.stdout.write(name)
