"""In which language a page answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

OFFICIAL = ("/desk/", "/admin/")


def officials_russian(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Speak Russian to officials at work: their pages have no other words, whatever was chosen.

    A page that says it is English while it is not would be read aloud as English.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OFFICIAL):
            translation.activate("ru")
            request.LANGUAGE_CODE = "ru"
        return get_response(request)

    return answer
