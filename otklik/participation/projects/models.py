"""What people are asked about: projects, their phases, who may take part, where people live."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class Project(models.Model):
    """A matter on which people are heard, led by one body."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("черновик")
        PUBLISHED = "published", _("идёт")
        ARCHIVED = "archived", _("завершён")

    region = models.ForeignKey(Region, models.PROTECT)
    title = models.CharField("название", max_length=200)
    slug = models.SlugField("адрес", max_length=80, unique=True)
    summary = models.TextField("о чём", blank=True)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, verbose_name="тема")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="кто ведёт")
    status = models.CharField(
        "состояние", max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("заведён")

    class Meta:
        verbose_name = "проект"
        verbose_name_plural = "проекты"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the journal names this project."""
        return f"project:{self.pk}"


class ProjectCase(models.Model):
    """A message that a project grew from, that is an example of it, or that tells of its result."""

    class Role(models.TextChoices):
        ORIGIN = "origin", _("из него вырос проект")
        EXAMPLE = "example", _("пример")
        RESULT = "result", _("о том, что вышло")

    region = models.ForeignKey(Region, models.PROTECT)
    project = models.ForeignKey(Project, models.CASCADE, related_name="case_links")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    role = models.CharField("что это", max_length=7, choices=Role.choices, default=Role.ORIGIN)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("связано")

    class Meta:
        verbose_name = "сообщение проекта"
        verbose_name_plural = "сообщения проектов"
        constraints = [
            models.UniqueConstraint(fields=["project", "case", "role"], name="case_of_project_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.case_id}"


class Phase(models.Model):
    """One step of a project within its own window of time; sealed, its window stands for ever."""

    class Kind(models.TextChoices):
        INFO = "info", _("сведения")
        VOTE = "vote", _("голосование")
        BUDGET = "budget", _("бюджет")
        SURVEY = "survey", _("опрос")
        DISCUSSION = "discussion", _("обсуждение")
        STATEMENTS = "statements", _("мнения")
        PETITION = "petition", _("петиция")
        REVIEW = "review", _("рассмотрение")

    region = models.ForeignKey(Region, models.PROTECT)
    project = models.ForeignKey(Project, models.PROTECT, related_name="phases")
    kind = models.CharField("вид", max_length=12, choices=Kind.choices)
    opens_at = models.DateTimeField("начало")
    closes_at = models.DateTimeField("конец")
    position = models.PositiveSmallIntegerField("место", default=0)
    sealed_at = models.DateTimeField("объявлена", null=True)

    class Meta:
        verbose_name = "этап проекта"
        verbose_name_plural = "этапы проектов"
        ordering = ["position", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="phase_has_a_window"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.get_kind_display()}"


class Audience(models.Model):
    """Who may take part in a phase; a trigger keeps it as it was when the phase was announced."""

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.CASCADE, related_name="audience")
    min_age = models.PositiveSmallIntegerField("с какого возраста", default=0)
    territories = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True,
        verbose_name="территории (пусто: весь регион)",
    )  # fmt: skip
    min_level = models.CharField(
        "проверка личности не ниже", max_length=12, choices=Person.Level.choices,
        default=Person.Level.NONE,
    )  # fmt: skip
    proven = models.BooleanField("место и возраст из подтверждённых сведений", default=False)
    age_day = models.DateField("возраст на день (пусто: день начала)", null=True, blank=True)
    registered_before = models.DateField("кто зарегистрирован раньше дня", null=True, blank=True)
    listed = models.BooleanField("только по списку", default=False)

    class Meta:
        verbose_name = "круг участников"
        verbose_name_plural = "круги участников"

    def __str__(self) -> str:
        return f"{self.phase}: {self.min_age}+"


class AudienceLine(models.Model):
    """One of a list of those who may take part: the print of an e-mail address or a phone."""

    region = models.ForeignKey(Region, models.PROTECT)
    audience = models.ForeignKey(Audience, models.CASCADE, related_name="lines")
    print = models.CharField("отпечаток", max_length=16)

    class Meta:
        verbose_name = "строка списка участников"
        verbose_name_plural = "списки участников"
        constraints = [
            models.UniqueConstraint(fields=["audience", "print"], name="one_person_listed_once")
        ]

    def __str__(self) -> str:
        return f"{self.audience_id}: {self.pk}"


class Stage(models.Model):
    """What a phase says in which nobody is asked: sent round for reading, or under review."""

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.CASCADE, related_name="stage")
    title = models.CharField("название", max_length=200)
    text = models.TextField("что происходит", blank=True)

    class Meta:
        verbose_name = "этап без вопроса"
        verbose_name_plural = "этапы без вопроса"

    def __str__(self) -> str:
        return self.title


class Resident(models.Model):
    """Where a person lives and when they were born, in their own words; said once, changed by them.

    The date is sealed. It decides who may take part, and is shown to nobody. The sex is said by who
    wants to; it is for turnout alone.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.OneToOneField(Person, models.CASCADE, related_name="resident")
    territory = models.ForeignKey(Territory, models.PROTECT, verbose_name="где живёт")
    born_on = SealedCharField("дата рождения", max_length=10)
    sex = SealedCharField("пол", max_length=1, blank=True)

    class Meta:
        verbose_name = "житель"
        verbose_name_plural = "жители"

    def __str__(self) -> str:
        return f"{self.person_id}: {self.territory}"
