"""`otklik photos print`: prints for the photos that came before prints were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from otklik.flow.answers.commands import print_report
from otklik.flow.answers.queries import reports_unprinted

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Takes the prints that are missing; may be stopped and started again."""

    help = "Снимки: снять отпечатки с тех, у кого их нет."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("action", choices=["print"])

    def handle(self, **options: Any) -> None:  # noqa: ARG002
        """Do it, message by message."""
        done = 0
        for report_id in reports_unprinted():
            done += print_report(report_id, now=timezone.now())
        self.stdout.write(f"Снимков просмотрено: {done}")
