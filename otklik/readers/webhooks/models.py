"""Addresses that hear of every public change, and the messages on their way to them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.ground.kit.fields import SealedCharField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region
from otklik.readers.webhooks.rules import new_secret


class Subscription(models.Model):
    """Where changes go, which ones, and how it went: the queue stands behind a door that is shut.

    A try moves `next_at` ahead first, so that two never send at once and order is kept.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name="чья"
    )
    title = models.CharField("название", max_length=120)
    url = models.CharField("адрес", max_length=300)
    topics = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, verbose_name="темы"
    )
    territories = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, verbose_name="территории"
    )
    secret = SealedCharField("ключ подписи", max_length=80, default=new_secret)
    active = models.BooleanField("действует", default=True)
    tries = models.PositiveIntegerField("неудач подряд", default=0)
    failing_since = models.DateTimeField("не отвечает с", null=True)
    next_at = models.DateTimeField("следующая попытка")
    made_at = models.DateTimeField("создана")
    history = HistoricalRecords(excluded_fields=["secret", "tries", "failing_since", "next_at"])

    class Meta:
        verbose_name = "подписка другой системы"
        verbose_name_plural = "подписки других систем"
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """One fact for one subscription, once; its words are composed at each try the same."""

    class State(models.TextChoices):
        QUEUED = "queued", "ждёт"
        DELIVERED = "delivered", "доставлено"

    region = models.ForeignKey(Region, models.PROTECT)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="messages")
    entry = models.BigIntegerField("запись журнала")
    kind = models.CharField("что случилось", max_length=40)
    number = models.CharField("о каком сообщении", max_length=8)
    data = models.JSONField("что сказано", default=dict)
    at = models.DateTimeField("когда случилось")
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.QUEUED
    )
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    note = models.CharField("что ответили", max_length=300, blank=True)
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "сообщение подписке"
        verbose_name_plural = "сообщения подпискам"
        ordering = ["-entry"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "entry"], name="webhook_of_a_fact_once")
        ]
        indexes = [
            models.Index(
                fields=["subscription", "entry"], condition=models.Q(state="queued"),
                name="webhooks_waiting",
            ),
            models.Index(fields=["subscription", "number"], name="webhooks_of_case"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.uid

    @property
    def uid(self) -> str:
        """The number of this message: the same at every try and every replay."""
        return f"msg_{self.subscription_id}_{self.entry}"
