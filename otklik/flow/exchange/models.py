"""Document systems, letters on their way to them, and what came back."""

from __future__ import annotations

import uuid

from django.core.validators import URLValidator
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.appeals.models import Paper
from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import new_key
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region


class System(models.Model):
    """A document system: where letters to it go, with which key both sides sign."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    title = models.CharField("название", max_length=200)
    url = models.CharField(
        "куда отправлять", max_length=300, blank=True, validators=[URLValidator(["http", "https"])],
        help_text="Туда уходят персональные данные авторов. Пусто — письма кладутся файлами в папку"
        " exchange/out. Внутренний адрес разрешает переменная HTTP_INNER_HOSTS.",
    )  # fmt: skip
    secret = SealedCharField(
        "ключ подписи", max_length=64, default=new_key,
        help_text="HMAC-SHA256 от «время.тело» этим ключом, в шестнадцатеричном виде.",
    )  # fmt: skip
    token = models.CharField(
        "часть адреса", max_length=64, unique=True, default=new_key,
        help_text="Адрес для ответов: /hooks/documents/<часть адреса>/",
    )  # fmt: skip
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name="чья",
        help_text="Только обращения, которые эта организация ведёт или зарегистрировала. Пусто —"
        " все обращения региона.",
    )  # fmt: skip
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords(excluded_fields=["secret"])

    class Meta:
        verbose_name = "система документооборота"
        verbose_name_plural = "системы документооборота"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Letter(models.Model):
    """News of an appeal for a system: kept until delivered or given up.

    It holds no words of the appeal: the body is composed at each try. A letter is tried from
    `next_at` on; a try moves `next_at` ahead first, so that two never send it at once.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "ждёт отправки"
        DELIVERED = "delivered", "доставлено"
        REFUSED = "refused", "не принято"

    region = models.ForeignKey(Region, models.PROTECT)
    system = models.ForeignKey(System, models.PROTECT, verbose_name="кому")
    case = models.ForeignKey(Case, models.CASCADE, related_name="letters")
    entry = models.BigIntegerField("запись журнала")
    uid = models.UUIDField("номер письма", default=uuid.uuid4, unique=True)
    event = models.CharField("о чём", max_length=20)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.QUEUED
    )
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    next_at = models.DateTimeField("следующая попытка")
    note = models.CharField("что ответили", max_length=300, blank=True)
    created_at = models.DateTimeField("создано")
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "письмо системе документооборота"
        verbose_name_plural = "письма системам документооборота"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["system", "entry"], name="letter_of_a_fact_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state="queued"), name="letters_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.case}"


class Arrival(models.Model):
    """What a system told us once; told again, it changes nothing. From the folder: no system."""

    region = models.ForeignKey(Region, models.PROTECT)
    system = models.ForeignKey(System, models.PROTECT, null=True, verbose_name="от кого")
    key = models.CharField("номер у отправителя", max_length=80)
    case = models.ForeignKey(Case, models.CASCADE, related_name="arrivals")
    external_number = models.CharField("номер в другой системе", max_length=80, blank=True)
    paper = models.ForeignKey(Paper, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField("получено")

    class Meta:
        verbose_name = "письмо из системы документооборота"
        verbose_name_plural = "письма из систем документооборота"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "system", "key"], name="arrival_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.case}"
