"""Messengers on this machine: they speak the Bot APIs' shapes, check what they get, can be shut.

Shapes of requests and answers are those of core.telegram.org/bots/api, dev.vk.com and dev.max.ru.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "1100:test-key"


class Messenger:
    """A server of one messenger: `said` is what it was told to say, `calls` all it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, bytes] = {}
        self.answer: tuple[int, dict[str, Any]] | None = None
        self.port = 0
        self.server: HTTPServer | None = None

    def start(self) -> None:
        messenger = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = messenger.files.get(urlsplit(self.path).path.rsplit("/", 1)[-1])
                self.reply(200 if content else 404, content or b"{}")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, told = messenger.take(self.path, body, dict(self.headers.items()))
                self.reply(status, json.dumps(told).encode())

            def reply(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(
        self, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:  # pragma: no cover  (each messenger has its own)
        raise NotImplementedError

    def said(self) -> list[dict[str, Any]]:
        """Return what was said to people, and forget it."""
        found = [body for method, body in self.calls if method in self.SAYS]
        self.calls.clear()
        return found

    SAYS: frozenset[str] = frozenset()


class Telegram(Messenger):
    """Answers as api.telegram.org does."""

    SAYS = frozenset({"sendMessage"})
    NEEDED: dict[str, set[str]] = {
        "sendMessage": {"chat_id", "text"}, "answerCallbackQuery": {"callback_query_id"},
        "getFile": {"file_id"}, "setWebhook": {"url"},
    }  # fmt: skip

    def take(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        found = re.fullmatch(r"/bot([\w:-]+)/(\w+)", path)
        assert found, path
        if found[1] != KEY:
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        assert headers["Content-Type"] == "application/json"
        method, said = found[2], json.loads(body)
        assert self.NEEDED[method] <= set(said), (method, said)
        if self.answer is not None:
            return self.answer
        self.calls.append((method, said))
        return 200, {"ok": True, "result": getattr(self, f"_{method}", lambda _: True)(said)}

    def _sendMessage(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  (Telegram's own)
        assert isinstance(said["chat_id"], int)
        assert 0 < len(said["text"]) <= 4096
        for row in said.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                assert button["text"]
                assert 0 < len(button["callback_data"].encode()) <= 64
        return {"message_id": len(self.calls), "date": 0, "chat": {"id": said["chat_id"]}}

    def _getFile(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        name = f"{said['file_id']}.jpg"
        return {"file_id": said["file_id"], "file_path": f"photos/{name}"}


class Vk(Messenger):
    """Answers as api.vk.com does: forms in, 200 whatever happens, errors inside."""

    SAYS = frozenset({"messages.send", "wall.createComment"})

    def take(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        method = path.strip("/")
        said: dict[str, Any] = {name: one for name, (one,) in parse_qs(body).items()}
        if said.pop("access_token") != KEY or "v" not in said:
            return 200, {"error": {"error_code": 5, "error_msg": "User authorization failed"}}
        if self.answer is not None:
            return self.answer
        if "keyboard" in said:
            said["keyboard"] = json.loads(said["keyboard"])
            for row in said["keyboard"]["buttons"]:
                for button in row:
                    assert len(button["action"].get("label", "")) <= 40
        self.calls.append((method, said))
        if method == "wall.createComment":
            assert {"owner_id", "post_id", "message"} <= set(said)
            return 200, {"response": {"comment_id": 9000 + len(self.calls), "parents_stack": []}}
        assert {"peer_id", "message", "random_id"} <= set(said)
        return 200, {"response": len(self.calls)}


class Max(Messenger):
    """Answers as platform-api2.max.ru does."""

    SAYS = frozenset({"messages"})

    def take(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        assert headers["Content-Type"] == "application/json"
        if headers.get("Authorization") != KEY:
            return 401, {"code": "verify.token", "message": "Invalid access_token"}
        if self.answer is not None:
            return self.answer
        asked = urlsplit(path)
        method, said = asked.path.strip("/"), json.loads(body)
        said |= {name: one for name, (one,) in parse_qs(asked.query).items()}
        self.calls.append((method, said))
        if method != "messages":
            return 200, {"success": True}
        assert {"user_id", "chat_id"} & set(said)
        assert len(said["text"]) <= 4000
        mid = f"mid.{len(self.calls):016x}"
        return 200, {"message": {"body": {"mid": mid, "seq": 1, "text": said["text"]}}}
