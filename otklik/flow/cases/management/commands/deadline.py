"""Try a deadline policy: every stage's due time with the reason for it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from otklik.flow.cases import rules
from otklik.flow.cases.clockwork import policy_rules
from otklik.ground.organisations.queries import organisations, working_time, working_time_of
from otklik.ground.topics.queries import policies

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Print each stage's due time of a policy from a start, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("policy")
        parser.add_argument("start", help="2026-11-24T10:00 in the region's zone")
        parser.add_argument("--organisation", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        policy = policies().get(options["policy"])
        if policy is None:
            raise CommandError(f"no policy {options['policy']}; known: {', '.join(policies())}")
        start = parse_datetime(options["start"])
        if start is None:
            raise CommandError(f"not a time: {options['start']}")
        start = start if start.tzinfo else timezone.make_aware(start)
        organisation = organisations().get(options["organisation"])
        working = working_time_of(organisation) if organisation else working_time(None)
        arithmetic = policy_rules(policy)
        due = rules.due(arithmetic, start, working)
        steps = [
            {
                "stage": stage,
                "due": self._said(rules.stage_due(arithmetic, stage, start, due, working)),
                "reason": f"{term.amount} {term.unit}" if term.amount else "what the total leaves",
            }
            for stage, term in arithmetic.stages.items()
        ]
        total = {
            "stage": "total",
            "due": self._said(due),
            "reason": f"{policy.amount} {policy.unit}, roll {policy.roll}",
        }
        answer = {"policy": policy.code, "start": start.isoformat(), "steps": [*steps, total]}
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _said(self, moment: datetime | None) -> str | None:
        return timezone.localtime(moment).isoformat() if moment else None
