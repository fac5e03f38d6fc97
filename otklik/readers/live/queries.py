"""Who may listen to what."""

from __future__ import annotations

from otklik.ground.kit.signing import sign, unsign

SALT = "live"
DAY = 86_400


def token() -> str:
    """Return a token for the officials' variant of the stream; good for thirty days of a wall."""
    return sign("official", SALT)


def allowed(given: str) -> bool:
    """Tell whether a token opens the officials' variant."""
    return unsign(given, SALT, 30 * DAY) == "official"
