"""Who may listen to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.ground.accounts.queries import official_at_work, powers_of
from otklik.ground.kit.signing import sign, unsign

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official

SALT = "live"
DAY = 86_400


def sees_all(official: Official | None) -> bool:
    """Tell whether an official may see the whole region's map as officials see it.

    The stream is one picture for all of them, so powers over a part of the region open the
    public variant alone.
    """
    return official is not None and powers_of(official).everywhere("see_monitor")


def token(official: Official) -> str:
    """Return an official's token for the full stream; good for thirty days of a wall."""
    return sign(str(official.pk), SALT)


def listener(given: str) -> Official | None:
    """Return the official whose token this is, if they still may see all; else None."""
    known = unsign(given, SALT, 30 * DAY) or ""
    official = official_at_work(int(known)) if known.isdigit() else None
    return official if sees_all(official) else None
