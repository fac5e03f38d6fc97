"""What every page needs to know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from otklik.faces import access
from otklik.flow.amends import queries as amends
from otklik.flow.control.queries import unseen
from otklik.flow.instructions import queries as instructions
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit.memo import remembered
from otklik.ground.territories import queries
from otklik.participation.discussions import queries as discussions
from otklik.participation.outcomes import queries as outcomes
from otklik.participation.proposals import queries as proposals

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official

SECTIONS = {
    "templates": ("edit_templates",), "checks": ("verify",),
    "amends": ("extend",), "refusals": ("verify", "judge_dispute"), "votes": ("organise_votes",),
    "reception": ("hold_reception",), "statistics": ("see_statistics",),
    "tasks": ("instruct", "fulfil", "see_statistics"), "people": ("manage_people",),
    "exports": ("export_cases", "approve_export"), "erasures": ("erase_person",),
    "audit": ("audit",), "calls": ("create_on_behalf",), "widgets": ("edit_widgets",),
    "outcomes": ("organise_votes", "fulfil", "see_statistics"),
    "webhooks": ("edit_webhooks",), "routing": ("edit_ground",),
    "moderation": ("moderate_discussions",), "projects": ("organise_votes", "group"),
    "discussions": ("organise_votes", "moderate_discussions"),
    "social": ("handle_social",), "channels": ("watch_doors",), "queue": ("see_case",),
}  # fmt: skip
"""The desk's sections and the permissions any of which opens them."""


@remembered(60)
def _titles() -> dict[str, Any]:
    region = queries.region()
    return {
        "ru": region.title_ru,
        "en": region.title_en,
        "genitive": region.genitive_ru,
        "bounds": region.bounds,
        "phones": region.phones,
        "limits": region.settings.get("limits", {}),
    }


def _sections(official: Official | None) -> frozenset[str]:
    """Return the sections of the desk that an official has."""
    if official is None:
        return frozenset()
    powers = powers_of(official)
    return frozenset(name for name, any_of in SECTIONS.items() if any(map(powers.anywhere, any_of)))


def _unseen(request: HttpRequest) -> int:
    official = access.official(request)
    return unseen(official) if official else 0


def _tasks_waiting(asker: Official | None) -> dict[str, int]:
    """Count what waits for the official; asked only by a page that shows it."""
    return instructions.waiting(asker, timezone.now()) if asker else {}


def _amends_waiting(asker: Official | None) -> dict[str, int]:
    """Count whom to get in touch with; asked only by a page that shows it."""
    return amends.counts_for(asker, timezone.now()) if asker else {}


def _outcomes_waiting(asker: Official | None) -> dict[str, int]:
    """Count broken promises and what waits for a decision; asked only by a page that shows it."""
    return outcomes.waiting(asker, timezone.now()) if asker else {}


def _moderation_waiting(asker: Official | None) -> dict[str, int]:
    """Count comments and appeals that wait for the official; asked only by a page that shows it."""
    return discussions.waiting(asker) if asker else {}


def _proposals_waiting(asker: Official | None) -> int:
    """Count residents' proposals that wait for a check; asked only by a page that shows it."""
    return proposals.waiting(asker) if asker else 0


def region(request: HttpRequest) -> dict[str, Any]:
    """Name the region, the map's settings and who is looking."""
    titles, asker = _titles(), access.official(request)
    return {
        "region_title": titles["en" if get_language() == "en" else "ru"],
        "region_genitive": titles["genitive"],
        "region_bounds": titles["bounds"],
        "region_phones": titles["phones"],
        "map_pmtiles": "/map/region.pmtiles" if settings.MAP_PMTILES else "",
        "demo": settings.DEMO,
        "official": asker,
        "may": _sections(asker),
        "unseen_reminders": SimpleLazyObject(lambda: _unseen(request)),
        "amends_waiting": partial(_amends_waiting, asker),
        "tasks_waiting": partial(_tasks_waiting, asker),
        "outcomes_waiting": partial(_outcomes_waiting, asker),
        "moderation_waiting": partial(_moderation_waiting, asker),
        "proposals_waiting": partial(_proposals_waiting, asker),
        "who": access.who(request),
        "vision": request.COOKIES.get(f"{settings.OWN_COOKIE}vision", ""),
    }
