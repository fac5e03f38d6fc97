"""Calls as the telephone system tells them, what came of each, and whom to call back."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.intake.models import Report
from otklik.flow.problems.models import Joining
from otklik.ground.accounts.models import Official, new_key
from otklik.ground.kit.fields import PrintField, SealedCharField
from otklik.ground.territories.models import Region


class Line(models.Model):
    """A telephone system that tells of calls: its address, its key, the words that it uses."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    title = models.CharField("название", max_length=200)
    token = models.CharField(
        "часть адреса", max_length=64, unique=True, default=new_key,
        help_text="Адрес для событий: /hooks/telephony/<часть адреса>/",
    )  # fmt: skip
    secret = models.CharField(
        "ключ подписи", max_length=64, default=new_key,
        help_text="HMAC-SHA256 от тела запроса этим ключом, в шестнадцатеричном виде.",
    )  # fmt: skip
    dialect = models.SlugField(
        "как говорит", max_length=40, default="otklik",
        help_text="Строка справочника telephony: какие поля и события присылает АТС.",
    )  # fmt: skip
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords(excluded_fields=["secret"])

    class Meta:
        verbose_name = "телефонная станция"
        verbose_name_plural = "телефонные станции"

    def __str__(self) -> str:
        return self.title


class Extension(models.Model):
    """Which operator sits at an inner number."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    number = models.CharField("внутренний номер", max_length=20)
    official = models.ForeignKey(Official, models.CASCADE, verbose_name="оператор")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "внутренний номер"
        verbose_name_plural = "внутренние номера"
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="extension_once")]

    def __str__(self) -> str:
        return f"{self.number}: {self.official}"


class Call(models.Model):
    """One call: told by the telephone system, or written down by hand when there is none.

    `report` or `joining` is what came of it; neither for a question answered at once.
    """

    class State(models.TextChoices):
        RINGING = "ringing", "звонит"
        TALKING = "talking", "разговор"
        ENDED = "ended", "закончен"
        MISSED = "missed", "не дождались"

    region = models.ForeignKey(Region, models.PROTECT)
    line = models.ForeignKey(Line, models.SET_NULL, null=True, verbose_name="станция")
    external = models.CharField("номер звонка у станции", max_length=80, blank=True)
    phone = SealedCharField("телефон", max_length=20, blank=True)
    extension = models.CharField("внутренний номер", max_length=20, blank=True)
    official = models.ForeignKey(Official, models.PROTECT, null=True, verbose_name="оператор")
    state = models.CharField("состояние", max_length=8, choices=State.choices)
    started_at = models.DateTimeField("начался")
    answered_at = models.DateTimeField("ответили", null=True)
    ended_at = models.DateTimeField("закончился", null=True)
    recorded = models.BooleanField("записан", default=False)
    report = models.ForeignKey(
        Report, models.SET_NULL, null=True, verbose_name="сообщение", related_name="calls"
    )
    joining = models.ForeignKey(
        Joining, models.SET_NULL, null=True, verbose_name="присоединение", related_name="calls"
    )

    class Meta:
        verbose_name = "звонок"
        verbose_name_plural = "звонки"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "external"],
                condition=models.Q(line__isnull=False),
                name="call_told_once",
            )
        ]
        indexes = [
            models.Index(fields=["official", "-started_at"], name="call_of_operator"),
            models.Index(fields=["region", "-started_at"], name="call_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at}: {self.get_state_display()}"

    @property
    def ref(self) -> str:
        """How the journal names this call."""
        return f"call:{self.pk}"


class Callback(models.Model):
    """Somebody is to be called back: when, why, by whom; open until reached or dropped."""

    class State(models.TextChoices):
        OPEN = "open", "ждёт"
        DONE = "done", "дозвонились"
        DROPPED = "dropped", "отменено"

    region = models.ForeignKey(Region, models.PROTECT)
    call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="callbacks")
    report = models.ForeignKey(Report, models.SET_NULL, null=True, related_name="callbacks")
    phone = SealedCharField("телефон", max_length=20)
    phone_print = PrintField(of="phone", kind="phone")
    name = SealedCharField("как зовут", max_length=120, blank=True)
    reason = models.CharField("зачем", max_length=300)
    due_at = models.DateTimeField("когда")
    official = models.ForeignKey(
        Official, models.PROTECT, null=True, verbose_name="кто", related_name="callbacks"
    )
    state = models.CharField("состояние", max_length=8, choices=State.choices, default=State.OPEN)
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    asked_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField("записано")
    closed_at = models.DateTimeField("закрыто", null=True)

    class Meta:
        verbose_name = "перезвонить"
        verbose_name_plural = "перезвонить"
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["region", "due_at"], condition=models.Q(state="open"), name="callback_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.due_at}: {self.get_state_display()}"

    @property
    def ref(self) -> str:
        """How the journal names this callback."""
        return f"callback:{self.pk}"


class CallbackTry(models.Model):
    """One try to reach somebody."""

    region = models.ForeignKey(Region, models.PROTECT)
    callback = models.ForeignKey(Callback, models.CASCADE, related_name="attempts")
    reached = models.BooleanField("дозвонились")
    note = models.CharField("чем кончилось", max_length=300, blank=True)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "попытка"
        verbose_name_plural = "попытки"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.callback}: {self.at}"
