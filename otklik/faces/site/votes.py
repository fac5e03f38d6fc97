"""Votes for citizens: what is asked, the ballot, the receipt, the result and all behind it."""

from __future__ import annotations

import json
import secrets
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from otklik.faces import pace, show, storm
from otklik.faces.ballot_form import ballot_context, chosen_in, rows_of
from otklik.faces.site.narrowing import narrowed
from otklik.faces.templatetags.otklik import named
from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.participation.ballots import chain, commands, queries, threats
from otklik.participation.discussions import queries as discussions
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.petitions import queries as petitions
from otklik.participation.projects import queries as projects
from otklik.participation.projects.commands import declare_resident
from otklik.participation.projects.queries import groups_in_words
from otklik.participation.proposals.queries import behind
from otklik.participation.statements import queries as statements
from otklik.participation.surveys import queries as surveys

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from otklik.ground.accounts.models import Person
    from otklik.participation.ballots.models import Vote

PAGE = 20
ALL_TOGETHER = ""
"""The name under which small groups are put together; alone it tells nothing of anybody."""
HERE = Path(__file__).with_name("verify_vote.py")
VERIFIER = HERE if HERE.exists() else Path(settings.ROOT) / "tools" / "verify_vote.py"


def vote_or_404(slug: str) -> Vote:
    """Return a vote that everybody may see."""
    try:
        return queries.public_vote(slug)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_GET
def votes(request: HttpRequest) -> HttpResponse:
    """List votes by place and theme: running first, then those to come, then finished ones."""
    return render(request, "site/votes.html", narrowed(request, queries.listed_votes(), PAGE))


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    """List what people are asked about, by place and theme, with what runs now."""
    context = narrowed(request, projects.public_projects(), PAGE, "pk__in")
    running = projects.running_in(context["page"], timezone.now())
    lines = [(each, running.get(each.pk, [])) for each in context["page"]]
    return render(request, "site/projects.html", {**context, "lines": lines})


@require_GET
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a project and its votes."""
    try:
        found = projects.public_project(slug)
    except ObjectDoesNotExist:
        raise Http404 from None
    now = timezone.now()
    cases = projects.public_cases_of(found)
    context = {
        "cases": cases.select_related("topic")[:PAGE], "case_count": cases.count(),
        "linked": projects.cases_of(found).count(), "proposal": behind(found),
        "project": found, "votes": queries.votes_in(found), "today": timezone.localdate(),
        "surveys": [(each, surveys.state(each, now)) for each in surveys.surveys_in(found)],
        "discussions": [
            (each, discussions.state(each, now)) for each in discussions.discussions_in(found)
        ],
        "conversations": [
            (each, statements.state(each, now)) for each in statements.conversations_in(found)
        ],
        "petitions": [
            (each, petitions.state(each, now)) for each in petitions.petitions_in(found)
        ],
        "outcomes": outcomes.outcomes_of(found, now),
        "steps": [(each, projects.state_of(each, now)) for each in projects.steps_of(found)],
    }  # fmt: skip
    return render(request, "site/project.html", context)


@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """Explain to a stranger how a vote is checked."""
    table = [
        (_("Открытое"), threats.of("open")),
        (_("Тайное: бюллетень отделён от имени"), threats.of("detached")),
        (_("Тайное: слепая подпись"), threats.of("blind")),
    ]
    context = {"tables": table, "finished": queries.checkable_votes()}
    return render(request, "site/votes_how.html", context)


@never_cache
@require_GET
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a vote: terms, secrecy, what is covered and what is not; its result after the end."""
    found = vote_or_404(slug)
    person = request.user if request.user.is_authenticated else None
    points = queries.checkpoints(found)
    context = {
        **_terms(found), "issued": queries.issued(found), "threats": threats.of(found.secrecy),
        "point": points[-1]["record"] if points else None, "result": _result(found),
        "entry": queries.entry_of(found, person) if person else None,
        "publication": queries.publication(found), "now": timezone.now(),
        "one": outcomes.outcome_of(found.phase, timezone.now()), "today": timezone.localdate(),
        "held": queries.set_aside(found), "rulings": queries.rulings(found),
        "own_right": queries.held_state(found, person) if person else "",
        "pace": pace.shown(queries.pace_of(found)) if found.status == "closed" else None,
    }  # fmt: skip
    return render(request, "site/vote.html", context)


def _terms(found: Vote) -> dict[str, Any]:
    places = territories()
    names = [named(places[c]) for c in found.phase.audience.territories if c in places]
    return {
        "vote": found, "options": list(found.options.all()), "phase": found.phase,
        "audience": found.phase.audience, "places": sorted(names),
    }  # fmt: skip


def _result(found: Vote) -> dict[str, Any] | None:
    """Return a result as rows with bars, winners marked, territories named."""
    result = found.result
    if not result:
        return None
    options = list(found.options.all())
    labels = {each.key: each.label for each in options}
    most = max([*result["votes"].values(), 1])
    rows = [
        {
            "label": each.label, "cost": each.cost, "votes": result["votes"][each.key],
            "bar": round(100 * result["votes"][each.key] / most, 1),
            "share": round(100 * result["votes"][each.key] / max(result["ballots"], 1)),
            "chosen": each.key in result["chosen"],
            "apart": [result[way]["votes"][each.key] for way in ("site", "paper") if way in result],
        }
        for each in options
    ]  # fmt: skip
    places = territories()
    turnout = [
        (named(places[code]) if code in places else _("остальные территории вместе"), count)
        for code, count in sorted(result["turnout"].items(), key=lambda pair: -pair[1])
        if set(result["turnout"]) != {ALL_TOGETHER}
    ]
    return {
        **result, "rows": sorted(rows, key=lambda row: -row["votes"]),
        "turnout_rows": _with_bars(turnout), "people": _people(found),
        "winners": [labels[key] for key in result["chosen"]],
        "round_rows": _rounds(result, labels, found.counting),
    }  # fmt: skip


def _with_bars(counts: list[tuple[str, int]]) -> list[tuple[str, int, float]]:
    """Put beside each count how long its bar is, the largest being whole."""
    most = max([count for _name, count in counts] or [1]) or 1
    return [(name, count, round(100 * count / most, 1)) for name, count in counts]


def _people(found: Vote) -> list[tuple[str, list[tuple[str, int, float]]]]:
    """Return who got a ballot by age and by sex, as it may be told."""
    titles = {"age": _("Явка по возрасту"), "sex": _("Явка по полу")}
    language = get_language() or "ru"
    return [
        (title, _with_bars(groups_in_words(kind, found.people[kind], language)))
        for kind, title in titles.items() if set(found.people.get(kind, {})) - {ALL_TOGETHER}
    ]  # fmt: skip


def _rounds(result: dict[str, Any], labels: dict[str, str], counting: str) -> list[dict[str, Any]]:
    if counting not in {"irv", "stv"}:
        return []
    unit = 1 if counting == "irv" else 100_000
    return [
        {
            "votes": [
                (labels[key], round(count / unit, 2)) for key, count in each["votes"].items()
            ],
            "chosen": [labels[key] for key in each.get("chosen", [])],
            "out": labels.get(each.get("out", ""), ""),
            "surplus_of": labels.get(each.get("surplus_of", ""), ""),
        }
        for each in result["rounds"]
    ]


# --- The ballot ----------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ballot(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a ballot and take it; what was typed comes back with a mistake."""
    found = vote_or_404(slug)
    person: Any = request.user
    if found.status != "open":
        return redirect("site:vote", slug)
    if request.method == "POST" and "territory" in request.POST:
        return _declare(request, found)
    if projects.asks_residence(found.phase, person):
        return _ballot_page(request, found, resident=True)
    if request.method == "GET" or found.secrecy == "blind":
        return _ballot_page(request, found)
    code = request.POST.get("code", "")[:60]
    choices: Any = []
    try:
        choices = chosen_in(found, request.POST)
        storm.hold_if_crowded(request, found)
        receipt = _cast(found, person, code, choices)
    except Refused as refusal:
        return _ballot_page(
            request,
            found,
            choices=choices,
            code=code,
            error=show.said(refusal),
            refused=refusal.code,
        )
    return receipt_page(request, found, receipt, code)


def _cast(found: Vote, person: Person, code: str, choices: object) -> commands.Receipt:
    now = timezone.now()
    if found.secrecy == "open":
        return commands.cast_open(found.pk, voter=person, choices=choices, now=now)
    return commands.cast_detached(found.pk, voter=person, code=code, choices=choices, now=now)


def _ballot_page(
    request: HttpRequest, found: Vote, *, choices: Any = None, code: str = "", error: str = "",
    refused: str = "", resident: bool = False, typed: Any = None,
) -> HttpResponse:  # fmt: skip
    person: Any = request.user
    entry = queries.entry_of(found, person)
    if choices is None and found.secrecy == "open":
        last = queries.named_choice(found, person)
        choices = last.choices if last else None
    context = {
        **_terms(found), **ballot_context(found, choices), "error": error, "entry": entry,
        "code": code or chain.code_of(secrets.token_bytes(chain.CODE_BYTES)),
        "voted": entry is not None and (found.secrecy == "detached" or refused == "voted"),
        "resident": resident, "typed": typed or {},
        "territories": sorted(territories().values(), key=named) if resident else [],
    }  # fmt: skip
    return render(request, "site/ballot.html", context, status=422 if error else 200)


def declared(request: HttpRequest) -> None:
    """Take what a form says of where one lives and when one was born."""
    place = territories().get(request.POST.get("territory", ""))
    person: Any = request.user
    if place is None:
        raise Refused("place", "Выберите, где вы живёте", "Choose where you live")
    try:
        born = date.fromisoformat(request.POST.get("born_on", ""))
    except ValueError:
        raise Refused("born", "Проверьте дату рождения", "Check the date of birth") from None
    sex = request.POST.get("sex", "")
    declare_resident(person, territory=place, born_on=born, sex=sex, now=timezone.now())


def _declare(request: HttpRequest, found: Vote) -> HttpResponse:
    try:
        declared(request)
    except Refused as refusal:
        return _ballot_page(
            request, found, resident=True, error=show.said(refusal), typed=request.POST.dict()
        )
    return redirect("site:ballot", found.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a detached ballot by its code; nobody is asked who they are."""
    found = vote_or_404(slug)
    if found.secrecy != "detached" or found.status != "open":
        return redirect("site:vote", slug)
    code, error, choices = request.POST.get("code", "")[:60], "", None
    if request.method == "POST":
        try:
            choices = chosen_in(found, request.POST)
            receipt = commands.cast_detached(
                found.pk, voter=None, code=code, choices=choices, now=timezone.now()
            )
        except Refused as refusal:
            error = show.said(refusal)
        else:
            return receipt_page(request, found, receipt, code)
    context = {
        **_terms(found), **ballot_context(found, choices), "error": error, "code": code,
        "changing": True,
    }  # fmt: skip
    return render(request, "site/ballot.html", context, status=422 if error else 200)


def receipt_page(
    request: HttpRequest, found: Vote, receipt: commands.Receipt, code: str
) -> HttpResponse:
    """Show the receipt in the answer itself: kept in a session it would join voter and ballot."""
    text = json.dumps({"record": receipt.record, "signature": receipt.signature}, indent=1)
    rows = [each for each in rows_of(found, receipt.choices) if each["marked"]]
    if found.method == "ranked":
        rows.sort(key=lambda each: each["place"])
    context = {
        **_terms(found), "rows": rows, "receipt": receipt, "text": text,
        "file": f"data:application/json,{quote(text)}",
        "code": chain.spaced(code.replace("-", "")) if found.secrecy == "detached" else "",
    }  # fmt: skip
    return render(request, "site/ballot_receipt.html", context)


# --- What is published ----------------------------------------------------------------------------


@require_GET
def manifest(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Give the terms in their one form: their SHA-256 is the one printed."""
    body = chain.canonical(vote_or_404(slug).manifest)
    return HttpResponse(body, content_type="application/json")


@never_cache
@require_GET
def board(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Give the board and its signed heads, for whoever keeps a copy; no choices."""
    found = vote_or_404(slug)
    said = {
        "vote": found.manifest_hash, "issued": queries.issued(found),
        "board": queries.board(found), "checkpoints": queries.checkpoints(found),
    }  # fmt: skip
    return JsonResponse(said)


@require_GET
def package(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Give the package of a finished vote."""
    found = queries.publication(vote_or_404(slug))
    if found is None:
        raise Http404
    answer = HttpResponse(bytes(found.package), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{slug}.zip"'
    return answer


@require_GET
def verifier(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """Give the program that recounts a package; better taken from the source."""
    return FileResponse(VERIFIER.open("rb"), as_attachment=True, filename="verify_vote.py")
