"""What an administrator said of a routing rule that hand-overs proposed."""

from __future__ import annotations

from django.db import models

from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Verdict(models.Model):
    """A proposal taken into the rules or declined with a reason; appended only."""

    region = models.ForeignKey(Region, models.PROTECT)
    topic = models.ForeignKey(Topic, models.PROTECT)
    territory = models.ForeignKey(Territory, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    accepted = models.BooleanField("принято")
    reason = models.TextField("почему", blank=True)
    cases = models.PositiveIntegerField("обращений за этим")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "решение о правиле передачи"
        verbose_name_plural = "решения о правилах передачи"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.topic} × {self.territory} → {self.organisation}"
