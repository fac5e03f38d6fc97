"""What every page needs to know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from otklik.faces import access
from otklik.flow.control.queries import unseen
from otklik.flow.instructions import queries as instructions
from otklik.ground.accounts.queries import powers_of
from otklik.ground.kit.memo import remembered
from otklik.ground.territories import queries

if TYPE_CHECKING:
    from django.http import HttpRequest

    from otklik.ground.accounts.models import Official


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
    """Return the sections of the desk that an official has beside the queue."""
    if official is None:
        return frozenset()
    powers = powers_of(official)
    held = {
        each
        for each in ("manage_people", "audit", "erase_person", "create_on_behalf", "edit_widgets")
        if powers.anywhere(each)
    }
    exports = powers.anywhere("export_cases") or powers.anywhere("approve_export")
    return frozenset(held | {"exports"} if exports else held)


def _unseen(request: HttpRequest) -> int:
    official = access.official(request)
    return unseen(official) if official else 0


def _tasks_waiting(asker: Official | None) -> dict[str, int]:
    """Count what waits for the official; asked only by a page that shows it."""
    return instructions.waiting(asker, timezone.now()) if asker else {}


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
        "may_edit_templates": bool(asker and powers_of(asker).anywhere("edit_templates")),
        "may_verify": bool(asker and powers_of(asker).anywhere("verify")),
        "may_organise_votes": bool(asker and powers_of(asker).anywhere("organise_votes")),
        "may_hold_reception": bool(asker and powers_of(asker).anywhere("hold_reception")),
        "may_see_statistics": bool(asker and powers_of(asker).anywhere("see_statistics")),
        "may_see_tasks": bool(
            asker and any(map(powers_of(asker).anywhere, ("instruct", "fulfil", "see_statistics")))
        ),
        "may": _sections(asker),
        "unseen_reminders": SimpleLazyObject(lambda: _unseen(request)),
        "tasks_waiting": partial(_tasks_waiting, asker),
        "vision": request.COOKIES.get("vision", ""),
    }
