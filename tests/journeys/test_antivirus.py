"""A scanner that finds, one that is silent, and none."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.flow.answers.tests.photos import jpeg, scene
from otklik.flow.intake.files import examine_all
from otklik.flow.intake.rules import Limits
from otklik.ground.kit import antivirus

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.enable_socket
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
BAD = b"a pattern that this scanner knows"


class Clamd:
    """Speaks clamd's INSTREAM and PING on a port of its own."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self) -> None:
        with suppress(OSError):  # it was stopped before
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def serve(self) -> None:
        while True:
            try:
                asked, _ = self.server.accept()
            except OSError:
                return
            with asked, asked.makefile("rb") as stream:
                verb = stream.read(6)
                if verb == b"zPING\0":
                    asked.sendall(b"PONG\0")
                    continue
                assert verb + stream.read(4) == b"zINSTREAM\0"
                body = b""
                while size := struct.unpack("!I", stream.read(4))[0]:
                    body += stream.read(size)
                found = b"stream: Known.Pattern FOUND\0" if BAD in body else b"stream: OK\0"
                asked.sendall(found)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    made = Clamd()
    settings.CLAMD = made.address
    yield made
    made.stop()


def taken(*contents: bytes) -> tuple[int, list[str]]:
    files = [SimpleUploadedFile(f"{n}.bin", each) for n, each in enumerate(contents)]
    kept, problems = examine_all(files, Limits())
    return len(kept), [each.code for each in problems]


def test_what_the_scanner_knows_is_refused_and_the_rest_is_taken(clamd: Clamd) -> None:
    photo = jpeg(scene(1))
    assert taken(PDF, photo, PDF + BAD, photo + BAD) == (2, ["virus", "virus"])
    assert antivirus.answers() is True


def test_without_its_answer_pictures_are_taken_and_papers_are_not(
    clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    clamd.stop()
    assert taken(PDF, jpeg(scene(1))) == (1, ["unscanned"])
    monkeypatch.setattr(antivirus, "_asked", None)
    assert taken(PDF) == (0, ["unscanned"]), "it is not asked again at once"
    monkeypatch.undo()
    assert antivirus.answers() is False


def test_without_a_scanner_nothing_is_asked(settings: Any) -> None:
    settings.CLAMD = ""
    assert taken(PDF) == (1, [])
    assert antivirus.answers() is None
