"""Which message is a part of which."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official
from otklik.ground.territories.models import Region


class Part(models.Model):
    """A message that a moderator took out of another: its own number, body, term and history."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.CASCADE, related_name="part")
    source = models.ForeignKey(Case, models.CASCADE, related_name="parts", verbose_name="из чего")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+", verbose_name="кто разделил")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "часть сообщения"
        verbose_name_plural = "части сообщений"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.source} → {self.case}"
