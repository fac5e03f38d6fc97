"""What templates need besides Django's own filters."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.translation import get_language

from otklik.faces import show
from otklik.ground.topics import queries as topics
from otklik.participation.projects.rules import ASKED

register = template.Library()
FIRST = frozenset({"home", "queue", "wall"})
"""The pages under which a whole face lies."""


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


@register.filter
def label(code: str, kind: str) -> str:
    """Return how a code of a small list, as `statuses`, is called in the reader's language."""
    return topics.label(kind, code, _language())


@register.filter
def asked_at(outcome: Any) -> str:
    """Return the page of what was asked in a phase that ended."""
    return reverse(f"site:{ASKED[outcome.phase.kind]}", args=[outcome.slug])


@register.filter
def step_title(phase: Any) -> str:
    """Return what happens in a step of a project: its kind and its own name, linked if it asks."""
    kind = str(phase.get_kind_display()).capitalize()
    asked = getattr(phase, ASKED.get(phase.kind, "stage"), None)
    if asked is None:
        return kind
    if phase.kind not in ASKED:
        return f"{kind}: {asked}"
    link = reverse(f"site:{ASKED[phase.kind]}", args=[asked.slug])
    return format_html('{}: <a href="{}">{}</a>', kind, link, asked)


@register.simple_tag(takes_context=True)
def goes_to(context: dict[str, Any], view: str, *others: str) -> str:
    """Return a menu link's attributes: where it goes, and whether the reader is there already.

    A page is its section's as well, but the first page of a face, as of the desk, is nobody's.
    `others` are sections that the link stands for.
    """
    address, path = reverse(view), getattr(context.get("request"), "path", "")
    first = resolve(address).url_name in FIRST
    here = path == address or (path.startswith(address) and not first)
    here = here or path.startswith(tuple(reverse(each) for each in others))
    return format_html('href="{}" aria-current="page"' if here else 'href="{}"', address)
