"""`otklik docs`: the generated pages of docs/reference, written anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from otklik.faces import matrix

if TYPE_CHECKING:
    from collections.abc import Callable


def _access() -> str:
    return matrix.page(yaml.safe_load((settings.REGION_DATA / "roles.yaml").read_text()))


PAGES: dict[str, Callable[[], str]] = {"docs/reference/access.md": _access}


class Command(BaseCommand):
    """Writes every page that is made from code and data."""

    help = "Страницы docs/reference, создаваемые из кода и данных."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        """Write them."""
        for name, write in PAGES.items():
            (Path(settings.ROOT) / name).write_text(write())
            self.stdout.write(name)
