"""The send form: what was typed, read leniently, and put back beside its errors."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from otklik.flow.appeals.commands import receive_appeal
from otklik.flow.intake.commands import receive
from otklik.flow.intake.rules import NewReport, Problem, Refused
from otklik.flow.regimes.commands import NewApplicant
from otklik.flow.regimes.rules import APPEAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, QueryDict

    from otklik.flow.intake.commands import Receipt
    from otklik.ground.accounts.models import Person

FIELDS = (
    "text", "topic", "place_kind", "lat", "lon", "address", "contact_kind", "email", "phone",
    "public", "consent", "idempotency_key", "twins_seen", "regime", "last_name", "first_name",
    "patronymic", "postal_address", "appeal_kind", "collective", "complaint_on",
)  # fmt: skip


@dataclass
class SendForm:
    """The values as typed and the problems beside each field."""

    values: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def empty(cls, person: Person | None, query: QueryDict) -> SendForm:
        """Return a fresh form; a signed-in person's contact and a link's hints are filled in."""
        values = dict.fromkeys(FIELDS, "")
        values["idempotency_key"] = str(uuid.uuid4())
        values["place_kind"] = "address"
        values["contact_kind"] = "email"
        values["public"] = "on"
        for name in ("text", "topic", "lat", "lon", "address"):
            values[name] = query.get(name, "")[:10_000]
        if values["lat"] and values["lon"]:
            values["place_kind"] = "pin"
        if person is not None:
            values["email"], values["phone"] = person.email, person.phone
            values["last_name"], values["first_name"] = person.last_name, person.first_name
            values["patronymic"] = person.patronymic
        return cls(values)

    @classmethod
    def posted(cls, data: QueryDict) -> SendForm:
        """Return the form as it was sent."""
        return cls({name: data.get(name, "") for name in FIELDS})

    def new_report(self, channel: str, language: str) -> NewReport:
        """Return the message to be received."""
        value = self.values
        return NewReport(
            text=value["text"],
            channel=channel,
            idempotency_key=value["idempotency_key"],
            language=language,
            topic=value["topic"],
            place=value["place_kind"],
            lat=_number(value["lat"]),
            lon=_number(value["lon"]),
            address=value["address"],
            contact=value["contact_kind"],
            email=value["email"] if value["contact_kind"] == "email" else "",
            phone=value["phone"] if value["contact_kind"] == "phone" else "",
            wants_public=value["public"] == "on" and not self.is_appeal,
            extra=self._extra(),
        )

    @property
    def is_appeal(self) -> bool:
        """Whether the author asks for the way of 59-ФЗ."""
        return self.values["regime"] == APPEAL

    def _extra(self) -> dict[str, str]:
        said = {"regime": APPEAL if self.is_appeal else "",
                "complaint_on": self.values["complaint_on"][:80]}  # fmt: skip
        return {name: value for name, value in said.items() if value}

    def applicant(self) -> NewApplicant:
        """Return who writes, as the law asks."""
        value = self.values
        return NewApplicant(
            last_name=value["last_name"],
            first_name=value["first_name"],
            patronymic=value["patronymic"],
            postal_address=value["postal_address"],
            kind=value["appeal_kind"],
            collective=value["collective"] == "on",
        )

    def refuse(self, problems: list[Problem], language: str) -> None:
        """Put problems beside their fields."""
        for problem in problems:
            text = problem.ru if language == "ru" else problem.en
            self.errors.setdefault(problem.field, []).append(text)


def accept(
    form: SendForm, new: NewReport, *, files: Sequence[UploadedFile[Any]], author: Person | None,
    now: datetime,
) -> Receipt:  # fmt: skip
    """Receive what was sent, as a message or as an appeal.

    A key that a draft kept from a message already taken brings new words under a new key.
    """
    try:
        return _received(form, new, files=files, author=author, now=now)
    except Refused as refusal:
        if [problem.field for problem in refusal.problems] != ["idempotency_key"]:
            raise
    new = replace(new, idempotency_key=str(uuid.uuid4()))
    return _received(form, new, files=files, author=author, now=now)


def _received(
    form: SendForm, new: NewReport, *, files: Sequence[UploadedFile[Any]], author: Person | None,
    now: datetime,
) -> Receipt:  # fmt: skip
    if form.is_appeal:
        return receive_appeal(new, form.applicant(), files=files, author=author, now=now)
    return receive(new, files=files, author=author, now=now)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def uploads(request: HttpRequest, name: str) -> list[UploadedFile[Any]]:
    """Return the files that came under a name."""
    return cast("list[UploadedFile[Any]]", list(request.FILES.getlist(name)))
