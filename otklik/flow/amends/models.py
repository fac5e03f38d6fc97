"""What a body owes an author who was not content: to get in touch, by a time."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.flow.rating.models import Rating
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region


class Duty(models.Model):
    """One low rating of an author: the head of the body that answered asks what is wrong."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="duties")
    rating = models.OneToOneField(Rating, models.CASCADE, related_name="duty")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="кто отвечал")
    opened_at = models.DateTimeField("поставлено")
    due = models.DateTimeField("срок")
    asked = models.TextField("что спросили", blank=True)
    outcome = models.TextField("что вышло", blank=True)
    done_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField("связались", null=True)

    class Meta:
        verbose_name = "связаться после низкой оценки"
        verbose_name_plural = "связаться после низкой оценки"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["region", "organisation", "due"], condition=models.Q(done_at=None),
                name="duty_open",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case}: {self.due}"
