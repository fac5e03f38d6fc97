"""What does a widget cost the site that carries it, in bytes on the wire?

    python bench/widgets.py

One line of JSON a kind: the script that the site's page loads once, and all that is loaded before
the widget is painted in its frame (page, style, modules, fonts named for preloading), compressed as
a browser asks for it. It makes its own PostgreSQL in a temporary directory and
leaves nothing behind.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tempfile
from pathlib import Path

from notices import prepare

LINKED = re.compile(r'<(?:link|script)[^>]*?(?:href|src)="(/static/[^"]+)"')
IMPORTED = re.compile(rb'(?:from|import)\s*"(\./[^"]+\.js)"')


def main() -> None:
    """Make one widget of each kind, open each, weigh what comes."""
    folder = Path(tempfile.mkdtemp(prefix="bench-widgets-"))
    try:
        prepare(folder)
        measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure() -> None:
    """Print the figures."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from otklik.flow.channels.widgets.models import Widget  # noqa: PLC0415
    from otklik.ground.organisations.queries import organisations  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    application, browser = get_wsgi_application(), Client()
    script = len(asked(application, "/w.js"))
    body = organisations()["adm-vologda-city"]
    for kind in Widget.Kind.values:
        made = Widget.objects.create(
            region_id=body.region_id, token=f"bench-{kind}", organisation=body, title=kind,
            kind=kind, made_at=timezone.now(),
        )  # fmt: skip
        page = browser.get(f"/w/{made.token}/").content.decode()
        frame = len(asked(application, f"/w/{made.token}/"))
        rest = sum(len(asked(application, each)) for each in linked(application, page))
        said = {"measure": "widget", "kind": kind, "script_bytes": script, "page_bytes": frame,
                "first_paint_bytes": frame + rest}  # fmt: skip
        print(json.dumps(said))


def linked(application: object, page: str) -> set[str]:
    """Return the addresses that a page loads at once, with what its modules import at once."""
    found, left = set(), set(LINKED.findall(page))
    while left:
        one = left.pop()
        found.add(one)
        if one.endswith(".js"):
            folder = one.rpartition("/")[0]
            whole = asked(application, one, encoding="identity")
            left |= {f"{folder}/{each.decode()[2:]}" for each in IMPORTED.findall(whole)} - found
    return found


def asked(application: object, path: str, encoding: str = "gzip") -> bytes:
    """Return an answer's body as it travels; static files are given before the application."""
    if path.startswith("/static/"):
        from django.contrib.staticfiles import finders  # noqa: PLC0415

        body = Path(str(finders.find(path.removeprefix("/static/")))).read_bytes()
        small = encoding != "identity" and not path.endswith((".woff2", ".png"))
        return gzip.compress(body) if small else body
    from wsgiref.util import setup_testing_defaults  # noqa: PLC0415

    environ = {"PATH_INFO": path, "HTTP_ACCEPT_ENCODING": encoding, "HTTP_HOST": "testserver"}
    setup_testing_defaults(environ)
    return b"".join(application(environ, lambda *_: None))  # type: ignore[operator]


if __name__ == "__main__":
    main()
