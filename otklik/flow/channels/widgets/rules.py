"""What stands in a page and what is wrong with it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import tinyhtml5

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FAULTS = {
    "unreachable": ("страница не открылась", "the page did not open"),
    "moved": (
        "страница переехала: запишите её новый адрес",
        "the page has moved",
    ),
    "missing": ("на странице нет кода виджета", "the widget's code is not on the page"),
    "other": ("на странице код другого виджета", "the page carries another widget's code"),
    "closed": ("этого сайта нет в списке разрешённых", "the site is not in the widget's list"),
    "policy_script": (
        "правила страницы (CSP) не пускают наш скрипт: добавьте адрес в script-src",
        "the page's CSP does not let our script in: add the address to script-src",
    ),
    "policy_frame": (
        "правила страницы (CSP) не пускают нашу рамку: добавьте адрес в frame-src",
        "the page's CSP does not let our frame in: add the address to frame-src",
    ),
    "insecure": ("код зовёт нас по http: поставьте https", "the code calls us by http: use https"),
}
"""What may be wrong with a widget on a page, in words for the one who mends it."""

SCRIPTS, FRAMES = ("script-src-elem", "script-src"), ("frame-src", "child-src")
_ORIGIN = re.compile(r"https?://[a-z0-9.\-а-яё]+(?::\d{1,5})?", re.IGNORECASE)


class Refused(Exception):  # noqa: N818  (the word of all verbs)
    """What an administrator typed cannot be kept: field → words."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


def origin_of(text: str) -> str | None:
    """Return the origin `https://host[:port]` of an address, in ASCII; None for what is none."""
    found = _ORIGIN.match(text.strip())
    if found is None:
        return None
    parts = urlsplit(found[0].lower())
    try:
        host = (parts.hostname or "").encode("idna").decode()
    except UnicodeError:
        return None
    if not host or host.startswith((".", "-")):
        return None
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def ancestors(origins: Iterable[str]) -> list[str]:
    """Return who may frame a widget, for `frame-ancestors`: its sites, or anybody if none said."""
    return ["'self'", *origins] if (origins := tuple(origins)) else ["*"]


@dataclass(frozen=True)
class Seen:
    """A page as it came: its address, its body, its Content-Security-Policy headers."""

    url: str
    html: str
    policies: tuple[str, ...] = ()


def faults_of(seen: Seen, *, token: str, ours: str, origins: tuple[str, ...]) -> list[str]:
    """Return what is wrong with a widget on a page; nothing for one that stands right.

    `ours` is Otklik's own origin. Only what stands in the page's own source is looked at: a page
    that puts the code in by a script of its own is told as missing it.
    """
    tree = tinyhtml5.parse(seen.html, namespace_html_elements=False)
    scripts = [each for each in tree.iter("script") if _ours(each.get("src", ""), ours)]
    wanted = [each for each in scripts if each.get("data-widget") == token]
    if not wanted:
        return ["other" if scripts else "missing"]
    policies = [*seen.policies, *_in_page(tree)]
    wrong = []
    if ours.startswith("https:") and wanted[0].get("src", "").startswith("http:"):
        wrong.append("insecure")
    if origins and origin_of(seen.url) not in origins:
        wrong.append("closed")
    nonce = any(each.get("nonce") for each in wanted)
    if not all(_lets(each, SCRIPTS, ours, nonce=nonce) for each in policies):
        wrong.append("policy_script")
    if not all(_lets(each, FRAMES, ours) for each in policies):
        wrong.append("policy_frame")
    return wrong


def _ours(source: str, ours: str) -> bool:
    parts = urlsplit(source)
    return parts.netloc == urlsplit(ours).netloc and parts.path == "/w.js"


def _in_page(tree: object) -> list[str]:
    return [
        each.get("content", "")
        for each in tree.iter("meta")  # type: ignore[attr-defined]
        if each.get("http-equiv", "").lower() == "content-security-policy"
    ]


def _lets(policy: str, names: tuple[str, ...], ours: str, *, nonce: bool = False) -> bool:
    """Tell whether a policy lets an address of ours in (W3C CSP3, sources of a directive)."""
    told: dict[str, list[str]] = {}
    for line in policy.lower().split(";"):
        name, *sources = line.split() or [""]
        told.setdefault(name, sources)
    for name in (*names, "default-src"):
        if name in told:
            return any(_source_lets(each, ours, nonce=nonce) for each in told[name])
    return True


def _source_lets(source: str, ours: str, *, nonce: bool) -> bool:
    parts = urlsplit(ours)
    if source.startswith("'nonce-"):
        return nonce
    if source in {"*", f"{parts.scheme}:", ours, parts.netloc}:
        return True
    host = urlsplit(source if "//" in source else f"//{source}").netloc
    return host.startswith("*.") and parts.netloc.endswith(host[1:])
