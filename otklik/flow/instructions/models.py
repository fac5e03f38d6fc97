"""What a leader told somebody to do, until when, and what came of it."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.flow.instructions.rules import TITLES
from otklik.flow.problems.models import Problem
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Instruction(models.Model):
    """A controlled task: to a body (and perhaps one official), by a date, under somebody's control.

    `place` is the place on the map that it was given from: a territory's code, an H3 cell's name
    or nothing.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    place = models.CharField("место на карте", max_length=60, blank=True, db_index=True)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, verbose_name="где")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, verbose_name="тема")
    problem = models.ForeignKey(Problem, models.PROTECT, null=True, verbose_name="проблема")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="кому", related_name="instructions"
    )
    official = models.ForeignKey(
        Official, models.PROTECT, null=True, verbose_name="кому лично", related_name="instructions"
    )
    text = models.TextField("что сделать")
    due = models.DateTimeField("срок")
    given_by = models.ForeignKey(
        Official, models.PROTECT, verbose_name="кто дал", related_name="given_instructions"
    )
    control_by = models.ForeignKey(
        Official, models.PROTECT, verbose_name="кто проверяет",
        related_name="controlled_instructions",
    )  # fmt: skip
    given_at = models.DateTimeField("дано")
    status = models.CharField("состояние", max_length=10, default="given")
    reported_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField("отчитались", null=True)
    closed_at = models.DateTimeField("закрыто", null=True)
    overdue_at = models.DateTimeField("срок прошёл", null=True)
    extensions = models.PositiveSmallIntegerField("переносов", default=0)
    cases = models.ManyToManyField(
        Case, through="InstructionCase", related_name="instructions", verbose_name="обращения"
    )

    class Meta:
        verbose_name = "поручение"
        verbose_name_plural = "поручения"
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["region", "status", "due"], name="instruction_open")]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def ref(self) -> str:
        """How the journal names this instruction."""
        return f"instruction:{self.pk}"

    @property
    def state(self) -> str:
        """The state in words."""
        return TITLES[self.status]["ru"]


class InstructionCase(models.Model):
    """A case that an instruction was given because of."""

    region = models.ForeignKey(Region, models.PROTECT)
    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="links")
    case = models.ForeignKey(Case, models.CASCADE, related_name="instruction_links")

    class Meta:
        verbose_name = "обращение поручения"
        verbose_name_plural = "обращения поручений"
        constraints = [
            models.UniqueConstraint(fields=["instruction", "case"], name="instruction_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.instruction} ← {self.case}"


class InstructionStep(models.Model):
    """One step of an instruction's life, with its words. Never edited."""

    region = models.ForeignKey(Region, models.PROTECT)
    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="steps")
    verb = models.CharField("что", max_length=10)
    text = models.TextField("слова", blank=True)
    due = models.DateTimeField("срок", null=True)
    by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "шаг поручения"
        verbose_name_plural = "шаги поручений"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.instruction}: {self.verb}"


class InstructionFile(models.Model):
    """A file that proves a report: seen by those who see the instruction, by nobody else.

    `public` and `thumbnail` are copies of a picture without EXIF, empty until they are made.
    """

    FILES = ("original", "public", "thumbnail")

    region = models.ForeignKey(Region, models.PROTECT)
    step = models.ForeignKey(InstructionStep, models.CASCADE, related_name="files")
    token = models.CharField(max_length=32, unique=True)
    name = models.CharField("имя файла", max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    original = models.CharField("путь к оригиналу", max_length=200)
    public = models.CharField("путь к копии без EXIF", max_length=200, blank=True)
    thumbnail = models.CharField("путь к уменьшенной", max_length=200, blank=True)

    class Meta:
        verbose_name = "файл отчёта"
        verbose_name_plural = "файлы отчётов"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
