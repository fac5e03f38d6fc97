"""`triage versions | train | use N | release | vectors`: the classifier by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otklik.flow.triage import commands, queries
from otklik.flow.triage.classifier import examples
from otklik.flow.triage.embeddings import embedder
from otklik.flow.triage.models import ClassifierVersion
from otklik.flow.triage.recall import keep

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Shows, makes and chooses versions of the classifier."""

    help = "Классификатор: versions, train, use N, release, vectors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and with which version."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("versions", help="показать версии и их качество")
        actions.add_parser("train", help="обучить новую версию сейчас")
        using = actions.add_parser("use", help="включить версию и закрепить её, прежнюю или новую")
        using.add_argument("number", type=int)
        actions.add_parser("release", help="открепить: лучшая новая версия снова заменит эту")
        actions.add_parser("vectors", help="пересчитать векторы, что лежат рядом с данными")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        getattr(self, f"_{options['action']}")(options)

    def _versions(self, _options: dict[str, Any]) -> None:
        for version in queries.versions():
            self.stdout.write(_line(version))

    def _train(self, _options: dict[str, Any]) -> None:
        self.stdout.write(_line(commands.train(now=timezone.now())))

    def _use(self, options: dict[str, Any]) -> None:
        number = options["number"]
        try:
            chosen = commands.choose_version(number, by=None, now=timezone.now())
        except ClassifierVersion.DoesNotExist as error:
            raise CommandError(f"версии {number} нет: triage versions") from error
        except OSError as error:
            raise CommandError(f"файла версии {number} нет, или он изменён: {error}") from error
        self.stdout.write(_line(chosen))

    def _release(self, _options: dict[str, Any]) -> None:
        try:
            version = commands.release_version(by=None, now=timezone.now())
        except ClassifierVersion.DoesNotExist as error:
            raise CommandError("ни одной версии ещё нет: triage train") from error
        self.stdout.write(_line(version))

    def _vectors(self, _options: dict[str, Any]) -> None:
        engine = embedder()
        if engine.dimension == 0:
            raise CommandError("смысловых векторов здесь нет: TRIAGE_EMBEDDINGS=none или нет AVX2")
        texts = sorted({example.text for example in examples()})
        self.stdout.write(f"{keep(engine.name, texts, engine.embed(texts))}: {len(texts)}")


def _line(version: ClassifierVersion) -> str:
    mark = "*" if version.in_use else " "
    told = [f"{mark} {version.number:>4}  {version.made_at:%Y-%m-%d %H:%M}"]
    told.append(f"исправлений {version.corrections}, смысл: {version.embeddings or 'нет'}")
    for name, title in (("phrases", "фразы"), ("corrections", "исправления")):
        found = version.scores.get(name, {})
        if found.get("checked"):
            told.append(f"{title}: {found['top1']:.2f}, из трёх {found['top3']:.2f}")
    if version.pinned:
        told.append("закреплена")
    return "; ".join(told)
