"""Bots that speak for the region in chats, the talks with people, what came and what waits."""

from __future__ import annotations

import secrets

from django.core.validators import URLValidator
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import new_key
from otklik.ground.kit.fields import PrintField, SealedCharField, SealedJSONField, SealedTextField
from otklik.ground.territories.models import Region


def new_secret() -> str:
    """Return a secret of letters that every messenger allows."""
    return secrets.token_hex(24)


class Bot(models.Model):
    """A door in one messenger: its keys; `next_at` keeps two from saying the same at once."""

    class Kind(models.TextChoices):
        TELEGRAM = "telegram", "Телеграм"
        VK = "vk", "ВКонтакте"
        MAX = "max", "MAX"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    kind = models.CharField("мессенджер", max_length=10, choices=Kind.choices)
    title = models.CharField("название для себя", max_length=120)
    address = models.CharField(
        "часть адреса", max_length=64, unique=True, default=new_key,
        help_text="Адрес для событий: /hooks/chats/<часть адреса>/",
    )  # fmt: skip
    secret = SealedCharField("секрет событий", max_length=80, default=new_secret)
    key = SealedCharField("ключ (токен) бота", max_length=300, blank=True)
    url = models.CharField(
        "адрес API", max_length=200, blank=True, validators=[URLValidator(["http", "https"])],
        help_text="Пусто — обычный адрес мессенджера; свой сервер Bot API укажите здесь.",
    )  # fmt: skip
    settings = models.JSONField("прочее", default=dict, blank=True)
    active = models.BooleanField("действует", default=True)
    next_at = models.DateTimeField("занят до", null=True, editable=False)
    history = HistoricalRecords(excluded_fields=["secret", "key", "next_at"])

    class Meta:
        verbose_name = "бот"
        verbose_name_plural = "боты"
        ordering = ["kind", "title", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def way(self) -> str:
        """How its door is named among the ways out."""
        return f"bot:{self.pk}"


class Talk(models.Model):
    """A dialogue with one person in one bot; `draft` is what they have told and not sent yet."""

    region = models.ForeignKey(Region, models.PROTECT)
    bot = models.ForeignKey(Bot, models.CASCADE, related_name="talks")
    peer = SealedCharField("собеседник", max_length=80)
    peer_print = PrintField(of="peer", kind="peer")
    draft = SealedJSONField("начатое сообщение", default=dict, blank=True)
    drafted = models.BooleanField("есть начатое", default=False)
    language = models.CharField(max_length=2, default="ru")
    muted = models.BooleanField("просил не писать лишнего", default=False)
    tries = models.PositiveSmallIntegerField("неудач подряд", default=0)
    next_at = models.DateTimeField("следующая попытка")
    begun_at = models.DateTimeField("начат")
    touched_at = models.DateTimeField("последнее")

    class Meta:
        verbose_name = "разговор"
        verbose_name_plural = "разговоры"
        ordering = ["-touched_at"]
        constraints = [
            models.UniqueConstraint(fields=["bot", "peer_print"], name="talk_of_a_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.bot}: {self.begun_at:%d.%m.%Y}"


class ChatUpdate(models.Model):
    """An event that a messenger brought: once by its own number; its content goes when done."""

    region = models.ForeignKey(Region, models.PROTECT)
    bot = models.ForeignKey(Bot, models.CASCADE, related_name="updates")
    talk = models.ForeignKey(Talk, models.CASCADE, null=True, related_name="updates")
    key = models.CharField("номер у мессенджера", max_length=80)
    content = SealedJSONField("что пришло", default=dict, blank=True)
    at = models.DateTimeField("получено")
    done_at = models.DateTimeField("разобрано", null=True)

    class Meta:
        verbose_name = "событие мессенджера"
        verbose_name_plural = "события мессенджеров"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["bot", "key"], name="update_heard_once")]
        indexes = [
            models.Index(
                fields=["talk", "id"], condition=models.Q(done_at=None), name="updates_waiting"
            ),
            models.Index(fields=["done_at"], name="updates_done"),
        ]

    def __str__(self) -> str:
        return self.key


class ChatMessage(models.Model):
    """Words on their way to a talk, in order; they are gone once delivered."""

    class State(models.TextChoices):
        QUEUED = "queued", "ждёт"
        DELIVERED = "delivered", "доставлено"
        REFUSED = "refused", "не принято"

    region = models.ForeignKey(Region, models.PROTECT)
    bot = models.ForeignKey(Bot, models.CASCADE, related_name="messages")
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="messages")
    text = SealedTextField("текст", blank=True)
    buttons = models.JSONField("кнопки", default=list)
    ask_point = models.BooleanField("просить место", default=False)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.QUEUED
    )
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    note = models.CharField("что ответили", max_length=300, blank=True)
    created_at = models.DateTimeField("создано")
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "сообщение в чат"
        verbose_name_plural = "сообщения в чаты"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["bot", "id"], condition=models.Q(state="queued"), name="chat_waiting"
            ),
            models.Index(fields=["changed_at"], name="chat_message_age"),
        ]

    def __str__(self) -> str:
        return f"{self.bot}: {self.created_at:%d.%m.%Y %H:%M}"


class ChatReport(models.Model):
    """A message that was sent in a talk: where its author hears of it."""

    region = models.ForeignKey(Region, models.PROTECT)
    talk = models.ForeignKey(Talk, models.CASCADE, related_name="reports")
    report = models.OneToOneField(Report, models.CASCADE, related_name="chat")
    at = models.DateTimeField("отправлено")

    class Meta:
        verbose_name = "сообщение из чата"
        verbose_name_plural = "сообщения из чатов"
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.report)
