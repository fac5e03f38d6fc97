"""The invented people of the imitator: one of each level, and those whose case is special."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TestPerson:
    """An account as ЕСИА would hold it; `note` tells the tester what it is good for."""

    __test__ = False

    oid: str
    last: str
    first: str
    middle: str
    born: str
    gender: str
    note: str
    trusted: bool = False
    snils: str = ""
    email: str = ""
    email_proven: bool = True
    phone: str = ""
    registration: str = ""
    residence: str = ""
    organisations: tuple[dict[str, Any], ...] = ()

    @property
    def level(self) -> str:
        """The level in words."""
        if self.trusted:
            return "подтверждённая"
        return "стандартная" if self.snils else "упрощённая"

    def person(self, scopes: frozenset[str]) -> dict[str, Any]:
        """Answer `/rs/prns/{oid}`."""
        told: dict[str, Any] = {
            "stateFacts": ["EntityRoot"], "status": "REGISTERED", "verifying": False,
            "trusted": self.trusted, "rIdDoc": 1 if self.snils else None,
        }  # fmt: skip
        if "fullname" in scopes:
            told |= {"lastName": self.last, "firstName": self.first, "middleName": self.middle}
        if "birthdate" in scopes:
            told["birthDate"] = self.born
        if "gender" in scopes:
            told["gender"] = self.gender
        if self.snils:
            told["snils"] = self.snils
        return told

    def contacts(self, scopes: frozenset[str]) -> list[dict[str, Any]]:
        """Answer `/rs/prns/{oid}/ctts`."""
        found = []
        if self.email and "email" in scopes:
            status = "VERIFIED" if self.email_proven else "NOT_VERIFIED"
            found.append({"id": 1, "type": "EML", "vrfStu": status, "value": self.email})
        if self.phone and "mobile" in scopes:
            found.append({"id": 2, "type": "MBT", "vrfStu": "VERIFIED", "value": self.phone})
        return found

    def addresses(self, scopes: frozenset[str]) -> list[dict[str, Any]]:
        """Answer `/rs/prns/{oid}/addrs`."""
        if "addresses" not in scopes:
            return []
        both = (("PRG", self.registration), ("PLV", self.residence))
        return [
            {"id": number, "type": kind, "addressStr": text, "countryId": "RUS"}
            for number, (kind, text) in enumerate(both)
            if text
        ]

    def roles(self, scopes: frozenset[str]) -> list[dict[str, Any]]:
        """Answer `/rs/prns/{oid}/roles`."""
        return list(self.organisations) if "usr_org" in scopes else []


PERSONS = (
    TestPerson(
        "1000000001", "Воробьёва", "Мария", "Ивановна", "12.03.1984", "F",
        "есть всё: имя, адрес, почта, телефон", trusted=True, snils="000-000-001 00",
        email="vorobyova@example.ru", phone="+7(921)5550171",
        registration="Вологодская обл., г. Вологда, ул. Мира, д. 12, кв. 7",
        residence="Вологодская обл., г. Вологда, ул. Мира, д. 12, кв. 7",
    ),
    TestPerson(
        "1000000002", "Кузнецов", "Павел", "Олегович", "04.11.1991", "M",
        "документы проверены, лично не приходил", snils="000-000-002 00",
        email="kuznetsov@example.ru", phone="+7(921)5550172",
        registration="Вологодская обл., г. Череповец, пр-кт Победы, д. 85, кв. 31",
    ),
    TestPerson(
        "1000000003", "Лебедева", "Ольга", "Петровна", "", "F",
        "только телефон и имя с её слов", phone="+7(921)5550173",
    ),
    TestPerson(
        "1000000004", "Смирнов", "Игорь", "Андреевич", "30.07.1978", "M",
        "руководитель организации", trusted=True, snils="000-000-004 00",
        email="smirnov@example.ru", phone="+7(921)5550174",
        registration="Вологодская обл., г. Сокол, ул. Советская, д. 73, кв. 2",
        organisations=(
            {"oid": 2000000001, "type": "LEGAL", "active": True, "chief": True,
             "fullName": "Общество с ограниченной ответственностью «Северный двор»",
             "shortName": "ООО «Северный двор»", "ogrn": "1033500000001"},
            {"oid": 2000000002, "type": "LEGAL", "active": True, "chief": False,
             "fullName": "Товарищество собственников жилья «Советская, 73»",
             "shortName": "ТСЖ «Советская, 73»", "ogrn": "1033500000002"},
        ),
    ),
    TestPerson(
        "1000000005", "Соколова", "Анна", "Сергеевна", "19.09.1989", "F",
        "почта та же, что у жительницы показа anna@example.ru", trusted=True,
        snils="000-000-005 00", email="anna@example.ru", phone="+7(921)5550175",
        registration="Вологодская обл., г. Вологда, ул. Ленинградская, д. 100, кв. 12",
    ),
    TestPerson(
        "1000000006", "Белов", "Степан", "Ильич", "01.02.1955", "M",
        "почта не подтверждена, адрес за пределами области", trusted=True,
        snils="000-000-006 00", email="belov@example.ru", email_proven=False,
        registration="Ярославская обл., г. Ярославль, ул. Свободы, д. 5, кв. 40",
    ),
)  # fmt: skip
BY_OID = {each.oid: each for each in PERSONS}
