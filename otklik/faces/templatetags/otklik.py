"""What templates need besides Django's own filters."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from otklik.faces import show

register = template.Library()


def _language() -> str:
    return "en" if get_language() == "en" else "ru"


@register.filter
def titled(thing: Any) -> str:
    """Return a directory row's title, or one of the pair {ru, en}, in the reader's language."""
    if isinstance(thing, dict):
        return str(thing.get(_language()) or thing.get("ru", ""))
    return show.title(thing, _language())


@register.filter
def named(thing: Any) -> str:
    """Return a place's or a body's short name in the reader's language."""
    return show.name(thing, _language())
