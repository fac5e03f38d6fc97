"""What the learning of routing tells the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from otklik.journal.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RoutingProposalSettled(Fact):
    """An administrator took a proposed routing rule, or declined it."""

    kind: ClassVar[str] = "routing.settled"
    public: ClassVar[bool] = False
    sentences: ClassVar[dict[str, str]] = {
        "ru": "Предложенное правило передачи рассмотрено: {topic} × {territory} → {organisation}",
        "en": "A proposed routing rule was settled: {topic} × {territory} → {organisation}",
    }

    verdict: int
    topic: str
    territory: str
    organisation: str
    accepted: bool
    cases: int
