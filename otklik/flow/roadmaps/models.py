"""A systemic answer to complaints that repeat: cause, measures, owners, dates, effect."""

from __future__ import annotations

from django.db import models

from otklik.flow.problems.models import Problem
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Roadmap(models.Model):
    """What people keep writing about, why, and what is done so that they need not.

    The effect is the fall of messages on `topic` in `territory` (or everywhere) against the mean
    week of the baseline.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    title = models.CharField("название", max_length=200)
    topic = models.ForeignKey(Topic, models.PROTECT, verbose_name="тема")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, verbose_name="где")
    problem = models.ForeignKey(Problem, models.PROTECT, null=True, verbose_name="проблема")
    cause = models.TextField("причина")
    baseline_since = models.DateField("сравнить с: начало")
    baseline_until = models.DateField("сравнить с: конец")
    target = models.PositiveSmallIntegerField("цель: снижение, %")
    opened_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("начата")
    closed_at = models.DateTimeField("завершена", null=True)
    conclusion = models.TextField("чем кончилось", blank=True)

    class Meta:
        verbose_name = "дорожная карта"
        verbose_name_plural = "дорожные карты"
        ordering = ["closed_at", "-opened_at"]

    def __str__(self) -> str:
        return f"№ {self.pk}. {self.title}"

    @property
    def ref(self) -> str:
        """How the journal names this roadmap."""
        return f"roadmap:{self.pk}"


class RoadmapMeasure(models.Model):
    """One thing to do: by whom, until when, for how much; done or given up."""

    class State(models.TextChoices):
        PLANNED = "planned", "в плане"
        DONE = "done", "сделано"
        DROPPED = "dropped", "отменено"

    region = models.ForeignKey(Region, models.PROTECT)
    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="measures")
    what = models.CharField("что", max_length=400)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="кто")
    due = models.DateField("срок")
    budget = models.DecimalField("деньги, ₽", max_digits=14, decimal_places=2, null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    done_at = models.DateField("сделано", null=True)
    note = models.CharField("пояснение", max_length=400, blank=True)

    class Meta:
        verbose_name = "мера дорожной карты"
        verbose_name_plural = "меры дорожных карт"
        ordering = ["due", "id"]

    def __str__(self) -> str:
        return self.what
