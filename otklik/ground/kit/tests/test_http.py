"""Nothing inner is called unless the settings say so, by whatever name."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from otklik.ground.kit import http

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            moved = self.path == "/moved"
            self.send_response(302 if moved else 200)
            if moved:
                self.send_header("Location", "http://10.0.0.1/")
            self.end_headers()
            self.wfile.write(self.headers["Host"].encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    found = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.mark.enable_socket  # a number is looked up like a name
@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://10.1.2.3/", "http://169.254.169.254/", "http://[::1]/",
     "http://[::ffff:10.0.0.1]/", "http://2130706433/", "ftp://example.ru/", "http:///"],
)  # fmt: skip
def test_inner_addresses_are_closed(url: str, settings: Any) -> None:
    settings.HTTP_OUTSIDE = True
    with pytest.raises(http.HTTPError) as closed:
        http.post(url, json={})
    assert isinstance(closed.value, http.ClosedError)


def test_a_name_that_leads_inside_is_closed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HTTP_OUTSIDE = True
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.7", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: there)
    with pytest.raises(http.ClosedError, match="inner address"):
        http.post("http://documents.example.ru/", json={})


def test_a_closed_installation_calls_only_whom_it_names() -> None:
    with pytest.raises(http.ClosedError, match="HTTP_INNER_HOSTS"):
        http.post("https://example.ru/", json={})


@pytest.mark.enable_socket
def test_a_named_host_is_called_and_no_redirect_is_followed(
    server: HTTPServer, settings: Any
) -> None:
    settings.HTTP_INNER_HOSTS = ["localhost"]
    url = f"http://localhost:{server.server_port}"
    reply = http.post(f"{url}/", json={"a": 1})
    assert (reply.status, reply.content.decode()) == (200, f"localhost:{server.server_port}")
    moved = http.post(f"{url}/moved", content=b"{}")
    assert (moved.status, moved.ok, moved.later) == (302, False, True)
