"""What people are told of by letter or text message, and who declined what may be declined."""

from __future__ import annotations

from django.db import models

from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import Person
from otklik.ground.territories.models import Region


class Delivery(models.Model):
    """One fact told to one who waits, once a channel. It holds no address and no words.

    Both are found at the try: whoever was erased or withdrew meanwhile hears nothing. A try moves
    `next_at` ahead first, so that two never send it at once.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "письмо"
        SMS = "sms", "СМС"
        CHAT = "chat", "чат"
        PUSH = "push", "на устройство"

    class State(models.TextChoices):
        QUEUED = "queued", "ждёт отправки"
        DELIVERED = "delivered", "отправлено"
        REFUSED = "refused", "не принято"
        DROPPED = "dropped", "отправлять некому"
        GATHERED = "gathered", "ждёт письма за день"

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    entry = models.BigIntegerField("запись журнала")
    kind = models.CharField("что случилось", max_length=40)
    subject = models.CharField("о чём", max_length=60)
    data = models.JSONField("что сказано фактом", default=dict)
    whom = models.CharField("кому", max_length=40)
    channel = models.CharField("как", max_length=6, choices=Channel.choices)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.QUEUED
    )
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    next_at = models.DateTimeField("следующая попытка")
    note = models.CharField("что сказала другая сторона", max_length=300, blank=True)
    created_at = models.DateTimeField("создано")
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "уведомление"
        verbose_name_plural = "письма и СМС о ходе дела"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "whom", "channel"], name="told_of_a_fact_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state="queued"), name="delivery_waiting"
            ),
            models.Index(
                fields=["next_at"], condition=models.Q(state="gathered"), name="delivery_gathered"
            ),
            models.Index(fields=["subject", "-id"], name="delivery_of_subject"),
            models.Index(fields=["person", "-id"], name="delivery_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.whom}"


class Choice(models.Model):
    """Whether a person wants to hear of an event through a door; what is not here goes by data."""

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notice_choices")
    event = models.CharField("о чём", max_length=40)
    door = models.CharField("как", max_length=6, choices=Delivery.Channel.choices)
    wanted = models.BooleanField("сообщать")

    class Meta:
        verbose_name = "выбор уведомления"
        verbose_name_plural = "выбранные уведомления"
        constraints = [
            models.UniqueConstraint(fields=["person", "event", "door"], name="notice_chosen_once")
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.door}"


class Habit(models.Model):
    """When a person wants to be told: quiet hours by the region's clock, one letter a day."""

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.OneToOneField(Person, models.CASCADE, related_name="notice_habit")
    quiet = models.BooleanField("тихие часы", default=False)
    quiet_from = models.TimeField("с")
    quiet_to = models.TimeField("до")
    digest = models.BooleanField("одно письмо в день", default=False)

    class Meta:
        verbose_name = "когда сообщать"
        verbose_name_plural = "когда сообщать"

    def __str__(self) -> str:
        return f"{self.person_id}"


class Unread(models.Model):
    """News of a message that its author has not looked at since: the number on the icon."""

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE, related_name="unread")
    report = models.ForeignKey(Report, models.CASCADE, related_name="unread")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "непрочитанное"
        verbose_name_plural = "непрочитанное"
        constraints = [
            models.UniqueConstraint(fields=["person", "report"], name="unread_of_a_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.report_id}"


class Silence(models.Model):
    """An address whose owner wants no letters but those that the law owes: by its print."""

    region = models.ForeignKey(Region, models.PROTECT)
    print = models.CharField("отпечаток адреса", max_length=16)
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "отказ от писем"
        verbose_name_plural = "отказы от писем"
        constraints = [models.UniqueConstraint(fields=["region", "print"], name="silence_once")]

    def __str__(self) -> str:
        return f"{self.at:%d.%m.%Y}"
