"""Printed forms: which template, what goes into it, where a paper that must not change is kept."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from otklik.flow.intake import files as store
from otklik.ground.kit.cms import DemoSigner
from otklik.ground.kit.pdf import available, pdf

if TYPE_CHECKING:
    from otklik.ground.kit.cms import Signer

PDF, HTML = "application/pdf", "text/html"


@dataclass(frozen=True)
class Printed:
    """A paper as bytes: PDF, or the same HTML where PDF cannot be drawn."""

    content: bytes
    mime: str
    name: str


def printed(template: str, context: dict[str, Any], *, title: str, name: str) -> Printed:
    """Print a form."""
    html = render_to_string(f"appeals/{template}.html", {**context, "title": title})
    if available():
        return Printed(pdf(html, title=title), PDF, f"{name}.pdf")
    return Printed(html.encode(), HTML, f"{name}.html")


def keep(content: bytes, suffix: str) -> tuple[str, str]:
    """Keep a paper in the private files; return its path and hash."""
    path = f"papers/{uuid.uuid4().hex}.{suffix}"
    store.write(Path(path), content)
    return path, hashlib.sha256(content).hexdigest()


def content_of(path: str) -> bytes:
    """Return the bytes of a kept paper."""
    return (Path(settings.MEDIA_ROOT) / path).read_bytes()


def signer() -> Signer | None:
    """Return what signs here: a test key in the demo, a class named by SIGNER, or nothing."""
    if settings.SIGNER == "test":
        return DemoSigner(Path(settings.DATA) / "signer")
    if settings.SIGNER:
        made: Signer = import_string(settings.SIGNER)()
        return made
    return None
