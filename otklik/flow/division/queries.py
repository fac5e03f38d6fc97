"""Reading which messages are parts of which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.division.models import Part
from otklik.flow.intake.models import Report
from otklik.flow.intake.rules import spoken_number
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case

KEPT = "divided"
"""The note that says what stays in a message that was divided."""


def parts_of(case: Case) -> list[Part]:
    """Return the parts that were taken out of a message, the first first."""
    found = Part.objects.filter(source=case).select_related("case__topic", "case__organisation")
    light = found.defer("case__topic__phrases", "case__topic__synonyms")
    return list(light.order_by("pk"))


def part_of(case: Case) -> Part | None:
    """Return of which message this one is a part; None for a message of its own."""
    return Part.objects.filter(case=case).select_related("source").first()


def kept_in(case: Case) -> str:
    """Return what stays in a message that was divided."""
    last = case.notes.filter(kind=KEPT).last()
    return last.text if last else ""


def source_number(number: str) -> str:
    """Return the number of the message that this one was a part of, or nothing."""
    found = Part.objects.filter(region=region(), case__number=spoken_number(number) or "")
    return found.values_list("source__number", flat=True).first() or ""


def reports_of_parts(report: Report) -> list[Report]:
    """Return the messages that were taken out of one."""
    return list(Report.objects.filter(case__part__source__report=report).order_by("pk"))
