"""What was found in open chats and comments, and what an operator made of it."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.channels.chats.models import Bot, new_secret
from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import Official, new_key
from otklik.ground.kit.fields import SealedCharField, SealedJSONField, SealedTextField
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Feed(models.Model):
    """A monitoring service that brings findings by a signed request of its own."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    title = models.CharField("название", max_length=120)
    address = models.CharField(
        "часть адреса", max_length=64, unique=True, default=new_key,
        help_text="Адрес для находок: /hooks/monitoring/<часть адреса>/",
    )  # fmt: skip
    secret = SealedCharField("ключ подписи", max_length=80, default=new_secret)
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords(excluded_fields=["secret"])

    class Meta:
        verbose_name = "служба мониторинга"
        verbose_name_plural = "службы мониторинга"

    def __str__(self) -> str:
        return self.title


class Mention(models.Model):
    """A message or comment in which somebody may speak of trouble: once by its number there.

    Its words and its author are sealed: nobody asked us to keep them. A dismissed one loses both.
    `thread` is where a reply goes; a finding of a monitoring service has none.
    """

    class State(models.TextChoices):
        FOUND = "found", "ждёт решения"
        CONFIRMED = "confirmed", "в работе"
        DISMISSED = "dismissed", "не проблема"

    region = models.ForeignKey(Region, models.PROTECT)
    bot = models.ForeignKey(Bot, models.SET_NULL, null=True, related_name="mentions")
    network = models.SlugField("сеть", max_length=20)
    key = models.CharField("номер в сети", max_length=120)
    text = SealedTextField("текст", blank=True)
    author = SealedCharField("кто написал", max_length=120, blank=True)
    link = SealedCharField("ссылка", max_length=300, blank=True)
    thread = SealedJSONField("куда ответить", default=dict, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, verbose_name="тема")
    score = models.FloatField("уверенность", default=0)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, verbose_name="территория")
    state = models.CharField("состояние", max_length=10, choices=State.choices, default=State.FOUND)
    reason = models.SlugField("почему не проблема", max_length=40, blank=True)
    report = models.OneToOneField(Report, models.SET_NULL, null=True, related_name="mention")
    reply = SealedCharField("наш ответ там", max_length=300, blank=True)
    replied_at = models.DateTimeField("отвечено там", null=True)
    written_at = models.DateTimeField("написано")
    found_at = models.DateTimeField("найдено")
    decided_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("решено", null=True)

    class Meta:
        verbose_name = "находка в соцсетях"
        verbose_name_plural = "находки в соцсетях"
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "network", "key"], name="mention_found_once")
        ]
        indexes = [models.Index(fields=["region", "state", "-found_at"], name="mention_by_state")]

    def __str__(self) -> str:
        return f"{self.network}: {self.key}"
