"""What a survey asks, and what people answered: one answer a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import Official, Person
from otklik.ground.territories.models import Region
from otklik.participation.projects.models import Phase
from otklik.participation.surveys.rules import Asked


class Survey(models.Model):
    """Questions put to people within a phase; announced, they stand for ever."""

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.PROTECT, related_name="survey")
    slug = models.SlugField("адрес", max_length=80, unique=True)
    title = models.CharField("название", max_length=300)
    about = models.TextField("пояснение", blank=True)
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("составлен")

    class Meta:
        verbose_name = "опрос"
        verbose_name_plural = "опросы"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the journal names this survey."""
        return f"survey:{self.pk}"


class SurveyQuestion(models.Model):
    """One question on one page; `show_if` is a tree of conditions, see the rules."""

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("пояснение без вопроса")
        SINGLE = "single", _("один вариант")
        MULTIPLE = "multiple", _("несколько вариантов")
        SCALE = "scale", _("шкала")
        RANKING = "ranking", _("расставить по местам")
        MATRIX = "matrix", _("таблица: по варианту в строке")
        NUMBER = "number", _("целое число")
        DATE = "date", _("дата")
        SHORT = "short", _("короткий ответ словами")
        LONG = "long", _("развёрнутый ответ словами")

    region = models.ForeignKey(Region, models.PROTECT)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    key = models.SlugField("ключ", max_length=20)
    page = models.PositiveSmallIntegerField("страница", default=1)
    place = models.PositiveSmallIntegerField("место на странице", default=0)
    kind = models.CharField("вид", max_length=10, choices=Kind.choices)
    text = models.CharField("вопрос", max_length=300)
    hint = models.CharField("пояснение", max_length=300, blank=True)
    required = models.BooleanField("обязательный", default=False)
    options = models.JSONField("варианты", default=list, blank=True)
    rows = models.JSONField("строки", default=list, blank=True)
    low = models.IntegerField("от", default=0)
    high = models.IntegerField("до", default=0)
    low_label = models.CharField("подпись начала", max_length=60, blank=True)
    high_label = models.CharField("подпись конца", max_length=60, blank=True)
    show_if = models.JSONField("когда спрашивать", default=dict, blank=True)

    class Meta:
        verbose_name = "вопрос"
        verbose_name_plural = "вопросы"
        ordering = ["page", "place", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="question_key_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def asked(self) -> Asked:
        """The question as the rules see it."""
        return Asked(
            self.key, self.kind, self.page, self.text, self.required, tuple(self.options),
            tuple(self.rows), self.low, self.high, self.show_if,
        )  # fmt: skip


class Response(models.Model):
    """What one person answered; a constraint lets it be one. Unsent, it is a draft."""

    region = models.ForeignKey(Region, models.PROTECT)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answers = models.JSONField("ответы", default=dict)
    level = models.CharField("проверка личности", max_length=12, choices=Person.Level.choices)
    sent_at = models.DateTimeField("отправлен", null=True)

    class Meta:
        verbose_name = "ответ на опрос"
        verbose_name_plural = "ответы на опросы"
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="one_person_one_answer")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.pk}"


class Sheet(models.Model):
    """An answer that an official entered for somebody: from paper, with its scan, or by phone."""

    class Source(models.TextChoices):
        PAPER = "paper", _("на бумаге")
        PHONE = "phone", _("по телефону")

    region = models.ForeignKey(Region, models.PROTECT)
    response = models.OneToOneField(Response, models.PROTECT, related_name="sheet")
    source = models.CharField("откуда", max_length=8, choices=Source.choices)
    entered_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("внесён")
    scan = models.CharField("путь к скану", max_length=200, blank=True)
    scan_name = models.CharField("имя файла", max_length=200, blank=True)
    scan_mime = models.CharField("вид файла", max_length=100, blank=True)

    class Meta:
        verbose_name = "внесённый ответ"
        verbose_name_plural = "внесённые ответы"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source="phone") | ~models.Q(scan=""), name="paper_has_its_scan"
            )
        ]

    def __str__(self) -> str:
        return f"{self.response_id}: {self.source}"
