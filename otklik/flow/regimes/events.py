"""What is known of a message beyond its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ReportBarred(Fact):
    """The message complains about a body: that body and all beneath it will never get it."""

    kind: ClassVar[str] = "report.barred"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Жалоба: её не передадут тем, на кого жалуются",
        "en": "A complaint: it will not go to those complained about",
    }

    report: int
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicantNamed(Fact):
    """The author said who they are and where to answer, as the law asks."""

    kind: ClassVar[str] = "report.signed"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Автор назвал себя и куда ответить",
        "en": "The author gave a name and where to answer",
    }

    report: int
