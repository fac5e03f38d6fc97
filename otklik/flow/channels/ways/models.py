"""Whether the ways out to people are open: one row for mail, for text messages, for each bot."""

from __future__ import annotations

from django.db import models

from otklik.ground.territories.models import Region


class Way(models.Model):
    """A way that failed once: since when, when it is tried next; nothing waits behind it twice."""

    region = models.ForeignKey(Region, models.PROTECT)
    code = models.CharField("путь", max_length=40)
    tries = models.PositiveIntegerField("неудач подряд", default=0)
    failing_since = models.DateTimeField("не отвечает с", null=True)
    next_at = models.DateTimeField("следующая попытка", null=True)
    note = models.CharField("что ответили", max_length=300, blank=True)
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "путь наружу"
        verbose_name_plural = "пути наружу"
        constraints = [models.UniqueConstraint(fields=["region", "code"], name="way_once")]

    def __str__(self) -> str:
        return self.code
