"""Static files, answered before Django is asked: no page of ours pays for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from servestatic import ServeStatic

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

# What the builder names by its content never changes under that name.
HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")


def served(application: WSGIApplication) -> WSGIApplication:
    """Wrap an application so that every app's static files are served from memory of their paths.

    Django's own middleware for this is asynchronous and would make each request of a synchronous
    stack start a thread.
    """
    front = ServeStatic(
        application,
        autorefresh=settings.DEBUG,
        max_age=0 if settings.DEBUG else 3600,
        immutable_file_test=lambda _path, url: bool(HASHED.search(url)),
    )
    prefix = f"/{settings.STATIC_URL.strip('/')}/"
    for finder in get_finders():
        for path, storage in finder.list([]):
            front.add_file_to_dictionary(prefix + path.replace("\\", "/"), storage.path(path))
    return front  # type: ignore[no-any-return]
