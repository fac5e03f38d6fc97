"""What each legal regime asks; whom a complaint may never reach. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from otklik.flow.intake.rules import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MESSAGE, APPEAL = "message", "appeal_59fz"
LAWFUL = frozenset({APPEAL})
"""Regimes under 59-ФЗ: never refused, registered by hand, signed. The law's, so not data."""

REQUIRED = {
    "name": (
        "last_name", "Напишите фамилию и имя: без них на обращение не отвечают (59-ФЗ, ст. 7)",
        "Give your family and first name: an appeal is not answered without them",
    ),
    "reply": (
        "postal_address", "Укажите, куда прислать ответ: почтовый адрес или электронную почту",
        "Say where the answer goes: a postal or an e-mail address",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Regime:
    """A regime as arithmetic; every value is an administrator's data."""

    code: str
    title_ru: str = ""
    title_en: str = ""
    help_ru: str = ""
    help_en: str = ""
    policy: str = ""
    required: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    reception: str = ""
    public: bool = True
    signer: str = ""
    refusals: str = ""
    forms: tuple[str, ...] = ()
    number: str = "{serial}"
    settings: dict[str, Any] = field(default_factory=dict)

    def special_terms(self, path: Sequence[str], channel: str) -> str:
        """Return the policy that the nearest topic of a path has here for a channel, or nothing.

        As for what tells of breaches of migration law (59-ФЗ, articles 8 part 3.1 and 12 part 1.1).
        """
        told = self.settings.get("terms") or {}
        own: Mapping[str, Any] = next((told[code] for code in path if code in told), {})
        return str(own.get(channel) or own.get("policy") or "")


def regime(code: str, titles: Mapping[str, str], extra: Mapping[str, Any]) -> Regime:
    """Return a regime as its row of the directory tells it."""
    return Regime(
        code=code,
        **titles,
        policy=str(extra.get("policy") or ""),
        required=tuple(extra.get("required") or ()),
        channels=tuple(extra.get("channels") or ()),
        reception=str(extra.get("reception") or ""),
        public=bool(extra.get("public", True)),
        signer=str(extra.get("signer") or ""),
        refusals=str(extra.get("refusals") or ""),
        forms=tuple(extra.get("forms") or ()),
        number=str(extra.get("number") or "{serial}"),
        settings=dict(extra.get("settings") or {}),
    )


def problem_of(code: str, extra: Mapping[str, Any]) -> str:
    """Return what is wrong with a regime's row, in Russian; empty if nothing."""
    for name, kind, told in (("required", list, "список"), ("settings", dict, "{…}")):
        if not isinstance(extra.get(name) or kind(), kind):
            return f"{name}: нужно {told}"
    unknown = {str(each) for each in extra.get("required") or ()} - set(REQUIRED)
    if unknown:
        return f"required: неизвестно {', '.join(sorted(unknown))}; есть {', '.join(REQUIRED)}"
    if code in LAWFUL and extra.get("refusals") != "legal_no_answer_grounds":
        return "refusals: обращение нельзя отклонить, только статья 11 (legal_no_answer_grounds)"
    terms = (extra.get("settings") or {}).get("terms") or {}
    if not isinstance(terms, dict) or not all(isinstance(each, dict) for each in terms.values()):
        return "settings.terms: нужно {тема: {policy: порядок, канал: порядок}}"
    try:
        str(extra.get("number") or "{serial}").format(serial=1, index="А", year=26)
    except (KeyError, IndexError, ValueError):
        return "number: можно {serial}, {index} и {year}"
    return ""


def check_applicant(
    asks: Regime, *, last_name: str, first_name: str, postal_address: str, email: str, cabinet: bool
) -> list[Problem]:
    """Return what a regime asks for and the author did not say."""
    lacking = {
        "name": not (last_name.strip() and first_name.strip()),
        "reply": not (postal_address.strip() or email.strip() or cabinet),
    }
    return [
        Problem(REQUIRED[each][0], f"needs_{each}", REQUIRED[each][1], REQUIRED[each][2])
        for each in asks.required
        if lacking[each]
    ]


def closed_branch(targets: Collection[int], parents: Mapping[int, int | None]) -> frozenset[int]:
    """Return the bodies complained about with all beneath them: none may get the complaint.

    A superior may: it is the right one to judge (59-ФЗ, article 8 part 6).
    """
    return frozenset(each for each in parents if set(targets) & set(upwards(each, parents)))


def upwards(body: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """Return a body and all above it, nearest first; a ring in the data ends the walk."""
    found: list[int] = []
    step: int | None = body
    while step is not None and step not in found:
        found.append(step)
        step = parents.get(step)
    return tuple(found)
