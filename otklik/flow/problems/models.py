"""One cause behind many messages: what is known of it, which cases it holds, who waits for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import SealedCharField, SealedEmailField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Problem(models.Model):
    """A cause that many messages share, a declared outage or planned works.

    Its area is a circle, or the whole territory where `radius_m` is empty. While it `collects`,
    new cases of its topic in its area join by themselves, on the word of `opened_by`.
    """

    class Kind(models.TextChoices):
        CLUSTER = "cluster", _("общая причина")
        OUTAGE = "outage", _("отключение или авария")
        PLANNED = "planned", _("плановые работы")

    class Status(models.TextChoices):
        OPEN = "open", _("решается")
        ANSWERED = "answered", _("дан общий ответ")
        CLOSED = "closed", _("закрыта")

    region = models.ForeignKey(Region, models.PROTECT)
    kind = models.CharField("вид", max_length=10, choices=Kind.choices, default=Kind.CLUSTER)
    status = models.CharField(
        "состояние", max_length=10, choices=Status.choices, default=Status.OPEN, db_index=True
    )
    title = models.CharField("название", max_length=200)
    about = models.TextField("что известно", blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, verbose_name="тема")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, verbose_name="территория")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, verbose_name="кто устраняет"
    )
    lat = models.FloatField("широта", null=True)
    lon = models.FloatField("долгота", null=True)
    radius_m = models.PositiveIntegerField("радиус, м", null=True)
    starts_at = models.DateTimeField("с")
    expected_at = models.DateTimeField("обещают устранить", null=True)
    public = models.BooleanField("видно всем", default=True)
    collects = models.BooleanField("новые присоединяются сами", default=False)
    opened_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("заведена")
    closed_at = models.DateTimeField("закрыта", null=True)
    joined = models.PositiveIntegerField("и у меня", default=0)

    class Meta:
        verbose_name = "проблема"
        verbose_name_plural = "проблемы"
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["region", "status", "topic"], name="problem_open")]

    def __str__(self) -> str:
        return f"№ {self.pk}. {self.title}"

    @property
    def ref(self) -> str:
        """How the journal names this problem."""
        return f"problem:{self.pk}"


class ProblemCase(models.Model):
    """A case that a problem holds; a case has one problem at most."""

    region = models.ForeignKey(Region, models.PROTECT)
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="links")
    case = models.OneToOneField(Case, models.CASCADE, related_name="problem_link")
    automatic = models.BooleanField("само", default=False)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "обращение в проблеме"
        verbose_name_plural = "обращения в проблеме"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.problem} ← {self.case}"


class Joining(models.Model):
    """«И у меня»: one who waits for the same without writing again; told of all, rates once."""

    region = models.ForeignKey(Region, models.PROTECT)
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="joinings")
    key = models.CharField("кто, для счёта по разу", max_length=80)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True)
    email = SealedEmailField(blank=True)
    phone = SealedCharField(max_length=20, blank=True)
    token = models.CharField(max_length=32, unique=True)
    channel = models.CharField(max_length=20)
    solved = models.BooleanField("решено ли", null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "присоединившийся"
        verbose_name_plural = "присоединившиеся"
        constraints = [
            models.UniqueConstraint(fields=["problem", "key"], name="joining_once"),
        ]

    def __str__(self) -> str:
        return f"{self.problem}: {self.at}"


class News(models.Model):
    """What officials tell all who wait: how it goes, a new promise, the common answer."""

    region = models.ForeignKey(Region, models.PROTECT)
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="news")
    text = models.TextField("текст")
    expected_at = models.DateTimeField("новый срок", null=True)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "новость проблемы"
        verbose_name_plural = "новости проблемы"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.problem}: {self.at}"


class GroupAction(models.Model):
    """One verb for many cases, done one by one by a job; what was refused is counted by reason.

    `cases` are the numbers that the official might act upon when they pressed; the first `place`
    of them are done, so that a job that died goes on where it stopped.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="actions")
    verb = models.CharField("что", max_length=20)
    values = models.JSONField("с чем", default=dict)
    cases = models.JSONField("номера", default=list)
    place = models.PositiveIntegerField("пройдено", default=0)
    done = models.PositiveIntegerField("сделано", default=0)
    refused = models.JSONField("отказы", default=dict)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("начато")
    finished_at = models.DateTimeField("закончено", null=True)

    class Meta:
        verbose_name = "общее действие"
        verbose_name_plural = "общие действия"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.problem}: {self.verb} {self.place}/{len(self.cases)}"
