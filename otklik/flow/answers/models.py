"""What makes an answer worth reading, and what shows that it is true."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.cases.models import Answer, Case
from otklik.flow.intake.models import Attachment
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region
from otklik.ground.topics.models import Topic


class BitsField(models.Field):
    """PostgreSQL's `bit(256)`: a text of 256 zeros and ones."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        """Return the column's type."""
        return "bit(256)"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:  # noqa: ARG002
        """Cast what is sent: a parameter is text to PostgreSQL."""
        return "%s::bit(256)"


class AnswerTemplate(models.Model):
    """A model answer in four parts for a topic, of one body or of all.

    Braces wait for facts: {place} {done_on} {who} {next}. `uses` counts the answers sent with it.
    """

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=60)
    title = models.CharField("название", max_length=120)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, verbose_name="тема (пусто: любая)",
        help_text="Факт, подкатегория или категория.",
    )  # fmt: skip
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name="чей (пусто: общий)"
    )
    result = models.CharField("результат", max_length=20, blank=True)
    done = models.TextField("что сделано")
    when = models.CharField("когда", max_length=300, blank=True)
    who = models.CharField("кем", max_length=300, blank=True)
    next = models.TextField("что дальше", blank=True)
    active = models.BooleanField("действует", default=True)
    uses = models.PositiveIntegerField("сколько раз отправлен", default=0, editable=False)
    history = HistoricalRecords(excluded_fields=["uses"])

    class Meta:
        verbose_name = "образец ответа"
        verbose_name_plural = "образцы ответов"
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="answer_template_code_once")
        ]

    def __str__(self) -> str:
        return self.title


class Phrase(models.Model):
    """An officialese phrase and how people say it."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    phrase = models.CharField("канцелярит", max_length=120)
    plain = models.CharField("как сказать проще", max_length=160, blank=True)
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "канцелярский оборот"
        verbose_name_plural = "канцелярские обороты"
        ordering = ["phrase"]
        constraints = [
            models.UniqueConstraint(fields=["region", "phrase"], name="answer_phrase_once")
        ]

    def __str__(self) -> str:
        return self.phrase


class Limit(models.Model):
    """A number from which on an answer or a photo is doubted."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=40)
    title = models.CharField("что это", max_length=200)
    value = models.FloatField("значение")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "порог проверки ответа"
        verbose_name_plural = "пороги проверки ответа"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["region", "code"], name="answer_limit_once")]

    def __str__(self) -> str:
        return self.title


class Composition(models.Model):
    """The four questions of one version of an answer, as its writer answered them."""

    region = models.ForeignKey(Region, models.PROTECT)
    answer = models.OneToOneField(Answer, models.CASCADE, related_name="composition")
    done = models.TextField("что сделано")
    when = models.CharField("когда", max_length=300, blank=True)
    who = models.CharField("кем", max_length=300, blank=True)
    next = models.TextField("что дальше", blank=True)

    class Meta:
        verbose_name = "ответ по вопросам"
        verbose_name_plural = "ответы по вопросам"

    def __str__(self) -> str:
        return str(self.answer)


class TemplateUse(models.Model):
    """An answer that began from a template."""

    region = models.ForeignKey(Region, models.PROTECT)
    template = models.ForeignKey(AnswerTemplate, models.CASCADE, related_name="sent")
    answer = models.OneToOneField(Answer, models.CASCADE, related_name="template_use")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "отправка по образцу"
        verbose_name_plural = "отправки по образцам"

    def __str__(self) -> str:
        return f"{self.template}: {self.answer}"


class AnswerDraft(models.Model):
    """What an official has typed so far for a case."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="answer_drafts")
    official = models.ForeignKey(Official, models.CASCADE, related_name="answer_drafts")
    values = models.JSONField("написанное", default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "черновик ответа"
        verbose_name_plural = "черновики ответов"
        constraints = [
            models.UniqueConstraint(fields=["case", "official"], name="answer_draft_once")
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.saved_at}"


class Examination(models.Model):
    """What was found when one version of an answer was looked into.

    `bands` are keys by which answers of the same words are found again.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    answer = models.OneToOneField(Answer, models.CASCADE, related_name="examination")
    ease = models.FloatField("лёгкость чтения, 0–100")
    template_share = models.FloatField("доля образцов")
    bands = ArrayField(models.IntegerField(), default=list)
    common = models.BooleanField("общий ответ на многие", default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "проверка ответа"
        verbose_name_plural = "проверки ответов"
        indexes = [GinIndex(fields=["bands"], name="answer_bands")]

    def __str__(self) -> str:
        return str(self.answer)


class Caution(models.Model):
    """A warning to the approver: its code and what it rests on, ids and numbers alone."""

    region = models.ForeignKey(Region, models.PROTECT)
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="cautions")
    code = models.CharField("что", max_length=30)
    detail = models.JSONField("на чём основано", default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "предупреждение"
        verbose_name_plural = "предупреждения"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.answer}: {self.code}"


class Overruling(models.Model):
    """Why an answer was sent in spite of warnings, and by whom."""

    region = models.ForeignKey(Region, models.PROTECT)
    answer = models.OneToOneField(Answer, models.CASCADE, related_name="overruling")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    codes = ArrayField(models.CharField(max_length=30), default=list)
    reason = models.TextField("почему")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "отправка вопреки предупреждениям"
        verbose_name_plural = "отправки вопреки предупреждениям"

    def __str__(self) -> str:
        return f"{self.answer}: {self.reason}"


class PhotoFacts(models.Model):
    """What the camera wrote into the private original: when, where, with what."""

    region = models.ForeignKey(Region, models.PROTECT)
    attachment = models.OneToOneField(Attachment, models.CASCADE, related_name="photo_facts")
    taken_at = models.DateTimeField("снято", null=True)
    lat = models.FloatField("широта", null=True)
    lon = models.FloatField("долгота", null=True)
    camera = models.CharField("камера", max_length=80, blank=True)
    program = models.CharField("чем записан файл", max_length=80, blank=True)
    readable = models.BooleanField("снимок открылся", default=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "сведения камеры"
        verbose_name_plural = "сведения камеры"

    def __str__(self) -> str:
        return str(self.attachment)


class PhotoPrint(models.Model):
    """A perceptual hash of a photo, whole or without its edges.

    `segments` are sixteen keys of sixteen bits: prints that differ in up to 31 bits share a key
    with one bit changed at most, so that the archive is asked by an index.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="prints")
    inner = models.BooleanField("без краёв", default=False)
    bits = BitsField("отпечаток")
    segments = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = "отпечаток снимка"
        verbose_name_plural = "отпечатки снимков"
        indexes = [GinIndex(fields=["segments"], name="photo_segments")]
        constraints = [
            models.UniqueConstraint(fields=["attachment", "inner"], name="photo_print_once")
        ]

    def __str__(self) -> str:
        return str(self.attachment)


class Inspection(models.Model):
    """An independent verifier's look on the spot."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="inspections")
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="inspections")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    confirmed = models.BooleanField("подтверждено")
    code = models.CharField("чего не хватает", max_length=40, blank=True)
    note = models.TextField("что увидел", blank=True)
    photos = models.ManyToManyField(Attachment, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "проверка на месте"
        verbose_name_plural = "проверки на месте"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case}: {self.confirmed}"
