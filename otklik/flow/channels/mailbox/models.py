"""Mailboxes that are looked into, and what became of each letter; no letter is kept."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.cases.models import Case
from otklik.ground.kit.fields import PrintField, SealedCharField, SealedEmailField
from otklik.ground.territories.models import Region


class Mailbox(models.Model):
    """A mailbox read by IMAP; its address is where replies to our letters go."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    address = models.EmailField(
        "адрес", help_text="Ответы идут на «имя+номер.подпись@…»: сервер должен принимать «+».",
    )  # fmt: skip
    host = models.CharField("сервер IMAP", max_length=200)
    port = models.PositiveIntegerField("порт", default=993)
    tls = models.BooleanField("TLS", default=True)
    login = models.CharField("имя", max_length=200)
    password = SealedCharField("пароль", max_length=200, blank=True)
    folder = models.CharField("папка", max_length=100, default="INBOX")
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords(excluded_fields=["password"])

    class Meta:
        verbose_name = "почтовый ящик"
        verbose_name_plural = "почтовые ящики"

    def __str__(self) -> str:
        return self.address


class Incoming(models.Model):
    """A letter that came: what it was and where it landed; its words are in the case, if in any.

    `address` is kept only until the invitation has gone.
    """

    class Kind(models.TextChoices):
        LANDED = "landed", "ответ в деле"
        INVITED = "invited", "приглашение отправлено"
        INVITING = "inviting", "приглашение ждёт отправки"
        REPEATED = "repeated", "уже приглашали сегодня"
        AUTOMATIC = "automatic", "автоответ или рассылка"
        REFUSED = "refused", "приглашение не принято"

    region = models.ForeignKey(Region, models.PROTECT)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="letters")
    key = models.CharField("номер письма", max_length=120)
    kind = models.CharField("что это было", max_length=10, choices=Kind.choices)
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="incoming")
    address = SealedEmailField("кому ответить", blank=True)
    sender = PrintField(of="address", kind="email")
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    next_at = models.DateTimeField("следующая попытка", null=True)
    at = models.DateTimeField("получено")

    class Meta:
        verbose_name = "входящее письмо"
        verbose_name_plural = "входящие письма"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["mailbox", "key"], name="letter_read_once")]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(kind="inviting"), name="invitations_waiting"
            ),
            models.Index(fields=["sender", "-at"], name="letters_of_sender"),
        ]

    def __str__(self) -> str:
        return self.key
