"""Static files, answered before Django is asked: no page of ours pays for them."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.staticfiles.finders import find, get_finders
from django.core.exceptions import SuspiciousFileOperation
from servestatic import ServeStatic
from servestatic.responders import MissingFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# What the builder names by its content never changes under that name.
HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")
FORMS = ("", ".gz", ".br")
"""A file as it is, and the compressed copies that the builder puts beside."""


class Fresh(ServeStatic):  # type: ignore[misc]
    """Files from memory of their paths and sizes, looked at again at each request.

    `make front` replaces files under a running server; what it remembered of them (the length!)
    would then be wrong, and new names unknown.
    """

    prefix = f"/{settings.STATIC_URL.strip('/')}/"

    def __init__(self, application: WSGIApplication, **options: object) -> None:
        self.known: dict[str, tuple[str, tuple[object, ...]]] = {}
        super().__init__(application, **options)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a file if there is one of this name now."""
        url = environ.get("PATH_INFO", "")
        if url.startswith(self.prefix):
            self.look_again(url)
        answer: Iterable[bytes] = super().__call__(environ, start_response)
        return answer

    def remember(self, url: str, path: str) -> None:
        """Take a file up, with its compressed copies as they are now."""
        state = _state(path)
        try:
            self.add_file_to_dictionary(url, path)
        except (FileNotFoundError, MissingFileError):  # a build is just replacing it
            self.forget(url)
        else:
            self.known[url] = (path, state)

    def forget(self, url: str) -> None:
        """Let a file go that is no more."""
        self.known.pop(url, None)
        self.files.pop(url, None)

    def look_again(self, url: str) -> None:
        """Make what is remembered of a file true."""
        path, state = self.known.get(url) or (_found(url.removeprefix(self.prefix)), ())
        if not path:
            return
        now = _state(path)
        if now[0] is None:
            self.forget(url)
        elif now != state:
            self.remember(url, path)


def _found(name: str) -> str:
    try:
        path = find(name)
    except (SuspiciousFileOperation, ValueError, OSError):  # "../", a zero byte, too long
        return ""
    return str(path) if path and os.path.isfile(path) else ""  # noqa: PTH113


def _state(path: str) -> tuple[object, ...]:
    found: list[object] = []
    for form in FORMS:
        try:
            about = os.stat(path + form)  # noqa: PTH116  (thrice a request: no Path is made)
        except OSError:
            found.append(None)
        else:
            found.append((about.st_size, about.st_mtime_ns, about.st_ino))
    return tuple(found)


def served(application: WSGIApplication) -> WSGIApplication:
    """Wrap an application so that every app's static files are served before it.

    Django's own middleware for this is asynchronous and would make each request of a synchronous
    stack start a thread.
    """
    front = Fresh(
        application,
        max_age=0 if settings.DEBUG else 3600,
        immutable_file_test=lambda _path, url: bool(HASHED.search(url)),
    )
    for finder in get_finders():
        for path, storage in finder.list([]):
            front.remember(Fresh.prefix + path.replace("\\", "/"), storage.path(path))
    return front
