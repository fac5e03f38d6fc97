"""A declared emergency: where and when ordinary terms stand, and which cases it moved."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Emergency(models.Model):
    """A regime declared by a document, from–till; `kind` is a row of `emergency_regimes`.

    No territory means the whole region, no topics every topic. `ended_at` is when it really ended.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    kind = models.CharField("режим", max_length=40)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, verbose_name="где (пусто: вся область)"
    )
    topics = models.ManyToManyField(Topic, blank=True, verbose_name="темы (пусто: все)")
    starts_at = models.DateTimeField("с")
    ends_at = models.DateTimeField("до")
    document = models.CharField("документ", max_length=300)
    reason = models.TextField("почему")
    declared_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField("объявлен")
    ended_at = models.DateTimeField("окончен", null=True)
    ended_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField("почему окончен раньше", blank=True)

    class Meta:
        verbose_name = "режим ЧС"
        verbose_name_plural = "режимы ЧС"
        ordering = ["-starts_at", "-id"]
        indexes = [
            models.Index(
                fields=["region", "starts_at"], name="emergency_going", condition=Q(ended_at=None)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="emergency_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}. {self.document}"

    @property
    def ref(self) -> str:
        """How the journal names this emergency."""
        return f"emergency:{self.pk}"


class Hold(models.Model):
    """A case whose terms an emergency moved: what they were, what they became, until when.

    `settled` says that an official named another day since: the emergency moves it no more.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    emergency = models.ForeignKey(Emergency, models.PROTECT, related_name="holds")
    case = models.ForeignKey(Case, models.CASCADE, related_name="holds")
    since = models.DateTimeField("часы стоят с")
    due_before = models.DateTimeField("срок до того")
    due = models.DateTimeField("срок с ним")
    stage = models.CharField("этап", max_length=20, blank=True)
    stage_since = models.DateTimeField(null=True)
    stage_before = models.DateTimeField(null=True)
    stage_due = models.DateTimeField(null=True)
    released_at = models.DateTimeField("часы пошли", null=True)
    settled = models.BooleanField("день назван человеком", default=False)

    class Meta:
        verbose_name = "срок, продлённый режимом"
        verbose_name_plural = "сроки, продлённые режимом"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(released_at=None), name="hold_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.emergency}"
