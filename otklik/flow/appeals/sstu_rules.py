"""ССТУ.РФ: nine statuses of a question and what each must tell. Pure.

The exact protocol is the operator's; names of fields follow open integrations with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DAY = ("incomingDate",)
REGISTERED = (*DAY, "registrationDate")
ENDED = (*REGISTERED, "responseDate")
CONSIDERED = (*ENDED, "attachment")

STATUSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "NotReceived": ("не поступило", ()),
    "NotRegistered": ("не зарегистрировано", DAY),
    "InWork": ("на рассмотрении", REGISTERED),
    "Explained": ("рассмотрено: разъяснено", CONSIDERED),
    "Supported": ("рассмотрено: поддержано", (*CONSIDERED, "actionsTaken")),
    "NotSupported": ("рассмотрено: не поддержано", CONSIDERED),
    "Transferred": ("направлено по компетенции", ENDED),
    "Answered": ("дан ответ автору", CONSIDERED),
    "LeftWithoutAnswer": ("оставлено без ответа", ENDED),
}
"""Each status: what it is called and which fields its question must have."""

FIELDS = {
    "incomingDate": "дата поступления", "registrationDate": "дата регистрации",
    "responseDate": "дата ответа", "attachment": "файл ответа", "actionsTaken": "меры приняты",
}  # fmt: skip
CODE = re.compile(r"\d{4}\.\d{4}\.\d{4}\.\d{4}(\.\d{4})?")
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One question as the case tells it."""

    topic: str
    status: str
    incoming: str = ""
    registered: str = ""
    responded: str = ""
    attachment: dict[str, str] | None = None
    actions: bool = False
    extended: bool = False
    transferred_to: str = ""


def code_of(mapped: str) -> str:
    """Return a known status; «на рассмотрении» for anything else."""
    return mapped if mapped in STATUSES else "InWork"


def entry(
    *, department: str, direct: bool, form: str, number: str, created: str, name: str, address: str,
    email: str, asked: Sequence[Asked],
) -> dict[str, Any]:  # fmt: skip
    """Return one appeal as the report says it; empty fields are left out of questions."""
    return {
        "departmentId": department,
        "isDirect": direct,
        "format": form,
        "number": number,
        "createDate": created,
        "name": name,
        "address": address,
        "email": email,
        "questions": [_question(each) for each in asked],
    }


def _question(asked: Asked) -> dict[str, Any]:
    needed = set(STATUSES[asked.status][1])
    told: dict[str, Any] = {
        "incomingDate": asked.incoming,
        "registrationDate": asked.registered,
        "responseDate": asked.responded if "responseDate" in needed else "",
        "attachment": asked.attachment if "attachment" in needed else None,
        "actionsTaken": asked.actions if asked.status == "Supported" else None,
        "isExtend": True if asked.extended and asked.status == "InWork" else None,
        "transferTo": asked.transferred_to,
    }
    if asked.status in {"NotReceived", "NotRegistered"}:
        told["registrationDate"] = ""
    kept = {name: value for name, value in told.items() if value or value is False}
    return {"code": asked.topic, "status": asked.status, **kept}


def problems_of(made: Mapping[str, Any]) -> list[str]:
    """Return in Russian what keeps an appeal out of the report; empty if it may go."""
    found = []
    if not UUID.fullmatch(str(made["departmentId"])):
        found.append("у организации нет номера в ССТУ (legal_regimes → settings.sstu)")
    if not made["name"]:
        found.append("не указан заявитель")
    if not (made["address"] or made["email"]):
        found.append("нет ни адреса, ни электронной почты")
    early = {"NotReceived", "NotRegistered"}
    if any(each["status"] not in early for each in made["questions"]) and not made["number"]:
        found.append("нет регистрационного номера")
    for place, each in enumerate(made["questions"], 1):
        found += [f"вопрос {place}: {said}" for said in _lacking(each)]
    return found


def _lacking(question: Mapping[str, Any]) -> list[str]:
    known = STATUSES.get(question["status"])
    if known is None:
        return [f"неизвестный статус {question['status']}"]
    found = []
    if not CODE.fullmatch(str(question["code"])):
        found.append("у темы нет кода тематического классификатора")
    found += [f"«{known[0]}» требует: {FIELDS[name]}" for name in known[1] if name not in question]
    days = [str(question[name]) for name in ENDED if question.get(name)]
    if days != sorted(days):
        found.append("даты идут не по порядку")
    return found
