"""Asking for a mass export, asking to be forgotten, and what was depersonalised in time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from otklik.flow.cases.models import Case
from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import SealedTextField
from otklik.ground.territories.models import Region


class Export(models.Model):
    """A mass export: one official asks and says why, another allows it, a job makes the file."""

    class State(models.TextChoices):
        ASKED = "asked", "ждёт разрешения"
        REFUSED = "refused", "отказано"
        APPROVED = "approved", "готовится"
        READY = "ready", "готова"
        EXPIRED = "expired", "срок истёк"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"

    region = models.ForeignKey(Region, models.PROTECT)
    asked_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("когда попросили")
    reason = models.CharField("зачем", max_length=300)
    query = models.JSONField("отбор", default=dict)
    columns = ArrayField(models.CharField(max_length=20))
    format = models.CharField("вид файла", max_length=4, choices=Format.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField("почему отказано", max_length=300, blank=True)
    numbers = ArrayField(models.CharField(max_length=8), default=list)
    file = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField("можно скачать до", null=True)

    class Meta:
        verbose_name = "выгрузка"
        verbose_name_plural = "выгрузки"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def ref(self) -> str:
        """How the journal names this export."""
        return f"export:{self.pk}"


class Erasure(models.Model):
    """A person asks to be forgotten; two officials confirm, the second makes it happen."""

    class State(models.TextChoices):
        ASKED = "asked", "ждёт первой проверки"
        CHECKED = "checked", "ждёт второй проверки"
        DONE = "done", "стёрто"
        REFUSED = "refused", "отказано"

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT)
    asked_at = models.DateTimeField("когда попросили")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    checked_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField("почему отказано", max_length=300, blank=True)

    class Meta:
        verbose_name = "просьба стереть данные"
        verbose_name_plural = "просьбы стереть данные"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="erasure_waits_once",
                condition=models.Q(state__in=["asked", "checked"]),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def ref(self) -> str:
        """How the journal names this request."""
        return f"erasure:{self.pk}"


class Depersonalised(models.Model):
    """A message whose personal data are gone, by its term or on its author's word."""

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.OneToOneField(Report, models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "обезличенное сообщение"
        verbose_name_plural = "обезличенные сообщения"

    def __str__(self) -> str:
        return f"{self.report}: {self.at}"


class KeptFile(models.Model):
    """What the law keeps of an appeal whose author was erased, until its term runs out.

    No page shows it. It is opened at the server alone, for a reason that stays here.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.CASCADE, related_name="kept_file")
    at = models.DateTimeField("опечатано")
    until = models.DateTimeField("хранить до", db_index=True)
    opened_at = models.DateTimeField("открывали", null=True)
    reason = models.CharField("зачем открывали", max_length=300, blank=True)

    class Meta:
        verbose_name = "дело на хранении"
        verbose_name_plural = "дела на хранении"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.case}: {self.until:%d.%m.%Y}"


class KeptPiece(models.Model):
    """One paper of a kept file: its bytes in base64, sealed as personal data are."""

    region = models.ForeignKey(Region, models.PROTECT)
    file = models.ForeignKey(KeptFile, models.CASCADE, related_name="pieces")
    name = models.CharField("имя файла", max_length=200)
    sha256 = models.CharField(max_length=64)
    content = SealedTextField("содержание")

    class Meta:
        verbose_name = "документ на хранении"
        verbose_name_plural = "документы на хранении"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
