"""`triage vectors`: compute anew the vectors of the seed's texts that ship with the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from otklik.flow.triage.embeddings import embedder
from otklik.flow.triage.queries import examples
from otklik.flow.triage.recall import keep

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "triage vectors"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["vectors"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        engine = embedder()
        if engine.dimension == 0:
            raise CommandError("there is no engine of meaning here")
        texts = sorted({example.text for example in examples()})
        self.stdout.write(f"{keep(engine, texts)}: {len(texts)} texts")
