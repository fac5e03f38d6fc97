"""The hall of a public hearing on the desk: who came, what was said there, the signed papers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from otklik.faces import access, papers, show
from otklik.faces.desk.discussions import day_of, discussion_or_404
from otklik.faces.templatetags.otklik import named
from otklik.ground.accounts.commands import note_look
from otklik.ground.accounts.rules import Refused
from otklik.ground.kit.text import mask_name
from otklik.ground.territories.queries import territories
from otklik.participation.discussions import commands, queries, rules
from otklik.participation.discussions.paper import printed

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official
    from otklik.participation.discussions.models import Discussion

PAGE = 50
CAME = ((rules.IN_PERSON, _l("пришёл лично")), (rules.BY_LETTER, _l("написал, не приходил")))
SOURCES = (
    ("speech", _l("выступление в зале")), ("paper", _l("письменно в зале")),
    ("book", _l("запись в книге экспозиции")), ("post", _l("письмом организатору")),
)  # fmt: skip
STANCES = ((rules.FOR, _l("за")), (rules.AGAINST, _l("против")), (rules.NEUTRAL, _l("нейтрально")))


def _hearing(official: Official, discussion_id: int) -> Discussion:
    found = discussion_or_404(official, discussion_id)
    if queries.hearing_of(found) is None or found.phase.sealed_at is None:
        raise Http404
    return found


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def hall(request: HttpRequest, discussion_id: int) -> HttpResponse:
    """Write those who came into the register, and what they said; what was typed comes back."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found, error = _hearing(official, discussion_id), ""
    if request.method == "POST":
        try:
            done = _enter(found, request, official, now)
        except Refused as refusal:
            error = show.said(refusal)
        else:
            notices.success(request, done)
            return redirect("desk:hall", found.pk)
    people = queries.register(found)
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    both = queries.both_ways(people, found)
    context = {
        "discussion": found, "page": page, "error": error, "typed": request.POST,
        "lines": [(each, mask_name(*each.name.split()), each.number in both) for each in page],
        "hall": queries.hall_counts(found), "conclusion": queries.conclusion_of(found),
        "territories": sorted(territories().values(), key=named), "came": CAME,
        "sources": SOURCES, "stances": STANCES, "parts": found.parts.all(), "key": uuid.uuid4(),
    }  # fmt: skip
    return render(request, "desk/hall.html", context, status=422 if error else 200)


def _enter(found: Discussion, request: HttpRequest, official: Official, now: datetime) -> str:
    given = request.POST
    if "name" in given:
        guest = rules.Guest(
            given["name"], given.get("residence", ""), given.get("territory", ""),
            day_of(given.get("born_on", "")), given.get("came", ""),
        )  # fmt: skip
        made = commands.register_in_hall(found.pk, guest, by=official, now=now)
        return _("Внесено в перечень, номер %d") % made.number
    said = commands.Said(
        given.get("text", ""), given.get("stance", ""), given.get("part", ""),
        key=_key(given.get("key", "")),
    )  # fmt: skip
    number = given.get("number", "")
    one = commands.enter_remark(
        found.pk, int(number) if number.isdecimal() else 0, said, source=given.get("source", ""),
        by=official, now=now,
    )  # fmt: skip
    return _("Замечание внесено, № %d") % one.pk


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


@never_cache
@login_required
@require_POST
def register(request: HttpRequest, discussion_id: int) -> HttpResponse:
    """Print the register with names, to go with the protocol; the look is written down."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _hearing(official, discussion_id)
    note_look(official, subject=found.ref, what="contact", now=now)
    done = printed("register", found, people=queries.register(found))
    return papers.respond(done.content, done.mime, done.name)


@login_required
@require_POST
def sign(request: HttpRequest, discussion_id: int) -> HttpResponse:
    """Sign the protocol and the conclusion by whatever signs here."""
    official, now = access.official_or_404(request, queries.ORGANISE), timezone.now()
    found = _hearing(official, discussion_id)
    try:
        commands.sign_papers(found.pk, by=official, now=now)
    except Refused as refusal:
        notices.error(request, show.said(refusal))
    else:
        notices.success(request, _("Протокол и заключение подписаны"))
    return redirect("desk:discussion", found.pk)
