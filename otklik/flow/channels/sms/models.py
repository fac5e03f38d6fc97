"""Text messages on their way out, and the short codes that they carry."""

from __future__ import annotations

from django.db import models

from otklik.flow.intake.models import Report
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.territories.models import Region


class SmsMessage(models.Model):
    """One text message: kept until it was delivered or refused for good.

    `secret` marks a text that holds a code: it is blanked once delivered. A message is tried from
    `next_at` on; a try moves `next_at` ahead first, so that two never send it at once.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "ждёт отправки"
        DELIVERED = "delivered", "отправлено"
        REFUSED = "refused", "не принято"

    region = models.ForeignKey(Region, models.PROTECT)
    phone = SealedCharField("телефон", max_length=20)
    text = SealedCharField("текст", max_length=500)
    secret = models.BooleanField("с кодом", default=False)
    purpose = models.SlugField("зачем", max_length=20)
    subject = models.CharField("о чём", max_length=60)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.QUEUED
    )
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    next_at = models.DateTimeField("следующая попытка")
    reference = models.CharField("номер у оператора связи", max_length=80, blank=True)
    note = models.CharField("что сказал оператор связи", max_length=300, blank=True)
    created_at = models.DateTimeField("создано")
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "СМС"
        verbose_name_plural = "СМС"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state="queued"), name="sms_waiting"
            ),
            models.Index(fields=["subject", "-created_at"], name="sms_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.subject}"


class PhoneCode(models.Model):
    """The short code that proves a phone: minutes, a few tries, once.

    Neither the phone nor the code is here: a print of one, a keyed digest of the other.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    holder = models.CharField("отпечаток телефона", max_length=16)
    digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField("попыток осталось")
    expires_at = models.DateTimeField("действует до")

    class Meta:
        verbose_name = "код для входа"
        verbose_name_plural = "коды для входа"
        constraints = [models.UniqueConstraint(fields=["region", "holder"], name="phone_code_once")]

    def __str__(self) -> str:
        return f"{self.holder}: {self.expires_at}"


class SmsCode(models.Model):
    """The short code that opens a message together with its number: a few tries, a few weeks.

    Only a keyed digest is kept. A new code puts an end to the one before.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.OneToOneField(Report, models.CASCADE, related_name="sms_code")
    digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField("попыток осталось")
    expires_at = models.DateTimeField("действует до")
    made_at = models.DateTimeField("создан")

    class Meta:
        verbose_name = "код из СМС"
        verbose_name_plural = "коды из СМС"

    def __str__(self) -> str:
        return f"{self.report}: {self.made_at}"
