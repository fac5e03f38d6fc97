"""Stars by the link of a letter: no login, GET only shows, POST rates once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from otklik.faces import access, show
from otklik.flow.cases.rules import Refused
from otklik.flow.rating.commands import AUTHOR, rate_answer
from otklik.flow.rating.queries import by_link, rating_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GONE = 410


@never_cache
@require_http_methods(["GET", "POST"])
@access.leveled("rate")
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Show the stars for one answer, or take them; who holds the link need not sign in.

    Nothing of the message is shown: a letter may be passed on.
    """
    found = by_link(token)
    if found is None:
        return render(request, "site/rate_link.html", {"gone": True}, status=GONE)
    case, answer = found
    context: dict[str, Any] = {
        "spoken": case.spoken, "topic": show.title(case.topic, get_language() or "ru"),
        "organisation": case.organisation, "stars": range(1, 6),
    }  # fmt: skip
    status = 200
    if request.method == "POST" and rating_of(answer, AUTHOR) is None:
        typed = {name: request.POST.get(name, "") for name in ("comment", "dispute")}
        scores = {
            name: int(request.POST.get(name, "")) if request.POST.get(name) in set("12345") else 0
            for name in ("answer_score", "result_score")
        }
        try:
            rate_answer(
                case.number, comment=typed["comment"], dispute=typed["dispute"] == "yes",
                now=timezone.now(), answer_score=scores["answer_score"],
                result_score=scores["result_score"],
            )  # fmt: skip
        except Refused as refusal:
            context |= {"rate_error": show.said(refusal), "typed": {**typed, **scores}}
            status = 422
    context["rating"] = rating_of(answer, AUTHOR)
    return render(request, "site/rate_link.html", context, status=status)
