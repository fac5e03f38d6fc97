"""Accepted messages with their files."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import (
    PrintField,
    SealedCharField,
    SealedEmailField,
    SealedJSONField,
    WordPrintsField,
)
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


def stems(text: str) -> SearchVector:
    """Return the stems of a text's Russian words, ё as е: what the index of messages holds."""
    even = models.Func(
        models.F(text), models.Value("ёЁ"), models.Value("еЕ"), function="translate",
        output_field=models.TextField(),
    )  # fmt: skip
    return SearchVector(even, config="russian")


class Report(models.Model):
    """What a person told us: accepted, numbered, never edited; only masked copies are shown.

    Address, contact and what the door was told are sealed and found by prints alone.
    `number` is eight digits, the last a check digit, spoken in two groups: 4821-3097.
    """

    class Place(models.TextChoices):
        PIN = "pin", "точка на карте"
        ADDRESS = "address", "адрес"
        UNKNOWN = "unknown", "не знаю"

    class Contact(models.TextChoices):
        EMAIL = "email", "почта"
        PHONE = "phone", "телефон"
        CHAT = "chat", "тот же чат"
        NONE = "none", "без ответа на почту и телефон"

    id = models.BigAutoField(primary_key=True)
    region = models.ForeignKey(Region, models.PROTECT)
    number = models.CharField("номер", max_length=8, unique=True)
    channel = models.CharField("откуда", max_length=20)
    idempotency_key = models.CharField(max_length=80)
    text = models.TextField("текст")
    language = models.CharField(max_length=2, default="ru")
    topic_hint = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, verbose_name="тема, выбранная автором"
    )
    place_kind = models.CharField("как указано место", max_length=8, choices=Place.choices)
    lat = models.FloatField("широта", null=True, blank=True)
    lon = models.FloatField("долгота", null=True, blank=True)
    address = SealedCharField("адрес", max_length=300, blank=True)
    address_prints = WordPrintsField(of="address")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True)
    contact_kind = models.CharField(max_length=6, choices=Contact.choices)
    email = SealedEmailField("почта", blank=True)
    email_print = PrintField(of="email", kind="email")
    phone = SealedCharField("телефон", max_length=20, blank=True)
    phone_print = PrintField(of="phone", kind="phone")
    wants_public = models.BooleanField("автор согласен показать всем", default=False)
    extra = SealedJSONField("ответы на вопросы темы и сведения двери", default=dict, blank=True)
    received_at = models.DateTimeField("получено")
    withdrawn_at = models.DateTimeField("отозвано", null=True, blank=True)

    class Meta:
        verbose_name = "сообщение"
        verbose_name_plural = "сообщения"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "channel", "idempotency_key"], name="report_received_once"
            )
        ]
        indexes = [
            models.Index(fields=["author", "-received_at"], name="report_of_author"),
            models.Index(fields=["region", "-received_at"], name="report_by_time"),
            models.Index(
                fields=["phone_print"], name="report_by_phone", condition=~models.Q(phone_print="")
            ),
            models.Index(
                fields=["email_print"], name="report_by_email", condition=~models.Q(email_print="")
            ),
            GinIndex(
                fields=["address_prints"],
                name="report_by_address",
                condition=~models.Q(address_prints=[]),
            ),
            GinIndex(stems("text"), name="report_by_words"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def spoken(self) -> str:
        """The number as people say it: 4821-3097."""
        return f"{self.number[:4]}-{self.number[4:]}"


class Attachment(models.Model):
    """A file of a report: the original is private; `public` is a copy without EXIF."""

    class Purpose(models.TextChoices):
        MESSAGE = "message", "к сообщению"
        PROOF = "proof", "подтверждение сделанного"
        TALK = "talk", "к переписке"

    FILES = ("original", "public", "thumbnail")

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.ForeignKey(Report, models.CASCADE, related_name="attachments")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.MESSAGE)
    token = models.CharField(max_length=32, unique=True)
    name = models.CharField("имя файла", max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    original = models.CharField("путь к оригиналу", max_length=200)
    public = models.CharField("путь к копии без EXIF", max_length=200, blank=True)
    thumbnail = models.CharField("путь к уменьшенной", max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "файл"
        verbose_name_plural = "файлы"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def covered(self) -> bool:
        """Whether parts of it are covered in the copies that others see."""
        return bool(self.public) and PurePosixPath(self.public).stem != self.token


class Covering(models.Model):
    """Which parts of a picture are covered in its copies; the last row counts, none is changed."""

    region = models.ForeignKey(Region, models.PROTECT)
    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="coverings")
    boxes = models.JSONField("прямоугольники в процентах: слева, сверху, ширина, высота")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "закрытое на снимке"
        verbose_name_plural = "закрытое на снимках"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.attachment}: {len(self.boxes)}"
