"""Static files under a running server: what a new build replaces is served whole at once."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any, cast
from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.staticfiles import finders

from config.static import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    forget = cast("Any", finders.get_finder).cache_clear
    settings.STATICFILES_DIRS = [tmp_path]
    forget()
    yield tmp_path
    forget()


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))


def asked(application: Any, name: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    environ: dict[str, Any] = {"PATH_INFO": f"/static/{name}", **headers}
    setup_testing_defaults(environ)
    told: list[Any] = []
    answer = application(environ, lambda status, head: told.extend([status, dict(head)]))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return int(told[0].split()[0]), told[1], body


def absent(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [])
    return []


def test_a_new_build_is_served_whole_by_a_running_server(folder: Path) -> None:
    put(folder, "site.js", "old " * 400)
    application = served(absent)
    assert asked(application, "site.js")[2] == b"old " * 400
    put(folder, "site.js", "a longer one " * 900)
    put(folder, "chunk-AAAABBBB.js", "new " * 400)
    for taken in ("", "gzip"):
        status, head, body = asked(application, "site.js", HTTP_ACCEPT_ENCODING=taken)
        assert (status, head["Content-Length"]) == (200, str(len(body)))
        read = gzip.decompress(body) if head.get("Content-Encoding") else body
        assert read == b"a longer one " * 900
    assert head["Content-Encoding"] == "gzip"
    status, head, body = asked(application, "chunk-AAAABBBB.js")
    assert (status, body) == (200, b"new " * 400)
    assert "immutable" in head["Cache-Control"]
    (folder / "site.js").unlink()
    assert asked(application, "site.js")[0] == 404


@pytest.mark.parametrize("name", ["../settings.py", "a\0b", "x" * 5000, "", "sub", "none.js"])
def test_what_is_no_file_is_not_found(folder: Path, name: str) -> None:
    (folder / "sub").mkdir()
    assert asked(served(absent), name)[0] == 404
