"""What is told about people: ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact

WHAT = {
    "text": {"ru": "текст сообщения", "en": "the text of the message"},
    "contact": {"ru": "имя и контакт", "en": "the name and the contact"},
    "file": {"ru": "файл без обработки", "en": "a file as it was sent"},
    "export": {"ru": "выгрузка", "en": "an export"},
    "notices": {"ru": "что отправлено автору", "en": "what was sent to the author"},
}
"""What of a person's data may be looked at, by the code that a look and its fact hold."""


@dataclass(frozen=True, kw_only=True)
class PersonalDataSeen(Fact):
    """An official looked at personal data of the subject's author; `reason` is a list's code."""

    kind: ClassVar[str] = "person.data_seen"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Просмотрены личные данные: {what}",
        "en": "Personal data were seen: {what}",
    }

    what: str = ""
    reason: str = ""

    def sentence(self, language: str = "ru") -> str:
        """Say it with what was seen in words, not by its code."""
        template = self.sentences.get(language) or self.sentences["ru"]
        return template.format(what=WHAT.get(self.what, {}).get(language) or self.what)


@dataclass(frozen=True, kw_only=True)
class StaffInvited(Fact):
    """An administrator sent an official the link that lets them in."""

    kind: ClassVar[str] = "staff.invited"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Приглашён сотрудник",
        "en": "An official was invited",
    }


@dataclass(frozen=True, kw_only=True)
class StaffJoined(Fact):
    """An official opened the link and set their password."""

    kind: ClassVar[str] = "staff.joined"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Сотрудник принял приглашение",
        "en": "The official joined",
    }


@dataclass(frozen=True, kw_only=True)
class StaffSwitched(Fact):
    """An official's access was closed or opened again; `state` is on or off."""

    kind: ClassVar[str] = "staff.switched"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Доступ сотрудника изменён: {state}",
        "en": "Access changed: {state}",
    }

    state: str


@dataclass(frozen=True, kw_only=True)
class StaffSignedOut(Fact):
    """All of an official's sessions were ended: a telephone was lost, a password was seen."""

    kind: ClassVar[str] = "staff.signed_out"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Все входы сотрудника завершены",
        "en": "All sessions ended",
    }


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Fact):
    """An official was given a role within bounds; an empty bound is none."""

    kind: ClassVar[str] = "staff.role_given"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Выдана роль {role}",
        "en": "Role given: {role}",
    }

    role: str
    organisation: str = ""
    territory: str = ""
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleTaken(Fact):
    """A role was taken from an official."""

    kind: ClassVar[str] = "staff.role_taken"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отозвана роль {role}",
        "en": "Role taken: {role}",
    }

    role: str
    organisation: str = ""
    territory: str = ""
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class LoginFailed(Fact):
    """Somebody gave a wrong password for a known person."""

    kind: ClassVar[str] = "person.login_failed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Неудачная попытка входа",
        "en": "A sign-in failed",
    }


@dataclass(frozen=True, kw_only=True)
class PersonJoined(Fact):
    """Somebody came for the first time, through another system or by a phone's code."""

    kind: ClassVar[str] = "person.joined"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Открыт кабинет: вход через {provider}",
        "en": "A person came for the first time: through {provider}",
    }

    provider: str


@dataclass(frozen=True, kw_only=True)
class IdentityLinked(Fact):
    """A further way in was linked to a person."""

    kind: ClassVar[str] = "person.identity_linked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Привязан вход через {provider}",
        "en": "Linked: {provider}",
    }

    provider: str


@dataclass(frozen=True, kw_only=True)
class IdentityUnlinked(Fact):
    """A way in was taken off."""

    kind: ClassVar[str] = "person.identity_unlinked"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Отвязан вход через {provider}",
        "en": "Unlinked: {provider}",
    }

    provider: str


@dataclass(frozen=True, kw_only=True)
class LevelChanged(Fact):
    """How sure it is who a person is changed; `level` is a code of accounts.rules.LEVELS."""

    kind: ClassVar[str] = "person.level_changed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Уровень учётной записи: {level}",
        "en": "Level of the account: {level}",
    }

    level: str
