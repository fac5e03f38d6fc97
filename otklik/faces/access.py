"""How a request shows that it may see a report: login, session after number and secret, or a link.

The one place where faces ask «whose is it».
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otklik.flow.cases.queries import case_for, public_case, role_on, sight_on
from otklik.flow.division.queries import source_number
from otklik.flow.intake import queries as intake
from otklik.flow.intake.rules import spoken_number
from otklik.ground.accounts.commands import note_look
from otklik.ground.accounts.queries import lacking_level, official_of, powers_of
from otklik.ground.kit import signing

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.flow.intake.models import Attachment, Report
    from otklik.ground.accounts.models import Official, Person

View = Callable[..., HttpResponse]
LEVELS = {
    "none": gettext_lazy("без проверки"),
    "phone": gettext_lazy("по телефону"),
    "simple": gettext_lazy("упрощённая"),
    "standard": gettext_lazy("стандартная"),
    "confirmed": gettext_lazy("подтверждённая"),
}
"""Levels of account as pages name them."""
SESSION_KEY = "tracked"
KEPT = 30


def remember(request: HttpRequest, number: str) -> None:
    """Keep in the session that this browser proved to know a number's secret."""
    known = [each for each in request.session.get(SESSION_KEY, []) if each != number]
    request.session[SESSION_KEY] = [*known, number][-KEPT:]


def remembers(request: HttpRequest, number: str) -> bool:
    """Tell whether this browser proved to know a number's secret."""
    return number in request.session.get(SESSION_KEY, [])


def visitor(request: HttpRequest) -> str:
    """Return a name for this browser that lets it join each thing once."""
    if request.session.session_key is None:
        request.session.create()
    return f"visitor:{request.session.setdefault('visitor', uuid.uuid4().hex)}"


def who(request: HttpRequest) -> str:
    """Return a name for the person who is signed in, that tells nothing; "" for a guest.

    What a phone keeps until it can be sent carries it: another's sign-in does not send it.
    """
    known = request.user if request.user.is_authenticated else None
    return signing.derive(known.ref, "who") if known else ""


def from_our_page(request: HttpRequest) -> bool:
    """Tell whether a browser says that a page of ours asks: no other site's page can say so."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def from_elsewhere(request: HttpRequest) -> bool:
    """Tell whether a browser says that another site's page asks; programs say nothing."""
    told = "Sec-Fetch-Site" in request.headers or "Origin" in request.headers
    return told and not from_our_page(request)


def report_or_404(request: HttpRequest, number: str) -> Report:
    """Return the asker's own message; 404 for anybody else's and for none alike."""
    try:
        if request.user.is_authenticated:
            try:
                return intake.report_for(request.user, number)
            except ObjectDoesNotExist:
                pass
        return intake.report_of_session(number, _proved(request, number))
    except ObjectDoesNotExist:
        raise Http404 from None


def _proved(request: HttpRequest, number: str) -> list[str]:
    """Return the numbers that this browser proved to know; of a message, its parts as well."""
    known = list(request.session.get(SESSION_KEY, []))
    if known and source_number(number) in known:
        known.append(spoken_number(number) or "")
    return known


def report_by_secret(number: str, secret: str) -> Report:
    """Return a message by its number and secret; to a part the secret of the whole fits too."""
    try:
        return intake.report_by_secret(number, secret)
    except ObjectDoesNotExist:
        intake.report_by_secret(source_number(number), secret)
        return intake.report_of_session(number, [spoken_number(number) or ""])


def lacks_level(request: HttpRequest, deed: str) -> str:
    """Return words about the level of account that a deed needs and the asker lacks, or nothing."""
    level = "" if official(request) else lacking_level(request.user, deed)
    if not level:
        return ""
    words = _("Для этого нужна учётная запись «%(level)s» или выше: войдите через Госуслуги")
    return words % {"level": LEVELS[level]}


def leveled(deed: str) -> Callable[[View], View]:
    """Let a view be met only by those whose level suffices; others are told, and led to a door."""

    def guard(view: View) -> View:
        @wraps(view)
        def met(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            words = lacks_level(request, deed)
            if not words:
                return view(request, *args, **kwargs)
            messages.warning(request, words)
            back = request.path if request.method == "GET" else "/cabinet/"
            known = request.user.is_authenticated
            return redirect("doors:access") if known else redirect_to_login(back)

        return met

    return guard


def official(request: HttpRequest) -> Official | None:
    """Return the official who asks, once a request; None for a citizen."""
    if not hasattr(request, "official"):
        user = getattr(request, "user", None)
        found = official_of(user) if user is not None and user.is_authenticated else None
        request.official = found  # type: ignore[attr-defined]
    known: Official | None = request.official  # type: ignore[attr-defined]
    return known


def at_work(user: Person) -> bool:
    """Tell whether a person has doors of an official or of a superuser."""
    return user.is_superuser or official_of(user) is not None


def official_or_404(request: HttpRequest, *any_of: str) -> Official:
    """Return the official who asks; to others the desk does not exist.

    PermissionDenied for one who holds none of the permissions anywhere.
    """
    found = official(request)
    if found is None:
        raise Http404
    if any_of and not any(map(powers_of(found).anywhere, any_of)):
        raise PermissionDenied
    return found


def attachment_or_404(request: HttpRequest, token: str, *, original: bool) -> Attachment:
    """Return a file to its author, to officials of its case, and copies of public cases to all."""
    try:
        found = intake.attachment(token)
    except ObjectDoesNotExist:
        raise Http404 from None
    proof = found.purpose == "proof"  # what is covered on it is others', not the author's
    own = not (original and proof and found.covered) and _own(request, found.report.number)
    if own or _works_on(request, found, original=original):
        return found
    if not original and found.purpose != "talk":
        try:
            public_case(found.report.number)
        except ObjectDoesNotExist:
            raise Http404 from None
        return found
    raise Http404


def _own(request: HttpRequest, number: str) -> bool:
    try:
        report_or_404(request, number)
    except Http404:
        return False
    return True


def _works_on(request: HttpRequest, found: Attachment, *, original: bool) -> bool:
    asker = official(request)
    if asker is None:
        return False
    try:
        case = case_for(asker, found.report.number)
    except ObjectDoesNotExist:
        return False
    if not original or (found.purpose == "proof" and not found.covered):
        return True
    now = timezone.now()
    if not sight_on(asker, case, now).text:
        return False
    note_look(asker, subject=case.ref, what="file", role=role_on(asker, case), now=now)
    return True
