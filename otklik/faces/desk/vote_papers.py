"""Ballots on paper in the desk: one brings and reads, another reads unseeing, a third settles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import access, papers, show
from otklik.faces.ballot_form import ballot_context, chosen_in, in_words
from otklik.faces.desk.votes import vote_or_404
from otklik.flow.intake.files import ACCEPT
from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import commands, queries, rules

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from otklik.ground.accounts.models import Official
    from otklik.participation.ballots.models import PaperSheet, Vote

PAGE = 50


def _place(request: HttpRequest, vote_id: int) -> tuple[Official, Vote]:
    official = access.official_or_404(request, queries.ORGANISE)
    found = vote_or_404(official, vote_id)
    if not found.paper:
        raise Http404
    return official, found


def _choices(request: HttpRequest, found: Vote) -> list[str] | dict[str, int] | None:
    """Read what an operator typed; None for a spoiled sheet."""
    return None if request.POST.get("spoiled") else chosen_in(found, request.POST)


def _line(sheet: PaperSheet, official: Official) -> dict[str, Any]:
    """Return how a sheet stands, and whether it is this operator's turn."""
    entries = list(sheet.entries.all())
    state = rules.reading([each.choices for each in entries])[0]
    mine = official.pk in {each.by_id for each in entries}
    turn = state in {rules.WAITING, rules.DIFFERS} and not mine
    return {"sheet": sheet, "state": state, "turn": turn, "mine": mine}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sheets(request: HttpRequest, vote_id: int) -> HttpResponse:
    """List the sheets of a vote and take a new one; no list says what stands on a sheet."""
    official, found = _place(request, vote_id)
    typed, choices, error = request.POST, None, ""
    if request.method == "POST":
        try:
            choices = _choices(request, found)
            commands.enter_sheet(
                found.pk, _number(request), choices, scan=request.FILES.getlist("scan"),
                by=official, now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            error = show.said(refusal)
        else:
            notices.success(request, _("Лист внесён. Теперь его должен внести другой сотрудник"))
            return redirect("desk:vote_papers", found.pk)
    lines = [_line(each, official) for each in queries.sheets_of(found)]
    states = [each["state"] for each in lines]
    context = {
        **ballot_context(found, choices), "error": error, "typed": typed, "accept": ACCEPT,
        "page": Paginator(sorted(lines, key=lambda each: not each["turn"]), PAGE).get_page(
            request.GET.get("page")
        ),
        "counts": {state: states.count(state) for state in STATES},
    }  # fmt: skip
    return render(request, "desk/vote_papers.html", context, status=422 if error else 200)


STATES = (rules.WAITING, rules.DIFFERS, rules.COUNTED, rules.SPOILED)


def _number(request: HttpRequest) -> int:
    said = request.POST.get("number", "").strip()
    if not said.isdecimal() or not 0 < int(said) < 10**9:
        raise Refused("number", "Напишите номер, отпечатанный на листе",
                      "Write the number that is stamped on the sheet")  # fmt: skip
    return int(said)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, vote_id: int, sheet_id: int) -> HttpResponse:
    """Read a sheet from its scan as the second, or settle as a third what two read differently."""
    official, found = _place(request, vote_id)
    one = queries.sheet_of(found, sheet_id)
    if one is None:
        raise Http404
    line = _line(one, official)
    if not line["turn"] or found.status != "open":
        raise Http404
    differs = line["state"] == rules.DIFFERS
    choices, error = None, ""
    if request.method == "POST":
        try:
            choices, now = _choices(request, found), timezone.now()
            if differs:
                commands.settle_sheet(
                    one.pk, choices, reason=request.POST.get("reason", ""), by=official, now=now
                )
            else:
                commands.read_sheet(one.pk, choices, by=official, now=now)
        except Refused as refusal:
            error = show.said(refusal)
        else:
            notices.success(request, _("Лист внесён"))
            return redirect("desk:vote_papers", found.pk)
    context = {
        **ballot_context(found, choices), "sheet": one, "differs": differs, "error": error,
        "typed": request.POST,
        # The second reader is shown nothing of the first; only who settles sees both.
        "readings": [
            {"by": each.by, "said": in_words(found, each.choices)} for each in one.entries.all()
        ] if differs else [],
    }  # fmt: skip
    return render(request, "desk/vote_paper.html", context, status=422 if error else 200)


@never_cache
@login_required
@require_GET
def scan(request: HttpRequest, vote_id: int, sheet_id: int) -> HttpResponseBase:
    """Give the scan of a sheet to who organises the vote."""
    _official, found = _place(request, vote_id)
    one = queries.sheet_of(found, sheet_id)
    if one is None:
        raise Http404
    return papers.stored(one.scan, one.scan_mime, one.scan_name)
