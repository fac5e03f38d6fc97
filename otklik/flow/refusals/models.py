"""Refusals looked at again: by an author's word."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official
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
