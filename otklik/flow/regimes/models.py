"""What the law asks about a message beyond its words: who writes it and on whom it complains."""

from __future__ import annotations

from django.db import models

from otklik.flow.intake.models import Report
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region


class Applicant(models.Model):
    """Who wrote an appeal and where the answer goes: article 7 asks for it, a message does not."""

    class Kind(models.TextChoices):
        PROPOSAL = "proposal", "предложение"
        APPLICATION = "application", "заявление"
        COMPLAINT = "complaint", "жалоба"

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.OneToOneField(Report, models.CASCADE, related_name="applicant")
    last_name = SealedCharField("фамилия", max_length=100)
    first_name = SealedCharField("имя", max_length=100)
    patronymic = SealedCharField("отчество", max_length=100, blank=True)
    postal_address = SealedCharField("почтовый адрес", max_length=300, blank=True)
    kind = models.CharField("вид", max_length=12, choices=Kind.choices, default=Kind.APPLICATION)
    collective = models.BooleanField("коллективное", default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "заявитель"
        verbose_name_plural = "заявители"

    def __str__(self) -> str:
        return f"{self.report}"

    @property
    def name(self) -> str:
        """Family name, given name, patronymic."""
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))


class Bar(models.Model):
    """A body that a message complains about: neither it nor any beneath it may ever get it."""

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.ForeignKey(Report, models.CASCADE, related_name="bars")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    by = models.CharField("кто указал", max_length=40)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "жалоба на орган"
        verbose_name_plural = "жалобы на органы"
        constraints = [models.UniqueConstraint(fields=["report", "organisation"], name="bar_once")]

    def __str__(self) -> str:
        return f"{self.report}: {self.organisation}"
