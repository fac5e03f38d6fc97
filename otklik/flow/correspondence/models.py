"""What author and executor write to each other while a case is at work."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.flow.intake.models import Attachment
from otklik.ground.accounts.models import Official
from otklik.ground.territories.models import Region


class Remark(models.Model):
    """One short message in a case; `seen_at` is when the other side first had it before them.

    Nobody but the author and the officials of the case ever reads it; it stops no clock.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="lines")
    official = models.ForeignKey(
        Official, models.PROTECT, null=True, related_name="+", verbose_name="кто, если не автор"
    )
    text = models.TextField("текст", blank=True)
    files = models.ManyToManyField(Attachment, related_name="+", verbose_name="файлы")
    at = models.DateTimeField("когда")
    seen_at = models.DateTimeField("прочитано", null=True)

    class Meta:
        verbose_name = "реплика переписки"
        verbose_name_plural = "переписка по обращению"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["region", "-id"],
                condition=models.Q(seen_at=None, official=None),
                name="line_unseen_by_officials",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.at}"
