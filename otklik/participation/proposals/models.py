"""What residents propose: a petition or a project; checked by a moderator, then published."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.participation.projects.models import Project


class Proposal(models.Model):
    """A resident's wish to gather signatures or to begin a project, and how it stands."""

    class Kind(models.TextChoices):
        PETITION = "petition", _("петиция")
        PROJECT = "project", _("инициативный проект")

    class State(models.TextChoices):
        SENT = "sent", _("на проверке")
        RETURNED = "returned", _("нужно исправить")
        REFUSED = "refused", _("отклонено")
        ACCEPTED = "accepted", _("опубликовано")
        WITHDRAWN = "withdrawn", _("отозвано")

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    kind = models.CharField("вид", max_length=8, choices=Kind.choices)
    state = models.CharField("состояние", max_length=9, choices=State.choices, default=State.SENT)
    title = models.CharField("о чём", max_length=200)
    about = models.TextField("почему и что сделать")
    initiator = SealedCharField("кто предлагает, для всех", max_length=200, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="кому")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, verbose_name="где")
    sent_at = models.DateTimeField("отправлено")
    project = models.OneToOneField(
        Project, models.PROTECT, null=True, related_name="proposal", verbose_name="проект"
    )

    class Meta:
        verbose_name = "предложение жителя"
        verbose_name_plural = "предложения жителей"
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="accepted") ^ models.Q(project=None),
                name="accepted_proposal_has_a_project",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the journal names this proposal."""
        return f"proposal:{self.pk}"


class ProposalStep(models.Model):
    """What was done with a proposal, and why; only added."""

    region = models.ForeignKey(Region, models.PROTECT)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="steps")
    verb = models.CharField("что", max_length=9)
    reason = models.SlugField("причина", max_length=40, blank=True)
    text = models.TextField("слова", blank=True)
    by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "шаг предложения"
        verbose_name_plural = "шаги предложений"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.verb}"
