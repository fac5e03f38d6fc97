"""What 59-ФЗ adds to a case: a journal, questions, notices, papers and their signatures."""

from __future__ import annotations

from django.db import models

from otklik.flow.appeals.rules import OUTCOMES
from otklik.flow.cases.models import Answer, Case
from otklik.ground.accounts.models import Official
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region
from otklik.ground.topics.models import Topic


class Journal(models.Model):
    """The last number given out by a body in a year."""

    region = models.ForeignKey(Region, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    year = models.PositiveSmallIntegerField("год")
    last = models.PositiveIntegerField("последний номер", default=0)

    class Meta:
        verbose_name = "журнал регистрации"
        verbose_name_plural = "журналы регистрации"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="journal_of_a_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.year}"


class Registration(models.Model):
    """One line of a body's journal of appeals. Never edited, but for the other system's number."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.PROTECT, related_name="registration")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField("регистрационный номер", max_length=40)
    received_at = models.DateTimeField("поступило")
    registered_at = models.DateTimeField("зарегистрировано")
    registrar = models.ForeignKey(Official, models.PROTECT, related_name="+")
    late = models.BooleanField("позже трёх дней", default=False)
    external_number = models.CharField("номер в другой системе", max_length=80, blank=True)
    external_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "регистрация обращения"
        verbose_name_plural = "регистрации обращений"
        ordering = ["-registered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "serial"], name="journal_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Question(models.Model):
    """One question of an appeal, with a body and an outcome of its own."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField("номер по порядку")
    text = models.TextField("вопрос")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    outcome = models.CharField("исход", max_length=20, blank=True)
    answer = models.TextField("ответ", blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "вопрос обращения"
        verbose_name_plural = "вопросы обращений"
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="question_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.case} / {self.position}"

    @property
    def outcome_label(self) -> str:
        """The outcome in words; empty while it waits."""
        return OUTCOMES.get(self.outcome, "")


class Notice(models.Model):
    """A letter that the law owes the author: registration, redirection, extension, article 11."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", "о регистрации"
        REDIRECTED = "redirected", "о переадресации"
        EXTENDED = "extended", "о продлении срока"
        LEFT = "left", "об оставлении без ответа"

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="notices")
    kind = models.CharField("о чём", max_length=12, choices=Kind.choices)
    text = models.TextField("текст")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("направлено")

    class Meta:
        verbose_name = "уведомление"
        verbose_name_plural = "уведомления"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}"


class Leaving(models.Model):
    """Why an appeal was left without an answer: the ground of article 11."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.OneToOneField(Case, models.CASCADE, related_name="leaving")
    ground = models.CharField("основание", max_length=40)
    note = models.TextField("пояснение", blank=True)
    earlier = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "оставление без ответа"
        verbose_name_plural = "оставления без ответа"

    def __str__(self) -> str:
        return f"{self.case}: {self.ground}"


class Paper(models.Model):
    """A file of the case that must not change: what was signed, what came from another system."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "ответ"
        INCOMING = "incoming", "ответ из другой системы"

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="papers")
    answer = models.OneToOneField(Answer, models.PROTECT, null=True, related_name="paper")
    kind = models.CharField("что это", max_length=10, choices=Kind.choices)
    name = models.CharField("имя файла", max_length=200)
    mime = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "документ дела"
        verbose_name_plural = "документы дел"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Signature(models.Model):
    """A detached signature of a paper, as bytes, and what checking it told."""

    class State(models.TextChoices):
        VALID = "valid", "подпись верна"
        INVALID = "invalid", "подпись не подходит к документу"
        UNCHECKED = "unchecked", "не проверена"

    region = models.ForeignKey(Region, models.PROTECT)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="signatures")
    signer = models.ForeignKey(Official, models.PROTECT, related_name="+")
    cms = models.BinaryField("отсоединённая подпись")
    test = models.BooleanField("тестовая", default=False)
    subject = models.CharField("владелец сертификата", max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    note = models.CharField("пояснение", max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "подпись"
        verbose_name_plural = "подписи"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.paper}: {self.subject}"
