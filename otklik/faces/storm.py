"""Storms of guests and of machines: tokens by part of the network and by account, a puzzle, a wait.

A refusal is a page or an answer of the interface with Retry-After; what was typed stays.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from otklik.faces.stale import give_back
from otklik.faces.visitor import parts_of, prefix_of
from otklik.ground.kit import signing
from otklik.ground.limits import rules
from otklik.ground.limits.commands import Taken, take
from otklik.ground.limits.queries import storm
from otklik.participation.ballots import commands, queries

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from otklik.participation.ballots.models import Vote

TOO_MANY = 429
HOUR = 3600
DOORS = {
    "/api/suggest": "suggest", "/accounts/login/": "login", "/accounts/login/code/": "login",
    "/accounts/login/code/confirm/": "login", "/enter/phone/": "login",
    "/enter/phone/code/": "login", "/watch/": "watch",
}  # fmt: skip
ACCOUNTS = {"suggest": "suggest_account", "ballot": "ballot_account"}
BALLOTS = re.compile(r"/votes/[-\w]+/(ballot|token|change|cast)/")
UNNAMED = {"change": "unnamed_ballot", "cast": "unnamed_ballot"}
"""Doors at which nobody is asked who they are: counted by the part of the network alone."""


class Gate:
    """Counts who knocks at the doors that a machine would lean on."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let in, or say when to come again."""
        door = _door(request.path) if request.method == "POST" else None
        if door is None:
            return self.answer(request)
        if door in UNNAMED.values():
            taken = _of_network(request, door)
        else:
            taken = _taken(request, door, ACCOUNTS.get(door, door))
        return self.answer(request) if taken.granted else refusal(request, taken.wait)


def _door(path: str) -> str | None:
    """Return the door that a path leads to, if it is counted."""
    found = BALLOTS.fullmatch(path)
    if found is not None:
        return UNNAMED.get(found[1], "ballot")
    return DOORS.get(path)


def hold_if_crowded(request: HttpRequest, vote: Vote) -> None:
    """Set a right aside when unusually many came from one part of the network.

    Asked before a ballot is given, so that nothing has to be known of the ballot. Whose identity
    was checked is never set aside.
    """
    person: Any = request.user
    prefix = prefix_of(request)
    if not prefix or not queries.may_be_held(vote, person):
        return
    now = timezone.now()
    if not take("rights", f"vote:{vote.pk}:{prefix}", now=now).granted:
        batch = salted_hmac(f"vote:{vote.pk}", prefix, algorithm="sha256").hexdigest()
        commands.hold_right(vote.pk, voter=person, batch=batch, now=now)


def _taken(request: HttpRequest, door: str, account_door: str) -> Taken:
    """Count an account by itself, a guest by the parts of the network."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return take(account_door, user.ref, now=timezone.now())
    return _of_network(request, door)


def _of_network(request: HttpRequest, door: str) -> Taken:
    """Count a line, and all lines of its neighbourhood together: nobody gains by changing lines."""
    now = timezone.now()
    narrow, wide = parts_of(request)
    taken = take(door, narrow, now=now)
    if not taken.granted or not wide:
        return taken
    return take(door, wide, now=now, times=storm().wide_times)


def refusal(request: HttpRequest, wait: int) -> HttpResponse:
    """Say when to come again; a form's words are given back."""
    if request.path.endswith(("/token/", "/cast/")):
        words = _("Слишком часто. Повторите через %(wait)s с") % {"wait": wait}
        answer: HttpResponse = JsonResponse({"error": words, "code": "often"}, status=TOO_MANY)
    elif request.path.startswith("/api/"):
        words = _("Слишком часто. Повторите через %(wait)s с") % {"wait": wait}
        answer = JsonResponse({"detail": words}, status=TOO_MANY)
    else:
        answer = give_back(request, status=TOO_MANY, wait=wait)
    answer["Retry-After"] = str(wait)
    return answer


@dataclass(frozen=True)
class Asked:
    """What a guest is asked before their message is taken in a storm."""

    wait: int
    puzzle: rules.Puzzle | None = None
    ticket: str = ""


def asked_of_guest(request: HttpRequest, key: str) -> Asked | None:
    """Return what a guest must do before an answer to a survey is taken; None to take it."""
    if request.user.is_authenticated or not _crowded(request):
        return None
    said = request.POST
    if _proven(said.get("proof", ""), key) or _waited(said.get("waited", ""), key):
        return None
    return _question(said.get("waited", ""), key)


def asked_of_sender(request: HttpRequest, key: str) -> Asked | None:
    """Return what the sender of a message must do first; None to take it.

    `key` is the form's own, one message each: a solved puzzle or a waited minute opens no other.
    """
    taken = _taken(request, "send", "send_account")
    if not taken.granted:
        return Asked(taken.wait)
    return asked_of_guest(request, key)


def _crowded(request: HttpRequest) -> bool:
    now = timezone.now()
    near = _of_network(request, "guests")
    return not take("guests_all", "all", now=now).granted or not near.granted


def _secret() -> bytes:
    return salted_hmac("otklik.puzzle", settings.SECRET_KEY, algorithm="sha256").digest()


def _proven(payload: str, key: str) -> bool:
    return bool(payload) and rules.solved(payload, key=key, secret=_secret(), now=timezone.now())


def _waited(ticket: str, key: str) -> bool:
    """Tell whether a form waited as long as it was told: its ticket is neither fresh nor old."""
    if not ticket or signing.unsign(ticket, "waited", HOUR) != key:
        return False
    return signing.unsign(ticket, "waited", storm().wait_seconds) is None


def _question(ticket: str, key: str) -> Asked:
    set_ = storm()
    kept = ticket if signing.unsign(ticket, "waited", HOUR) == key else ""
    made = rules.puzzle(
        key=key, number=secrets.randbelow(set_.puzzle_cost), most=set_.puzzle_cost,
        nonce=secrets.token_hex(12), secret=_secret(), now=timezone.now(),
    )  # fmt: skip
    return Asked(set_.wait_seconds, made, kept or signing.sign(key, "waited"))
