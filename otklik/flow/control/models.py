"""What is remembered of deadlines coming and gone, and of forms already pressed."""

from __future__ import annotations

from django.db import models

from otklik.flow.amends.models import Duty
from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official
from otklik.ground.territories.models import Region


class Watch(models.Model):
    """When a case must next be reminded of: the first step of its policy not yet taken."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.CASCADE, related_name="watch")
    at = models.DateTimeField("когда", db_index=True)

    class Meta:
        verbose_name = "слежение за сроком"
        verbose_name_plural = "слежение за сроками"

    def __str__(self) -> str:
        return f"{self.case}: {self.at}"


class DutyWatch(models.Model):
    """When somebody must next be told of a talk that is owed after a low rating."""

    region = models.ForeignKey(Region, models.PROTECT)
    duty = models.OneToOneField(Duty, models.CASCADE, related_name="watch")
    at = models.DateTimeField("когда", db_index=True)

    class Meta:
        verbose_name = "слежение за разговором"
        verbose_name_plural = "слежение за разговорами"

    def __str__(self) -> str:
        return f"{self.duty}: {self.at}"


class Alarm(models.Model):
    """A step of warning or escalation taken for one due time of a case, or of a duty; once."""

    class Level(models.TextChoices):
        EXECUTOR = "executor", "у кого сейчас"
        HEAD = "head", "руководитель"
        CURATOR = "curator", "куратор"

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="alarms")
    duty = models.ForeignKey(Duty, models.CASCADE, null=True, related_name="alarms")
    step = models.PositiveSmallIntegerField("шаг порядка")
    level = models.CharField("кому", max_length=10, choices=Level.choices)
    late = models.BooleanField("срок прошёл", default=False)
    due = models.DateTimeField("срок")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "напоминание о сроке"
        verbose_name_plural = "напоминания о сроках"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "due", "step"], condition=models.Q(duty=None),
                name="alarm_once_a_step",
            ),
            models.UniqueConstraint(fields=["duty", "step"], name="duty_alarm_once_a_step"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case}: {self.level}"


class Reminder(models.Model):
    """An alarm in one official's list, until they have seen it."""

    region = models.ForeignKey(Region, models.PROTECT)
    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="reminders")
    official = models.ForeignKey(Official, models.CASCADE, related_name="reminders")
    seen_at = models.DateTimeField("увидено", null=True)

    class Meta:
        verbose_name = "напоминание сотруднику"
        verbose_name_plural = "напоминания сотрудникам"
        constraints = [models.UniqueConstraint(fields=["alarm", "official"], name="reminder_once")]
        indexes = [
            models.Index(
                fields=["official"], condition=models.Q(seen_at=None), name="reminder_unseen"
            )
        ]

    def __str__(self) -> str:
        return f"{self.official}: {self.alarm}"


class Press(models.Model):
    """A form that was pressed: the same one pressed again does nothing."""

    region = models.ForeignKey(Region, models.PROTECT)
    key = models.CharField(max_length=120, unique=True)
    official = models.ForeignKey(Official, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=60)
    verb = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "нажатие"
        verbose_name_plural = "нажатия"

    def __str__(self) -> str:
        return f"{self.subject}: {self.verb}"
