"""Personal reception: who receives, when, who asked; and the reception's control of appeals."""

from __future__ import annotations

import secrets

from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.cases.models import Case
from otklik.flow.intake.models import Report
from otklik.ground.accounts.models import Official
from otklik.ground.kit.fields import PrintField, SealedCharField
from otklik.ground.territories.models import Region


def new_token() -> str:
    """Return the part of a booking's address that only its author knows."""
    return secrets.token_urlsafe(16)


class Receiver(models.Model):
    """One who receives citizens in person: the governor, a deputy, a minister."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    name = models.CharField("фамилия, имя, отчество", max_length=200)
    position = models.CharField("должность", max_length=300)
    questions = models.CharField("по каким вопросам", max_length=500, blank=True)
    place = models.CharField("где принимает", max_length=300)
    order = models.PositiveSmallIntegerField("место в списке", default=0)
    active = models.BooleanField("принимает", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "кто принимает"
        verbose_name_plural = "кто принимает"
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.position}"


class Slot(models.Model):
    """A time at which one person may be received."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    receiver = models.ForeignKey(
        Receiver, models.CASCADE, related_name="slots", verbose_name="кто принимает"
    )
    starts_at = models.DateTimeField("начало")
    minutes = models.PositiveSmallIntegerField("минут", default=15)
    cancelled = models.BooleanField("отменено", default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "время приёма"
        verbose_name_plural = "времена приёма"
        ordering = ["starts_at", "id"]
        constraints = [models.UniqueConstraint(fields=["receiver", "starts_at"], name="slot_once")]

    def __str__(self) -> str:
        return f"{self.starts_at:%d.%m.%Y %H:%M} {self.receiver}"


class Booking(models.Model):
    """Somebody asks to be received. No appeal: it is answered within three working days.

    `report` is the message that was written from what was said, if one was.
    """

    class State(models.TextChoices):
        ASKED = "asked", "ждёт ответа"
        CONFIRMED = "confirmed", "назначено"
        REFUSED = "refused", "отказано"
        HELD = "held", "принят"
        ABSENT = "absent", "не пришёл"

    region = models.ForeignKey(Region, models.PROTECT)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    receiver = models.ForeignKey(Receiver, models.PROTECT, verbose_name="к кому")
    theme = models.CharField("тема", max_length=200)
    text = models.TextField("о чём разговор")
    name = SealedCharField("фамилия, имя, отчество", max_length=200)
    phone = SealedCharField("телефон", max_length=20)
    phone_print = PrintField(of="phone", kind="phone")
    days = models.CharField("когда удобно", max_length=200, blank=True)
    state = models.CharField("состояние", max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField("просьба получена")
    due = models.DateTimeField("ответить до")
    slot = models.OneToOneField(Slot, models.PROTECT, null=True, verbose_name="когда")
    reason = models.TextField("почему отказано", blank=True)
    answered_at = models.DateTimeField("ответ дан", null=True)
    answered_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    reminded_at = models.DateTimeField("напомнили", null=True)
    late_at = models.DateTimeField("просрочено", null=True)
    outcome = models.TextField("чем кончилось", blank=True)
    report = models.ForeignKey(Report, models.SET_NULL, null=True, related_name="bookings")

    class Meta:
        verbose_name = "запись на приём"
        verbose_name_plural = "записи на приём"
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["region", "state", "due"], name="booking_waiting")]

    def __str__(self) -> str:
        return f"{self.receiver}: {self.get_state_display()}"

    @property
    def ref(self) -> str:
        """How the journal names this booking."""
        return f"booking:{self.pk}"


class ControlPoint(models.Model):
    """The reception looks, on a day set by the channel, how an appeal goes; says what it saw."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.CASCADE, related_name="reception_control")
    due = models.DateTimeField("посмотреть")
    told_at = models.DateTimeField("день настал", null=True)
    done_at = models.DateTimeField("посмотрели", null=True)
    done_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    note = models.TextField("что увидели", blank=True)

    class Meta:
        verbose_name = "внутренний контроль"
        verbose_name_plural = "внутренний контроль"
        ordering = ["due", "id"]
        indexes = [
            models.Index(fields=["due"], condition=models.Q(done_at=None), name="control_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.due}"
