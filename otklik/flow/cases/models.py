"""The work on a report: who holds it, until when, what was answered, how its clock moved."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.rules import OPEN, UNANSWERED
from otklik.flow.intake.models import Attachment, Report
from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import PrintField, SealedCharField, SealedEmailField
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import DeadlinePolicy, RoutingRule, Topic


class Case(models.Model):
    """The work that a report asks for; its number is the report's.

    `status` and `result` are apart: answered is not solved. `status` is one of
    `rules.STATUSES`, `result` one of `rules.RESULTS` or empty.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    report = models.OneToOneField(Report, models.PROTECT, related_name="case")
    number = models.CharField("номер", max_length=8, unique=True)
    regime = models.CharField("режим", max_length=20, default="message")
    status = models.CharField("состояние", max_length=20, db_index=True)
    result = models.CharField("результат", max_length=20, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, verbose_name="тема")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, verbose_name="территория")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, verbose_name="у кого", related_name="cases"
    )
    executor = models.ForeignKey(
        Official, models.PROTECT, null=True, verbose_name="исполнитель", related_name="cases"
    )
    policy = models.ForeignKey(DeadlinePolicy, models.PROTECT, null=True, verbose_name="сроки")
    severity = models.PositiveSmallIntegerField("вес", default=1)
    urgent = models.BooleanField("срочный порядок", default=False)
    public = models.BooleanField("видно всем", default=False)
    closed_contour = models.BooleanField("закрытый контур", default=False)
    lat = models.FloatField("широта", null=True)
    lon = models.FloatField("долгота", null=True)
    received_at = models.DateTimeField("получено")
    registered_at = models.DateTimeField("зарегистрировано", null=True)
    stage = models.CharField("этап", max_length=20, blank=True)
    stage_due = models.DateTimeField("срок этапа", null=True)
    due = models.DateTimeField("срок", null=True)
    paused_at = models.DateTimeField("часы стоят с", null=True)
    control_at = models.DateTimeField("проверить", null=True)
    hops = models.PositiveSmallIntegerField("передач", default=0)
    extensions = models.PositiveSmallIntegerField("продлений", default=0)
    supports = models.PositiveIntegerField("и у меня", default=0)
    reopenings = models.PositiveSmallIntegerField("возобновлений", default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    answered_at = models.DateTimeField("ответ дан", null=True)
    closed_at = models.DateTimeField("закрыто", null=True)
    updated_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "обращение в работе"
        verbose_name_plural = "обращения в работе"
        indexes = [
            models.Index(  # answers alone what the queue's tabs count
                fields=["region", "organisation", "status", "due"],
                include=["closed_contour", "executor", "report", "paused_at"],
                name="case_counted",
            ),
            models.Index(fields=["region", "topic", "-received_at"], name="case_by_topic"),
            models.Index(fields=["region", "-updated_at"], name="case_by_change"),
            models.Index(fields=["region", "public", "-received_at"], name="case_public"),
            models.Index(fields=["region", "-received_at", "-id"], name="case_by_arrival"),
            models.Index(
                fields=["region", "due", "received_at", "id"],
                name="case_open_by_due",
                condition=models.Q(status__in=sorted(OPEN)),
            ),
            models.Index(
                fields=["region", "-urgent", "-severity", "due", "id"],
                name="case_open_by_weight",
                condition=models.Q(status__in=sorted(OPEN)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def spoken(self) -> str:
        """The number as people say it: 4821-3097."""
        return f"{self.number[:4]}-{self.number[4:]}"

    @property
    def unanswered(self) -> bool:
        """Whether its deadline runs: an answered case is not late, nor one whose clock stands."""
        return self.status in UNANSWERED and self.paused_at is None

    @property
    def ref(self) -> str:
        """How the journal names this case."""
        return f"case:{self.number}"


class ClockEvent(models.Model):
    """One change of a case's clock. Never edited: gaming must show."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="clock")
    kind = models.CharField("что", max_length=12)
    stage = models.CharField("этап", max_length=20, blank=True)
    at = models.DateTimeField()
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    policy = models.CharField(max_length=40, blank=True)
    by = models.CharField(max_length=40)

    class Meta:
        verbose_name = "изменение срока"
        verbose_name_plural = "изменения сроков"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case}: {self.kind}"


class Assignment(models.Model):
    """One hop of a case: to whom, by which rule or official, and whether it came back."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    executor = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    rule = models.ForeignKey(RoutingRule, models.SET_NULL, null=True)
    by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=40, blank=True)
    return_note = models.TextField(blank=True)
    proposed = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "передача"
        verbose_name_plural = "передачи"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case} → {self.organisation}"


class Note(models.Model):
    """Words said along the way: a reason of refusal, a question to the author, their reply."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=20)
    code = models.CharField("причина из справочника", max_length=40, blank=True)
    text = models.TextField(blank=True)
    to_author = models.BooleanField("видит автор", default=False)
    by = models.CharField(max_length=40)
    until = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "запись по делу"
        verbose_name_plural = "записи по делу"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case}: {self.kind}"


class Answer(models.Model):
    """A version of the answer; only an approved one reaches the author."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        APPROVAL = "approval", "на согласовании"
        REWORK = "rework", "возвращён"
        APPROVED = "approved", "отправлен"

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="answers")
    version = models.PositiveSmallIntegerField("версия")
    text = models.TextField("текст")
    result = models.CharField("результат", max_length=20)
    interim = models.BooleanField("промежуточный", default=False)
    control_at = models.DateTimeField("проверить", null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(Official, models.PROTECT, related_name="answers")
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField("замечание", blank=True)

    class Meta:
        verbose_name = "ответ"
        verbose_name_plural = "ответы"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="answer_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.case} v{self.version}"


class Proof(models.Model):
    """A photo that shows what was done, belonging to an answer."""

    region = models.ForeignKey(Region, models.PROTECT)
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="proofs")
    attachment = models.OneToOneField(Attachment, models.CASCADE)

    class Meta:
        verbose_name = "подтверждение"
        verbose_name_plural = "подтверждения"

    def __str__(self) -> str:
        return str(self.attachment)


class Dispute(models.Model):
    """The author says that the answer solves nothing; another approver judges it."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="disputes")
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="disputes")
    text = models.TextField("чем недоволен")
    at = models.DateTimeField()
    judge = models.ForeignKey(Official, models.PROTECT, null=True)
    upheld = models.BooleanField("прав ли автор", null=True)
    reason = models.TextField("почему так решено", blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "спор"
        verbose_name_plural = "споры"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case}: {self.at}"


class Support(models.Model):
    """«И у меня»: one more person with the same trouble, told of all that happens.

    `token` lets one without an account follow and rate.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="joined")
    key = models.CharField("кто, для счёта по разу", max_length=80)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True)
    email = SealedEmailField(blank=True)
    email_print = PrintField(of="email", kind="email")
    phone = SealedCharField(max_length=20, blank=True)
    phone_print = PrintField(of="phone", kind="phone")
    token = models.CharField(max_length=32, unique=True)
    channel = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "присоединение"
        verbose_name_plural = "присоединения"
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="support_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.at}"


class SavedView(models.Model):
    """A set of filters of the queue that an official keeps under a name."""

    region = models.ForeignKey(Region, models.PROTECT)
    official = models.ForeignKey(Official, models.CASCADE, related_name="views")
    title = models.CharField("название", max_length=80)
    query = models.CharField("отбор", max_length=500)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "сохранённый отбор"
        verbose_name_plural = "сохранённые отборы"
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["official", "title"], name="saved_view_once")
        ]

    def __str__(self) -> str:
        return self.title
