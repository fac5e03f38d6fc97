"""What is written down about a message's author and its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.flow.regimes.events import ApplicantNamed, ReportBarred
from otklik.flow.regimes.models import Applicant, Bar
from otklik.ground.kit.text import clean
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.intake.models import Report
    from otklik.ground.organisations.models import Organisation


@dataclass(frozen=True)
class NewApplicant:
    """Who writes, as typed."""

    last_name: str = ""
    first_name: str = ""
    patronymic: str = ""
    postal_address: str = ""
    kind: str = Applicant.Kind.APPLICATION
    collective: bool = False


@command
def name_applicant(report: Report, new: NewApplicant, *, by: str, now: datetime) -> Applicant:
    """Keep who wrote; said again, the newer holds."""
    kinds = Applicant.Kind.values
    said, _ = Applicant.objects.update_or_create(
        report=report,
        defaults={
            "region_id": report.region_id,
            "last_name": clean(new.last_name)[:100],
            "first_name": clean(new.first_name)[:100],
            "patronymic": clean(new.patronymic)[:100],
            "postal_address": clean(new.postal_address)[:300],
            "kind": new.kind if new.kind in kinds else Applicant.Kind.APPLICATION,
            "collective": new.collective,
            "at": now,
        },
    )
    record(
        ApplicantNamed(
            region=report.region_id, subject=f"report:{report.number}", actor=by, at=now,
            report=report.pk,
        )
    )  # fmt: skip
    return said


@command
def bar(report: Report, organisation: Organisation, *, by: str, now: datetime) -> Bar:
    """Close a branch of the tree for a message that complains about its top."""
    made, fresh = Bar.objects.get_or_create(
        report=report,
        organisation=organisation,
        defaults={"region_id": report.region_id, "by": by, "at": now},
    )
    if fresh:
        record(
            ReportBarred(
                region=report.region_id, subject=f"report:{report.number}", actor=by, at=now,
                report=report.pk, organisation=organisation.code,
            )
        )  # fmt: skip
    return made
