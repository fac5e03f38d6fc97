"""Widgets on other sites, and the pages they are said to stand on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.intake.models import Report
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region
from otklik.ground.topics.models import Topic


class Widget(models.Model):
    """What one organisation shows of Otklik on its own sites.

    `token` stands in the site's page; all else is changed here and the sites follow at once.
    `origins` are the sites that may show it, one `https://host` a line; none means any site.
    `legacy` is the number that stood in an old-style `Widget(url, number)`.
    """

    class Kind(models.TextChoices):
        BUTTON = "button", "кнопка"
        BANNER = "banner", "плашка"
        FORM = "form", "форма в странице"
        MAP = "map", "карта"
        STATUS = "status", "проверка по номеру"
        COUNTER = "counter", "сколько решено"
        POLL = "poll", "опросы и голосования"

    class Theme(models.TextChoices):
        LIGHT = "light", "светлая"
        DARK = "dark", "тёмная"

    class Language(models.TextChoices):
        RU = "ru", "русский"
        EN = "en", "English"

    region = models.ForeignKey(Region, models.PROTECT)
    token = models.CharField("ключ", max_length=24, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="организация")
    title = models.CharField("название для себя", max_length=120)
    kind = models.CharField("вид", max_length=10, choices=Kind.choices, default=Kind.BUTTON)
    slogan = models.CharField("заголовок", max_length=120, blank=True)
    text = models.CharField("текст", max_length=300, blank=True)
    button = models.CharField("слова на кнопке", max_length=40, blank=True)
    topics = models.ManyToManyField(Topic, verbose_name="темы", blank=True)
    theme = models.CharField("вид", max_length=10, choices=Theme.choices, default=Theme.LIGHT)
    language = models.CharField("язык", max_length=2, choices=Language.choices, default=Language.RU)
    source = models.SlugField("метка источника", max_length=40, blank=True)
    origins = models.TextField("сайты", blank=True)
    legacy = models.PositiveIntegerField("прежний номер", null=True, blank=True)
    active = models.BooleanField("показывать", default=True)
    made_at = models.DateTimeField("создан")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "виджет"
        verbose_name_plural = "виджеты"
        ordering: ClassVar[list[str]] = ["organisation", "title"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["region", "legacy"], name="widget_legacy_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def allowed(self) -> tuple[str, ...]:
        """The sites that may show it; none for any."""
        return tuple(self.origins.split())


class WidgetPage(models.Model):
    """A page on which a widget is said to stand, and what the last look found wrong there."""

    region = models.ForeignKey(Region, models.PROTECT)
    widget = models.ForeignKey(Widget, models.CASCADE, related_name="pages")
    url = models.URLField("страница", max_length=500)
    checked_at = models.DateTimeField("проверена", null=True)
    faults = models.JSONField("что не так", default=list)

    class Meta:
        verbose_name = "страница с виджетом"
        verbose_name_plural = "страницы с виджетами"
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["widget", "url"], name="widget_page_once")
        ]

    def __str__(self) -> str:
        return self.url


class WidgetReport(models.Model):
    """Which widget a message came through."""

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.OneToOneField(Report, models.CASCADE, related_name="widget")
    widget = models.ForeignKey(Widget, models.PROTECT, related_name="reports")
    site = models.CharField("с какого сайта", max_length=200, blank=True)

    class Meta:
        verbose_name = "сообщение через виджет"
        verbose_name_plural = "сообщения через виджеты"

    def __str__(self) -> str:
        return f"{self.widget}: {self.report}"
