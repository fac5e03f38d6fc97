"""Try a deadline policy: every stage's due time with the reason for each step."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from otklik.flow.cases import rules
from otklik.flow.cases.clockwork import policy_rules
from otklik.ground.organisations.loading import draft
from otklik.ground.organisations.queries import organisations, working_time, working_time_of
from otklik.ground.territories.queries import region
from otklik.ground.territories.region_files import WrongFilesError
from otklik.ground.topics.queries import policies

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

    from otklik.ground.kit.clock import WorkingTime
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import DeadlinePolicy

T = TypeVar("T")
ORDER = ("moderation", "coordination", "execution", "approval")
REGIONAL = "gov"
"""The schedule of moderation and of bodies without one of their own."""


class Command(BaseCommand):
    help = (
        "Print each stage's due time of a policy from a start, as JSON with the reasons. "
        "Every stage is given its whole term: the next begins when the one before must end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("policy")
        parser.add_argument("start", help="2026-11-24T10:00 in the region's zone")
        parser.add_argument("--organisation", default="", help="whose schedule: a body's code")
        parser.add_argument(
            "--calendar", default="", help="try a file like calendars.yaml before it is published"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        policy = _chosen(policies(), options["policy"], "policy")
        organisation = (
            _chosen(organisations(), options["organisation"], "organisation")
            if options["organisation"]
            else None
        )
        own, regional = _schedules(organisation, options["calendar"])
        answer = _told(policy, _moment(options["start"]), own, regional)
        answer["organisation"] = organisation.code if organisation else None
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def _chosen(known: Mapping[str, T], code: str, what: str) -> T:
    found = known.get(code)
    if found is None:
        raise CommandError(f"no {what} {code}; known: {', '.join(sorted(known))}")
    return found


def _moment(text: str) -> datetime:
    try:
        start = parse_datetime(text)
    except ValueError:
        start = None
    if start is None:
        raise CommandError(f"not a time: {text}; write 2026-11-24T10:00")
    return start if start.tzinfo else timezone.make_aware(start)


def _schedules(organisation: Organisation | None, file: str) -> tuple[WorkingTime, WorkingTime]:
    if not file:
        own = working_time_of(organisation) if organisation else working_time(None)
        return own, working_time(None)
    try:
        drafted = draft(Path(file), region().time_zone)
    except (OSError, WrongFilesError) as error:
        raise CommandError(str(error)) from None
    schedule = organisation.schedule if organisation else None
    own = _chosen(drafted, schedule.code if schedule else REGIONAL, "schedule in the file")
    return own, drafted.get(REGIONAL, own)


def _told(
    policy: DeadlinePolicy, start: datetime, own: WorkingTime, regional: WorkingTime
) -> dict[str, Any]:
    arithmetic = policy_rules(policy)
    total = rules.whole(arithmetic, start, own)
    stages, begins = [], start
    for stage in ORDER:
        working = regional if stage == "moderation" else own
        found = rules.stage_counted(arithmetic, stage, begins, total.end, working)
        if found is None:
            continue
        end, why, steps = found
        stages.append(
            {
                "stage": stage,
                "starts": working.local(begins).isoformat(),
                "due": working.local(end).isoformat(),
                "reason": why,
                "steps": list(steps),
            }
        )
        begins = max(begins, end)
    return {
        "policy": policy.code,
        "title": policy.title_ru,
        "start": start.isoformat(),
        "zone": own.zone,
        "roll": str(arithmetic.roll),
        "paused_in": sorted(arithmetic.paused_in),
        "stages": stages,
        "total": {
            "due": own.local(total.end).isoformat(),
            "reason": rules.said_of(arithmetic.total, total),
            "steps": [step.why for step in total.steps],
        },
    }
