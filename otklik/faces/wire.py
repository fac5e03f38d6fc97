"""How answers travel: heads without bodies, bodies compressed, streams as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class Compressed(GZipMiddleware):
    """Django's compression, with its padding against BREACH, for all but files and streams."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress a page or an interface's answer; a stream must not wait for its packer."""
        return response if response.streaming else super().process_response(request, response)


def heads_as_gets(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer a HEAD as a GET without its body, as link previews and watchers of uptime ask.

    No view tells them apart, so none takes a HEAD for the other of GET and POST.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        whole = get_response(request)
        head = HttpResponse(status=whole.status_code, headers=dict(whole.headers))
        head.cookies = whole.cookies
        if not whole.streaming:
            head.headers.setdefault("Content-Length", str(len(whole.content)))  # type: ignore[attr-defined]
        head._resource_closers += whole._resource_closers  # type: ignore[attr-defined]  # noqa: SLF001
        return head

    return answer
