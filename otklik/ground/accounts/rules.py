"""What an official may do: permissions within scopes, never names of roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

PERMISSIONS = (
    "see_case", "see_personal_data", "reveal_personal_data", "see_place", "moderate",
    "correct_topic", "assign", "return", "draft_answer", "approve_answer", "extend", "redirect",
    "verify", "judge_dispute",
    "see_monitor", "mark_red", "instruct", "fulfil", "plan_roadmaps",
    "edit_ground", "manage_people", "create_on_behalf",
    "hold_reception",
    "see_statistics", "see_closed_topics", "organise_votes", "export_cases",
    "moderate_discussions",
    "approve_export", "erase_person", "audit", "group", "declare_emergency",
    "edit_templates", "edit_widgets",
    "edit_webhooks", "handle_social", "watch_doors",
    "register_appeals",
)  # fmt: skip

CONTOUR = "see_closed_topics"
"""Held by members of the closed contour alone: without it a case there does not exist."""


PERSONAL = "see_personal_data"
REVEAL = "reveal_personal_data"
PLACE = "see_place"


class Refused(ValueError):  # noqa: N818  (a refusal is not an error of ours)
    """It is not allowed so; the reason is for the person who asked."""

    def __init__(self, code: str, ru: str, en: str) -> None:
        super().__init__(code)
        self.code, self.ru, self.en = code, ru, en


@dataclass(frozen=True)
class Sight:
    """How much of personal data an official sees of one case.

    `text`: words as written; `contact`: name, phone, e-mail; `place`: house and point.
    `may_ask` tells whether «Показать» is there, `needs_reason` whether it asks why;
    `until` when what was opened closes again.
    """

    text: bool = False
    contact: bool = False
    place: bool = False
    may_ask: bool = False
    needs_reason: bool = False
    until: datetime | None = None


def sight(permissions: frozenset[str], opened_until: datetime | None) -> Sight:
    """Return what permissions show of a case, with what a look opened until a moment."""
    opened = opened_until is not None
    whole = PERSONAL in permissions
    return Sight(
        text=whole or opened,
        contact=opened,
        place=whole or opened or PLACE in permissions,
        may_ask=not opened and bool({PERSONAL, REVEAL} & permissions),
        needs_reason=not whole,
        until=opened_until,
    )


@dataclass(frozen=True)
class Power:
    """Permissions within a scope; None means no bound. `role` is the code of the role behind."""

    permissions: frozenset[str]
    organisations: frozenset[int] | None = None
    territories: frozenset[int] | None = None
    topics: frozenset[int] | None = None
    role: str = ""

    def covers(self, organisation: int | None, territory: int | None, topic: int | None) -> bool:
        """Tell whether something held by these lies within the scope."""
        bounds = (
            (self.organisations, organisation),
            (self.territories, territory),
            (self.topics, topic),
        )
        return all(bound is None or value in bound for bound, value in bounds)

    @property
    def unbounded(self) -> bool:
        """Tell whether the scope is the whole region, every topic of it."""
        return self.organisations is None and self.territories is None and self.topics is None


@dataclass(frozen=True)
class Powers:
    """All that an official may do."""

    grants: tuple[Power, ...] = ()

    def anywhere(self, permission: str) -> bool:
        """Tell whether the permission is held in any scope."""
        return any(permission in grant.permissions for grant in self.grants)

    def everywhere(self, permission: str) -> bool:
        """Tell whether the permission is held for the whole region and every topic."""
        return any(grant.unbounded for grant in self.granting(permission))

    def granting(self, permission: str) -> tuple[Power, ...]:
        """Return the grants that hold a permission."""
        return tuple(grant for grant in self.grants if permission in grant.permissions)


def may(
    powers: Powers,
    permission: str,
    *,
    organisation: int | None = None,
    territory: int | None = None,
    topic: int | None = None,
) -> bool:
    """Tell whether the permission is held for something in this organisation, place and topic."""
    return any(
        grant.covers(organisation, territory, topic) for grant in powers.granting(permission)
    )


def permissions_for(
    powers: Powers,
    organisation: int | None,
    territory: int | None,
    topic: int | None,
    *,
    closed: bool = False,
) -> frozenset[str]:
    """Return every permission held for something in this organisation, place and topic.

    In the closed contour only grants made for it count: a region-wide moderator is nobody there.
    """
    return frozenset().union(
        *(
            grant.permissions
            for grant in powers.grants
            if grant.covers(organisation, territory, topic)
            and (not closed or CONTOUR in grant.permissions)
        )
    )


MANAGE = "manage_people"
RESERVED = frozenset({"edit_ground", "erase_person", "audit", CONTOUR})
"""Permissions whose roles only a manager of the whole region gives."""


@dataclass(frozen=True)
class Grant:
    """A role about to be given: what it allows, how wide it may be, where it is to hold."""

    permissions: frozenset[str]
    scope: str
    role: str
    apart: frozenset[str]
    organisation: int | None = None
    territory: int | None = None
    topic: int | None = None


def may_manage(powers: Powers, organisation: int) -> bool:
    """Tell whether one manages the people of a body: their own tree, every topic of it."""
    return any(
        grant.organisations is None or organisation in grant.organisations
        for grant in powers.granting(MANAGE)
    )


def check_grant(
    powers: Powers, grant: Grant, held: dict[str, frozenset[str]], *, own: bool
) -> None:
    """Refuse a role that its giver may not give so; `held` are the roles that one already has.

    Nobody gives themselves a role; a body's administrator gives within their bodies only.
    """
    everywhere = powers.everywhere(MANAGE)
    if own:
        raise Refused("own", "Себе роли не выдают: попросите другого администратора",
                      "Nobody gives a role to themselves")  # fmt: skip
    if grant.scope not in {"organisation", "region"}:
        raise Refused("not_given", "Эту роль не выдают", "This role is not given")
    if not everywhere and (grant.scope == "region" or grant.permissions & RESERVED):
        raise Refused("too_wide", "Эту роль выдаёт администратор региона",
                      "The administrator of the region gives this role")  # fmt: skip
    if grant.organisation is None and grant.scope != "region":
        raise Refused("no_body", "Укажите организацию, в которой действует роль",
                      "Say in which body the role holds")  # fmt: skip
    if not everywhere and not may_manage(powers, grant.organisation or 0):
        raise Refused("other_body", "Роль можно выдать в своей организации и подчинённых",
                      "Only within your own bodies")  # fmt: skip
    clash = sorted(
        code for code, apart in held.items() if code in grant.apart or grant.role in apart
    )
    if clash:
        raise Refused("apart", f"Эта роль несовместима с уже выданной: {', '.join(clash)}",
                      f"This role cannot stand beside: {', '.join(clash)}")  # fmt: skip


def unknown_permissions(names: Iterable[str]) -> list[str]:
    """Return the permissions that the code knows nothing of."""
    return [name for name in names if name not in PERMISSIONS]


LEVELS = ("none", "phone", "simple", "standard", "confirmed")
"""How sure it is who a person is, from nobody to a confirmed account of ЕСИА."""
DEEDS = ("send", "join", "rate", "appeal", "propose")
"""What a citizen does, each from a level on that the region sets; where it sets none, from any.

Votes set a level each for itself.
"""
ESIA, PHONE = "esia", "phone"


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as another system told it: what was asked for and given, no more."""

    provider: str
    issuer: str
    subject: str
    level: str = ""
    last_name: str = ""
    first_name: str = ""
    patronymic: str = ""
    email: str = ""
    email_proven: bool = False
    phone: str = ""
    phone_proven: bool = False
    birth_date: str = ""
    gender: str = ""
    registration: str = ""
    residence: str = ""
    organisations: tuple[dict[str, str], ...] = ()


def allowed_from(settings: Mapping[str, Any], deed: str) -> str:
    """Return the level from which a deed is allowed; a word that is no level lets nobody less."""
    told = settings.get(deed, LEVELS[0])
    return told if told in LEVELS else LEVELS[-1]


def citizen_may(level: str, deed: str, settings: Mapping[str, Any]) -> bool:
    """Tell whether a level of account suffices for a deed."""
    return LEVELS.index(level) >= LEVELS.index(allowed_from(settings, deed))


def level_after(*, attested: str, phone: bool) -> str:
    """Return a person's level from what is known: another system's word, a proven phone."""
    known = [attested or LEVELS[0], PHONE if phone else LEVELS[0]]
    return max(known, key=LEVELS.index)


def check_unlink(*, left: int) -> None:
    """Refuse to take a person's only way in."""
    if left < 1:
        raise Refused("last", "Это ваш единственный вход: сначала добавьте другой",
                      "This is your only way in: add another one first")  # fmt: skip


def check_link(*, owner: int | None, person: int) -> None:
    """Refuse an account of another system that already leads to somebody else."""
    if owner is not None and owner != person:
        raise Refused(
            "other",
            "Эта учётная запись уже ведёт в другой кабинет. Войдите через неё и отвяжите её там",
            "This account already leads to another person. Sign in with it and unlink it there",
        )
