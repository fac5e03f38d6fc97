"""Refusals looked at again: by an author's word, and by a weekly sample."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region


class Contest(models.Model):
    """The author says that a refusal is wrong; once a message; another moderator judges it."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.CASCADE, related_name="contest")
    text = models.TextField("почему отказ неверен")
    at = models.DateTimeField("когда")
    judge = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    upheld = models.BooleanField("прав ли автор", null=True)
    reason = models.TextField("почему так решено", blank=True)
    decided_at = models.DateTimeField("решено", null=True)

    class Meta:
        verbose_name = "возражение на отказ"
        verbose_name_plural = "возражения на отказ"

    def __str__(self) -> str:
        return f"{self.case}: {self.at}"


class Draw(models.Model):
    """That the sample of a week was drawn, once: of how many refusals how many."""

    region = models.ForeignKey(Region, models.PROTECT)
    week = models.DateField("неделя, с понедельника")
    of = models.PositiveIntegerField("отказов за неделю")
    share = models.PositiveSmallIntegerField("доля, процентов")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "выборка отказов"
        verbose_name_plural = "выборки отказов"
        constraints = [
            models.UniqueConstraint(fields=["region", "week"], name="refusals_drawn_once")
        ]

    def __str__(self) -> str:
        return f"{self.week}"


class Check(models.Model):
    """A refusal of the sample: whose it was, and whether an independent look found it right."""

    region = models.ForeignKey(Region, models.PROTECT)
    draw = models.ForeignKey(Draw, models.CASCADE, related_name="checks")
    case = models.OneToOneField(Case, models.CASCADE, related_name="refusal_check")
    refuser = models.ForeignKey(Official, models.PROTECT, related_name="+")
    body = models.ForeignKey(Organisation, models.PROTECT, verbose_name="чей отказ")
    checker = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    right = models.BooleanField("верно", null=True)
    reason = models.TextField("почему", blank=True)
    checked_at = models.DateTimeField("проверено", null=True)

    class Meta:
        verbose_name = "проверка отказа"
        verbose_name_plural = "проверки отказов"
        ordering = ["id"]
        indexes = [models.Index(fields=["region", "checked_at"], name="refusal_check_by_time")]

    def __str__(self) -> str:
        return f"{self.case}"
