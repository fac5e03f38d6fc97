"""What a survey asks, and what people answered: one answer a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import Official, Person
from otklik.ground.territories.models import Region
from otklik.participation.projects.models import Phase
from otklik.participation.surveys.rules import Asked, Group


class Survey(models.Model):
    """Questions put to people within a phase; announced, they stand for ever."""

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.PROTECT, related_name="survey")
    slug = models.SlugField("адрес", max_length=80, unique=True)
    title = models.CharField("название", max_length=300)
    about = models.TextField("пояснение", blank=True)
    guests = models.BooleanField("без входа, один ответ с одного браузера", default=False)
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
        POINT = "point", _("место на карте")
        FILE = "file", _("файл")

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


class SurveyQuota(models.Model):
    """Of one group of people no more than so many answers are counted; announced, it stands."""

    region = models.ForeignKey(Region, models.PROTECT)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="quotas")
    territory = models.SlugField("территория (пусто: любая)", max_length=60, blank=True)
    band = models.SlugField("возраст (пусто: любой)", max_length=40, blank=True)
    sex = models.CharField("пол (пусто: любой)", max_length=1, blank=True)
    most = models.PositiveIntegerField("ответов не больше")

    class Meta:
        verbose_name = "квота"
        verbose_name_plural = "квоты"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "territory", "band", "sex"], name="quota_of_a_group_once"
            ),
            models.CheckConstraint(condition=models.Q(most__gt=0), name="quota_is_for_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.most}"

    @property
    def group(self) -> Group:
        """Of whom, as the rules see it."""
        return Group(self.territory, self.band, self.sex)


class Response(models.Model):
    """What one person or browser answered; a constraint lets it be one. Unsent, it is a draft.

    Place, age and sex are those of the groups in which answers are counted.
    """

    class Apart(models.TextChoices):
        COUNTED = "", _("в подсчёте")
        OVER = "over", _("сверх квоты")
        HELD = "held", _("отложен до проверки")

    region = models.ForeignKey(Region, models.PROTECT)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answers = models.JSONField("ответы", default=dict)
    guest = models.CharField("отпечаток браузера", max_length=64, null=True)  # noqa: DJ001
    level = models.CharField("проверка личности", max_length=12, choices=Person.Level.choices)
    territory = models.SlugField("территория", max_length=60, blank=True)
    band = models.SlugField("возраст", max_length=40, blank=True)
    sex = models.CharField("пол", max_length=1, blank=True)
    apart = models.CharField("отдельно", max_length=4, choices=Apart.choices, blank=True)
    sent_at = models.DateTimeField("отправлен", null=True)

    class Meta:
        verbose_name = "ответ на опрос"
        verbose_name_plural = "ответы на опросы"
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="one_person_one_answer"),
            models.UniqueConstraint(fields=["survey", "guest"], name="one_browser_one_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.pk}"


class QuotaPlace(models.Model):
    """An answer has its place within a quota."""

    region = models.ForeignKey(Region, models.PROTECT)
    quota = models.ForeignKey(SurveyQuota, models.CASCADE, related_name="places")
    response = models.ForeignKey(Response, models.CASCADE, related_name="places")

    class Meta:
        verbose_name = "место в квоте"
        verbose_name_plural = "места в квотах"
        constraints = [
            models.UniqueConstraint(fields=["quota", "response"], name="one_answer_one_place")
        ]

    def __str__(self) -> str:
        return f"{self.quota_id}: {self.response_id}"


class GuestCount(models.Model):
    """How many answers guests sent on a day from one part of the network; no address is kept."""

    region = models.ForeignKey(Region, models.PROTECT)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="guest_counts")
    day = models.DateField("день")
    prefix = models.CharField("отпечаток части сети", max_length=64)
    sent = models.PositiveIntegerField("ответов", default=0)

    class Meta:
        verbose_name = "ответы гостей за день"
        verbose_name_plural = "ответы гостей по дням"
        constraints = [
            models.UniqueConstraint(fields=["survey", "day", "prefix"], name="guest_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.sent}"


class AnswerFile(models.Model):
    """A file given as an answer; only who organises the survey sees it."""

    FILES = ("path",)

    region = models.ForeignKey(Region, models.PROTECT)
    response = models.ForeignKey(Response, models.CASCADE, related_name="files")
    question = models.SlugField("ключ вопроса", max_length=20)
    path = models.CharField("путь к файлу", max_length=200)
    name = models.CharField("имя файла", max_length=200)
    mime = models.CharField("вид файла", max_length=100)

    class Meta:
        verbose_name = "файл ответа"
        verbose_name_plural = "файлы ответов"
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="one_question_one_file")
        ]

    def __str__(self) -> str:
        return self.name


class Sheet(models.Model):
    """An answer that an official entered for somebody: from paper, with its scan, or by phone."""

    class Source(models.TextChoices):
        PAPER = "paper", _("на бумаге")
        PHONE = "phone", _("по телефону")

    FILES = ("scan",)

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
