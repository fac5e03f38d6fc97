"""Django's question «may they?» answered by the powers of an official, for the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import BaseBackend

from otklik.ground.accounts.queries import official_of, powers_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from otklik.ground.accounts.models import Person

GROUND = {"territories", "organisations", "topics", "triage"}
PEOPLE = {"official", "membership"}
SYSTEMS = {"role", "apikey"}
FLOW = {
    "cases", "problems", "sms", "calls", "exchange", "answers", "reception", "notifications",
    "partners", "webhooks", "push", "chats", "mailbox", "watches", "peers",
}  # fmt: skip
SET_UP = {
    "chats": {"bot"},
    "mailbox": {"mailbox"},
    "peers": {"peer"},
    "social": {"feed"},
    "calls": {"line", "extension"},
    "exchange": {"system"},
    "answers": {"answertemplate", "phrase", "limit"},
    "reception": {"receiver", "slot"},
}
"""Tables of the flow that an administrator edits: what the region sets up, not what happened."""


def _needed(permission: str) -> str:
    """Return our permission for one of Django's, or nothing if nobody may."""
    app, _, rest = permission.partition(".")
    verb, _, model = rest.partition("_")
    if (
        app in GROUND
        or model.removeprefix("historical") in SET_UP.get(app, set())
        or (app == "accounts" and model in SYSTEMS)
    ):
        return "edit_ground"
    if app == "accounts" and model in PEOPLE:
        return "manage_people"
    if app == "accounts" and model == "look" and verb == "view":
        return "audit"
    return "edit_ground" if app in FLOW and verb == "view" else ""


def _set_up(app: str, model: str) -> bool:
    """Tell whether a table is what an administrator sets up for the region."""
    if app == "accounts":
        return model in SYSTEMS
    return app in GROUND or model in SET_UP.get(app, set())


class Powers(BaseBackend):
    """An administrator of the region edits the ground; whoever else has no such power."""

    def has_perm(
        self,
        user_obj: Person | AnonymousUser,
        perm: str,
        obj: Any = None,  # noqa: ARG002
    ) -> bool:
        """Tell whether the official's powers, region-wide, allow it."""
        kept = user_obj.__dict__  # a page of the administration asks this some hundred times
        official = kept["_at_work"] = kept.get("_at_work") or official_of(user_obj)
        needed = _needed(perm)
        if official is None or not needed:
            return False
        return any(
            grant.organisations is None and grant.territories is None and grant.topics is None
            for grant in powers_of(official).granting(needed)
        )

    def has_module_perms(self, user_obj: Person | AnonymousUser, app_label: str) -> bool:
        """Tell whether anything of an app may be seen."""
        return any(
            self.has_perm(user_obj, f"{app_label}.view_{model}")
            for model in ("any", "role", "official", "look")
        )
