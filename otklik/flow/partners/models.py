"""What other systems told us of messages that they had brought."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import ApiKey
from otklik.ground.territories.models import Region


class Update(models.Model):
    """News of a case from the system that brought it: once a number of the sender's."""

    region = models.ForeignKey(Region, models.PROTECT)
    key = models.ForeignKey(ApiKey, models.PROTECT, verbose_name="от кого")
    case = models.ForeignKey(Case, models.CASCADE, related_name="updates")
    number = models.CharField("номер у отправителя", max_length=80)
    status = models.CharField("состояние у отправителя", max_length=30)
    verb = models.CharField("что это изменило", max_length=10, blank=True)
    at = models.DateTimeField("получено")

    class Meta:
        verbose_name = "сведения от другой системы"
        verbose_name_plural = "сведения от других систем"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="update_taken_once")]

    def __str__(self) -> str:
        return f"{self.number}: {self.case}"
