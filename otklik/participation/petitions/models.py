"""What is asked for, how many signatures oblige to answer, who signed."""

from __future__ import annotations

from django.db import models

from otklik.ground.accounts.models import Official, Person
from otklik.ground.territories.models import Region
from otklik.participation.projects.models import Phase


class Petition(models.Model):
    """A demand within a phase; announced, its words and its threshold stand for ever."""

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.PROTECT, related_name="petition")
    slug = models.SlugField("адрес", max_length=80, unique=True)
    title = models.CharField("о чём просят", max_length=300)
    about = models.TextField("почему")
    initiator = models.CharField("кто собирает подписи", max_length=200)
    threshold = models.PositiveIntegerField("порог, подписей")
    reached_at = models.DateTimeField("порог набран", null=True)
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("составлена")

    class Meta:
        verbose_name = "петиция"
        verbose_name_plural = "петиции"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(threshold__gt=0), name="petition_has_a_threshold"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the journal names this petition."""
        return f"petition:{self.pk}"


class PetitionSignature(models.Model):
    """One person's signature; a constraint lets it be one. Of one forgotten, the line stays."""

    region = models.ForeignKey(Region, models.PROTECT)
    petition = models.ForeignKey(Petition, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    level = models.CharField("проверка личности", max_length=12, choices=Person.Level.choices)

    class Meta:
        verbose_name = "подпись"
        verbose_name_plural = "подписи"
        constraints = [
            models.UniqueConstraint(fields=["petition", "person"], name="one_person_one_signature")
        ]

    def __str__(self) -> str:
        return f"{self.petition_id}: {self.pk}"
