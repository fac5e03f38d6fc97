"""What was concluded about a report, and what the conclusions rest on."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import RoutingRule, Topic


class ClassifierVersion(models.Model):
    """A trained state of the classifier with its scores; one is in use, any can be again."""

    region = models.ForeignKey(Region, models.PROTECT)
    number = models.PositiveIntegerField("версия")
    made_at = models.DateTimeField("сделана")
    embeddings = models.CharField("смысловые векторы", max_length=40, blank=True)
    corrections = models.PositiveIntegerField("исправлений учтено", default=0)
    scores = models.JSONField("качество", default=dict)
    file = models.CharField("файл", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    in_use = models.BooleanField("в работе", default=False)
    pinned = models.BooleanField("закреплена человеком", default=False)

    class Meta:
        verbose_name = "версия классификатора"
        verbose_name_plural = "версии классификатора"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="classifier_number_once"),
            models.UniqueConstraint(
                fields=["region"], condition=models.Q(in_use=True), name="one_classifier_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"


class Decision(models.Model):
    """Topic, place, body and deadline concluded for a report, with the reasons; appended only."""

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.ForeignKey(Report, models.CASCADE, related_name="decisions")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="decisions")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    rule = models.ForeignKey(RoutingRule, models.SET_NULL, null=True)
    certain = models.BooleanField("без модератора", default=False)
    confidence = models.FloatField(default=0)
    suggestions = models.JSONField("что предлагалось и почему", default=list)
    reasons = models.JSONField("почему решено так", default=list)
    classifier = models.ForeignKey(ClassifierVersion, models.SET_NULL, null=True)
    by = models.ForeignKey(Official, models.PROTECT, null=True, verbose_name="кто исправил")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "решение о теме и адресате"
        verbose_name_plural = "решения о теме и адресате"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.report} → {self.topic}"
