"""What templates need besides Django's own filters."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
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


@register.simple_tag(takes_context=True)
def goes_to(context: dict[str, Any], view: str) -> str:
    """Return a menu link's attributes: where it goes, and whether the reader is there already.

    A section holds the pages beneath it; a face's first page, one step deep, only itself.
    """
    address, path = reverse(view), context["request"].path
    section = address.count("/") > 2  # noqa: PLR2004  (/desk/ is a face, /desk/problems/ a section)
    here = path.startswith(address) if section else path == address
    return format_html('href="{}" aria-current="page"' if here else 'href="{}"', address)
