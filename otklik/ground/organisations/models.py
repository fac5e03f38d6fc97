"""Who answers: bodies, offices, institutions, utilities, and their working hours."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from otklik.ground.territories.models import Region, Territory


class Calendar(models.Model):
    """A production calendar: days off, short days and moved working days, year by year."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=40)
    title_ru = models.CharField("название", max_length=200)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "производственный календарь"
        verbose_name_plural = "производственные календари"
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="calendar_code_once")
        ]

    def __str__(self) -> str:
        return self.title_ru


class CalendarDay(models.Model):
    """A day that differs from its weekday's custom."""

    class Kind(models.TextChoices):
        OFF = "off", "выходной"
        SHORT = "short", "сокращённый"
        WORKING = "working", "рабочий"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    date = models.DateField("день")
    kind = models.CharField("какой", max_length=10, choices=Kind.choices)
    note = models.CharField("основание", max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "особый день"
        verbose_name_plural = "особые дни"
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.get_kind_display()}"


class Schedule(models.Model):
    """Working hours of a week on top of a calendar; several spans a day are allowed.

    `week` maps the ISO weekday ("1" = Monday) to a list of ["09:00", "13:00"] spans.
    """

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=40)
    title_ru = models.CharField("название", max_length=200)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, verbose_name="календарь",
        help_text="Без календаря работают без праздников.",
    )  # fmt: skip
    week = models.JSONField("часы по дням недели", default=dict)
    zone = models.CharField(
        "часовой пояс", max_length=40, blank=True,
        help_text="Например Asia/Yekaterinburg. Пусто: пояс региона.",
    )  # fmt: skip
    short_minutes = models.PositiveSmallIntegerField(
        "на сколько минут короче сокращённый день", default=60
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "график работы"
        verbose_name_plural = "графики работы"
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="schedule_code_once")
        ]

    def __str__(self) -> str:
        return self.title_ru


class Organisation(models.Model):
    """A body that messages go to; a tree, versioned in time, with successors."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=80)
    title_ru = models.CharField("название", max_length=300)
    title_en = models.CharField("название по-английски", max_length=300, blank=True)
    short_ru = models.CharField("короткое название", max_length=150)
    kind = models.CharField("вид", max_length=40)
    owner = models.CharField("чья собственность", max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name="подчинена",
    )  # fmt: skip
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="территория"
    )
    schedule = models.ForeignKey(
        Schedule, models.PROTECT, null=True, blank=True, verbose_name="график"
    )
    external = models.BooleanField("вне системы (только переслать)", default=False)
    email = models.EmailField("почта", blank=True)
    note = models.TextField("примечание", blank=True)
    valid_from = models.DateField("действует с", null=True, blank=True)
    valid_to = models.DateField("действует по", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors",
        verbose_name="преемник",
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        verbose_name = "организация"
        verbose_name_plural = "организации"
        ordering = ["title_ru"]
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="organisation_code_once")
        ]

    def __str__(self) -> str:
        return self.short_ru
