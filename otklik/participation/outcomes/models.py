"""What was decided after a phase, what was promised with it, and how that goes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region
from otklik.ground.topics.models import Topic
from otklik.participation.projects.models import Phase


class Ruling(models.Model):
    """What a body decided after it had heard people. Never edited: a later one replaces it."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("принято")
        PARTLY = "partly", _("принято частично")
        REJECTED = "rejected", _("отклонено")
        POSTPONED = "postponed", _("отложено")

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.ForeignKey(Phase, models.PROTECT, related_name="rulings")
    verdict = models.CharField("решение", max_length=10, choices=Verdict.choices)
    reason = models.TextField("почему так")
    signer = models.CharField("кто решил", max_length=200)
    document = models.CharField("документ", max_length=300, blank=True)
    document_url = models.URLField("ссылка на документ", max_length=500, blank=True)
    decided_on = models.DateField("когда решили")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, verbose_name="тема")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name="взамен"
    )
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("записано")

    class Meta:
        verbose_name = "решение по итогам"
        verbose_name_plural = "решения по итогам"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase"], condition=models.Q(replaces=None), name="first_ruling_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.phase}: {self.get_verdict_display()}"


class Obligation(models.Model):
    """What a body promised with a decision, by a day. The first day stays known."""

    class State(models.TextChoices):
        RUNNING = "running", _("выполняется")
        KEPT = "kept", _("сделано")
        DROPPED = "dropped", _("снято")

    region = models.ForeignKey(Region, models.PROTECT)
    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="obligations")
    what = models.CharField("что сделать", max_length=300)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="кто делает")
    due = models.DateField("срок")
    first_due = models.DateField("первый срок")
    moves = models.PositiveSmallIntegerField("переносов", default=0)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.RUNNING
    )
    percent = models.PositiveSmallIntegerField("сделано, %", default=0)
    done_on = models.DateField("сделано", null=True)
    overdue_at = models.DateTimeField("срок прошёл", null=True)
    made_at = models.DateTimeField("записано")

    class Meta:
        verbose_name = "обязательство"
        verbose_name_plural = "обязательства"
        ordering = ["due", "pk"]
        indexes = [models.Index(fields=["region", "state", "due"], name="obligation_open")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="kept") ^ models.Q(done_on=None),
                name="obligation_kept_on_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(percent__lte=100), name="obligation_percent_is_one"
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def ref(self) -> str:
        """How the journal names this obligation."""
        return f"obligation:{self.pk}"


class ObligationStep(models.Model):
    """One word on how an obligation goes; only added."""

    region = models.ForeignKey(Region, models.PROTECT)
    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="steps")
    verb = models.CharField("что", max_length=10)
    text = models.TextField("слова", blank=True)
    percent = models.PositiveSmallIntegerField("сделано, %", default=0)
    due = models.DateField("срок")
    by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "шаг обязательства"
        verbose_name_plural = "шаги обязательств"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.obligation_id}: {self.verb}"


class ObligationCase(models.Model):
    """A message that an obligation concerns; its author hears of it, once."""

    region = models.ForeignKey(Region, models.PROTECT)
    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="case_links")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("связано")

    class Meta:
        verbose_name = "сообщение обязательства"
        verbose_name_plural = "сообщения обязательств"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["obligation", "case"], name="case_of_obligation_once")
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id}: {self.case_id}"


class ObligationPhoto(models.Model):
    """A photo of what was done, shown to everybody as a copy without EXIF; empty until made."""

    FILES = ("original", "public", "thumbnail")

    region = models.ForeignKey(Region, models.PROTECT)
    step = models.ForeignKey(ObligationStep, models.PROTECT, related_name="photos")
    token = models.CharField(max_length=32, unique=True)
    name = models.CharField("имя файла", max_length=200)
    original = models.CharField("путь к оригиналу", max_length=200)
    public = models.CharField("путь к копии без EXIF", max_length=200, blank=True)
    thumbnail = models.CharField("путь к уменьшенной", max_length=200, blank=True)

    class Meta:
        verbose_name = "снимок по обязательству"
        verbose_name_plural = "снимки по обязательствам"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
