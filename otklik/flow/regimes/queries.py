"""Regimes as data, and the branches that complaints close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.regimes import rules
from otklik.flow.regimes.models import Applicant, Bar
from otklik.ground.kit.memo import remembered
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory

if TYPE_CHECKING:
    from otklik.flow.intake.models import Report
    from otklik.flow.regimes.rules import Regime

KIND = "legal_regimes"
SECONDS = 10


def regimes() -> dict[str, Regime]:
    """Return the regimes in force by code."""
    return {
        code: rules.regime(
            code,
            {"title_ru": line.title_ru, "title_en": line.title_en,
             "help_ru": line.hint_ru, "help_en": line.hint_en},
            line.extra,
        )
        for code, line in directory(KIND).items()
    }  # fmt: skip


def regime(code: str) -> Regime:
    """Return a regime; one that asks for nothing where the directory does not know it."""
    return regimes().get(code) or rules.Regime(code)


def regime_of(report: Report) -> Regime:
    """Return under which regime a message came: said by its author, or by its door."""
    known = regimes()
    said = str(report.extra.get("regime") or "")
    if said in known:
        return known[said]
    by_channel = (each for each in known.values() if report.channel in each.channels)
    return next(by_channel, regime(rules.MESSAGE))


@remembered(SECONDS)
def parents() -> dict[int, int | None]:
    """Return who is above each body, closed ones too."""
    return dict(Organisation.objects.filter(region=region()).values_list("pk", "parent_id"))


def targets_of(report_id: int) -> list[Organisation]:
    """Return the bodies that a message complains about."""
    found = Bar.objects.filter(report_id=report_id).select_related("organisation")
    return [each.organisation for each in found.order_by("pk")]


def barred_for(report_id: int) -> frozenset[int]:
    """Return the bodies that may never get a message."""
    targets = Bar.objects.filter(report_id=report_id).values_list("organisation_id", flat=True)
    return rules.closed_branch(frozenset(targets), parents()) if targets else frozenset()


def branch_above(organisation_id: int) -> tuple[int, ...]:
    """Return a body and all above it: a complaint about any of these is hidden from it."""
    return rules.upwards(organisation_id, parents())


def applicant_of(report_id: int) -> Applicant | None:
    """Return who wrote an appeal; None for a message."""
    return Applicant.objects.filter(report_id=report_id).first()
