"""What is said, who answered how, what moderators did, which groups came out."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import Official, Person
from otklik.ground.territories.models import Region
from otklik.participation.projects.models import Phase


class Conversation(models.Model):
    """A question within a phase to which people give statements and answer others'."""

    class Moderation(models.TextChoices):
        PRE = "pre", _("новые показываем после проверки")
        POST = "post", _("новые показываем сразу, проверяем потом")

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.PROTECT, related_name="statements")
    slug = models.SlugField("адрес", max_length=80, unique=True)
    title = models.CharField("вопрос", max_length=300)
    about = models.TextField("пояснение", blank=True)
    moderation = models.CharField("проверка", max_length=4, choices=Moderation.choices)
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("составлен")

    class Meta:
        verbose_name = "сбор мнений"
        verbose_name_plural = "сборы мнений"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the journal names this conversation."""
        return f"conversation:{self.pk}"


class Voter(models.Model):
    """One who answers: a row to lock and to count by."""

    region = models.ForeignKey(Region, models.PROTECT)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="voters")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    level = models.CharField("проверка личности", max_length=12, choices=Person.Level.choices)

    class Meta:
        verbose_name = "участник сбора мнений"
        verbose_name_plural = "участники сборов мнений"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "person"], name="one_person_one_voter")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.pk}"


class Statement(models.Model):
    """Short words that one agrees with or not; those of the organiser have no voter."""

    class State(models.TextChoices):
        PENDING = "pending", _("ждёт проверки")
        SHOWN = "shown", _("показано")
        HIDDEN = "hidden", _("скрыто")
        ERASED = "erased", _("стёрто по просьбе автора")

    region = models.ForeignKey(Region, models.PROTECT)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="statements")
    voter = models.ForeignKey(Voter, models.PROTECT, null=True, related_name="statements")
    text = models.CharField("высказывание", max_length=500)
    state = models.CharField("состояние", max_length=8, choices=State.choices)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField("добавлено")

    class Meta:
        verbose_name = "высказывание"
        verbose_name_plural = "высказывания"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["voter", "key"], name="statement_pressed_once")
        ]

    def __str__(self) -> str:
        return self.text


class StatementVote(models.Model):
    """What one answered to one statement: the last answer; a constraint lets it be one."""

    region = models.ForeignKey(Region, models.PROTECT)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="votes")
    voter = models.ForeignKey(Voter, models.PROTECT, related_name="votes")
    value = models.SmallIntegerField("ответ")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "ответ на высказывание"
        verbose_name_plural = "ответы на высказывания"
        constraints = [
            models.UniqueConstraint(fields=["statement", "voter"], name="one_voter_one_answer"),
            models.CheckConstraint(
                condition=models.Q(value__in=[-1, 0, 1]), name="answer_is_one_of_three"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.value}"


class StatementAct(models.Model):
    """What a moderator did with a statement, for everybody to read; only added."""

    class Act(models.TextChoices):
        SHOW = "show", _("показано")
        HIDE = "hide", _("скрыто")

    region = models.ForeignKey(Region, models.PROTECT)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="acts")
    act = models.CharField("что", max_length=8, choices=Act.choices)
    reason = models.CharField("причина", max_length=60, blank=True)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "проверка высказывания"
        verbose_name_plural = "проверки высказываний"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.act}"


class OpinionRun(models.Model):
    """Groups as they came out after the end; only added, may be run again from the same votes."""

    region = models.ForeignKey(Region, models.PROTECT)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="runs")
    input_sha256 = models.CharField("отпечаток ответов", max_length=64)
    version = models.CharField("версия расчёта", max_length=20)
    result = models.JSONField("что вышло")
    made_at = models.DateTimeField("посчитано")

    class Meta:
        verbose_name = "расчёт мнений"
        verbose_name_plural = "расчёты мнений"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "input_sha256", "version"], name="one_run_of_one_input"
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.input_sha256[:12]}"
