"""Where things happen: the region, its municipalities, settlements and streets."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords


class Region(models.Model):
    """One region, the tenant of everything; its code stands on every table."""

    code = models.SlugField("код", primary_key=True, max_length=40)
    title_ru = models.CharField("название", max_length=200)
    title_en = models.CharField("название по-английски", max_length=200)
    genitive_ru = models.CharField("в родительном падеже", max_length=200, blank=True)
    time_zone = models.CharField("часовой пояс", max_length=60, default="Europe/Moscow")
    okato = models.CharField("ОКАТО", max_length=11, blank=True)
    population = models.PositiveIntegerField("жителей", default=0)
    center_lat = models.FloatField("широта центра")
    center_lon = models.FloatField("долгота центра")
    bounds = ArrayField(models.FloatField(), size=4, verbose_name="границы: з, ю, в, с")
    phones = models.JSONField("телефоны", default=dict, blank=True)
    settings = models.JSONField(
        "настройки", default=dict, blank=True, help_text="Веса карты, пороги, сроки показа."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "регион"
        verbose_name_plural = "регионы"

    def __str__(self) -> str:
        return self.title_ru


class Territory(models.Model):
    """A municipality as it was over a span of time; a renamed one points to its successor."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=60)
    title_ru = models.CharField("название", max_length=200)
    title_en = models.CharField("название по-английски", max_length=200, blank=True)
    short_ru = models.CharField("короткое название", max_length=100)
    kind = models.CharField("вид", max_length=40)
    center = models.CharField("центр", max_length=100, blank=True)
    center_lat = models.FloatField("широта центра", null=True, blank=True)
    center_lon = models.FloatField("долгота центра", null=True, blank=True)
    population = models.PositiveIntegerField("жителей", default=0)
    okato = models.CharField("ОКАТО", max_length=11, blank=True)
    oktmo = models.CharField("ОКТМО", max_length=11, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="входит в",
    )
    polygon = models.JSONField("граница, GeoJSON", null=True, blank=True)
    valid_from = models.DateField("действует с", null=True, blank=True)
    valid_to = models.DateField("действует по", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors",
        verbose_name="преемник",
    )  # fmt: skip
    history = HistoricalRecords(excluded_fields=["polygon"])

    class Meta:
        verbose_name = "территория"
        verbose_name_plural = "территории"
        ordering = ["title_ru"]
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="territory_code_once")
        ]

    def __str__(self) -> str:
        return self.title_ru


class Settlement(models.Model):
    """A town or village that an address may name."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    territory = models.ForeignKey(Territory, models.PROTECT, verbose_name="территория")
    name = models.CharField("название", max_length=120)
    kind = models.CharField("вид", max_length=20, blank=True)
    lat = models.FloatField("широта")
    lon = models.FloatField("долгота")
    population = models.PositiveIntegerField("жителей", default=0)
    aliases = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, verbose_name="ещё зовут"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "населённый пункт"
        verbose_name_plural = "населённые пункты"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "territory", "name"], name="settlement_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Street(models.Model):
    """A street or a district of a settlement with a point on it."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    settlement = models.ForeignKey(Settlement, models.CASCADE, verbose_name="населённый пункт")
    name = models.CharField("название", max_length=160)
    lat = models.FloatField("широта")
    lon = models.FloatField("долгота")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "улица"
        verbose_name_plural = "улицы"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "name"], name="street_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class LoadedRow(models.Model):
    """What a file said of a row at the last load.

    Comparing it with the file now and with the table tells an administrator's edit from a change
    in the files, so that neither undoes the other. `rest` keeps what the table has no column for.
    """

    region = models.ForeignKey(Region, models.CASCADE, verbose_name="регион")
    kind = models.CharField("что", max_length=40)
    key = models.CharField("ключ", max_length=300)
    file = models.CharField("файл", max_length=100)
    position = models.PositiveIntegerField("место в файле", default=0)
    data = models.JSONField("сказано в файле", default=dict)
    rest = models.JSONField("сказано сверх таблицы", default=dict)

    class Meta:
        verbose_name = "загруженная строка"
        verbose_name_plural = "загруженные строки"
        ordering = ["kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "key"], name="loaded_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"
