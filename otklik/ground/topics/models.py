"""What messages are about, how soon each must be answered and by whom."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory


class DeadlinePolicy(models.Model):
    """How much time each stage of a case has.

    `stages` maps moderation, coordination, execution and approval to {"amount", "unit"};
    an execution of "rest" takes what the total leaves. Units are those of `kit.clock.Unit`.
    """

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=40)
    title_ru = models.CharField("название", max_length=200)
    title_en = models.CharField("название по-английски", max_length=200, blank=True)
    regime = models.CharField("режим", max_length=20, default="message")
    amount = models.PositiveIntegerField("всего")
    unit = models.CharField("единица", max_length=20)
    stages = models.JSONField("по этапам", default=dict)
    roll = models.CharField("если срок выпал на выходной", max_length=10, default="previous")
    fast_track = models.BooleanField("ускоренный", default=False)
    urgent = models.BooleanField(
        "срочный", default=False, help_text="Просрочка сразу красит место на карте."
    )
    fallback = models.SlugField(
        "дальше", max_length=40, blank=True,
        help_text="Код порядка, по которому идут дальше, когда ускоренный срок прошёл.",
    )  # fmt: skip
    paused_in = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="часы стоят в"
    )
    rating_window_days = models.PositiveIntegerField("дней на оценку", default=14)
    reopened_amount = models.PositiveIntegerField("срок после возобновления", default=5)
    reopened_unit = models.CharField("его единица", max_length=20, default="working_days")
    extension_days = models.PositiveIntegerField("продление, дней", default=0)
    extension_times = models.PositiveIntegerField("продлений", default=0)
    max_hops = models.PositiveIntegerField("передач до арбитража", default=3)
    escalation = models.JSONField(
        "предупреждения и подъём наверх", default=list, blank=True,
        help_text='Шаги: {"level": "executor", "before": {"amount": 24, "unit": "hours_24x7"}},'
        ' {"level": "head", "after": {…}}, {"level": "executor", "share": 75}.'
        " Кому: executor — у кого сейчас, head — руководитель, curator — куратор.",
    )  # fmt: skip
    note = models.TextField("источник", blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "порядок сроков"
        verbose_name_plural = "порядки сроков"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["region", "code"], name="policy_code_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.title_ru}"


class Topic(models.Model):
    """Category, subcategory or fact; only facts carry a deadline, a weight and phrases."""

    class Level(models.TextChoices):
        CATEGORY = "category", "категория"
        SUBCATEGORY = "subcategory", "подкатегория"
        FACT = "fact", "факт"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=60)
    level = models.CharField("уровень", max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="входит в",
    )
    category = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="категория",
        help_text="Верх дерева, повторён для отбора.",
    )  # fmt: skip
    number = models.PositiveIntegerField("номер", default=0)
    title_ru = models.CharField("название", max_length=200)
    title_en = models.CharField("название по-английски", max_length=200, blank=True)
    help_ru = models.TextField("пояснение", blank=True)
    help_en = models.TextField("пояснение по-английски", blank=True)
    advice_ru = models.TextField("куда ещё обратиться", blank=True)
    advice_en = models.TextField("то же по-английски", blank=True)
    synonyms = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    phrases = ArrayField(
        models.TextField(), default=list, blank=True, verbose_name="как пишут жители"
    )
    regimes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    policy = models.ForeignKey(
        DeadlinePolicy, models.PROTECT, null=True, blank=True, verbose_name="сроки"
    )
    severity = models.PositiveSmallIntegerField("вес 1–5", default=1)
    season_from = models.CharField("сезон с, ММ-ДД", max_length=5, blank=True)
    season_to = models.CharField("сезон по, ММ-ДД", max_length=5, blank=True)
    attachments = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    proof = models.BooleanField("нужен снимок сделанного", default=False)
    template = models.TextField("образец ответа", blank=True)
    public = models.BooleanField("публично по умолчанию", default=True)
    anonymous = models.BooleanField("можно без контакта", default=True)
    closed = models.BooleanField("закрытый контур", default=False)
    life_support = models.BooleanField("жизнеобеспечение", default=False)
    layer = models.CharField("слой карты", max_length=60, blank=True)
    owners = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    sstu = models.CharField("код ССТУ", max_length=30, blank=True)
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "тема"
        verbose_name_plural = "темы"
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="topic_code_once"),
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=5), name="topic_severity_1_5"
            ),
        ]

    def __str__(self) -> str:
        return self.title_ru


class Question(models.Model):
    """What is asked about a fact besides the words: the attribute of a service in Open311."""

    class Datatype(models.TextChoices):
        STRING = "string", "строка"
        NUMBER = "number", "число"
        DATETIME = "datetime", "дата и время"
        TEXT = "text", "текст в несколько строк"
        ONE = "singlevaluelist", "один ответ из списка"
        MANY = "multivaluelist", "несколько ответов из списка"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="регион")
    topic = models.ForeignKey(
        Topic, models.CASCADE, related_name="questions", verbose_name="факт",
        limit_choices_to={"level": "fact"},
    )  # fmt: skip
    code = models.SlugField("код", max_length=40)
    position = models.PositiveIntegerField("место", default=0)
    datatype = models.CharField("вид ответа", max_length=16, choices=Datatype.choices)
    required = models.BooleanField("без ответа не принимать", default=False)
    variable = models.BooleanField(
        "ждать ответа", default=True, help_text="Нет — это пояснение: его только показывают."
    )
    title_ru = models.CharField("вопрос", max_length=300)
    title_en = models.CharField("вопрос по-английски", max_length=300, blank=True)
    hint_ru = models.CharField("как отвечать", max_length=300, blank=True)
    hint_en = models.CharField("как отвечать, по-английски", max_length=300, blank=True)
    choices = models.JSONField(
        "ответы списка", default=list, blank=True,
        help_text='[{"key": "lane", "ru": "На полосе", "en": "In the lane"}, …]',
    )  # fmt: skip
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "вопрос к факту"
        verbose_name_plural = "вопросы к фактам"
        ordering = ["topic", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["topic", "code"], name="question_code_once")]

    def __str__(self) -> str:
        return self.title_ru


class RoutingRule(models.Model):
    """Topic × territory × owner → organisation; the most specific rule wins."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    topic = models.ForeignKey(
        Topic, models.CASCADE, null=True, blank=True, verbose_name="тема (пусто: любая)"
    )
    territory = models.ForeignKey(
        Territory, models.CASCADE, null=True, blank=True, verbose_name="территория (пусто: любая)"
    )
    owner = models.CharField("чьё (пусто: любое)", max_length=20, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name="организация"
    )
    pattern = models.CharField(
        "или образец кода", max_length=80, blank=True, help_text="Например adm-{territory}."
    )
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "правило передачи"
        verbose_name_plural = "правила передачи"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "topic", "territory", "owner"],
                name="routing_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False) | ~models.Q(pattern=""),
                name="routing_rule_leads_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic or '*'} × {self.territory or '*'} × {self.owner or '*'}"


class Directory(models.Model):
    """A small list that an administrator edits: statuses' labels, reasons, results, channels."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    kind = models.SlugField("список", max_length=40)
    code = models.SlugField("код", max_length=40)
    position = models.PositiveIntegerField("место", default=0)
    title_ru = models.CharField("название", max_length=200)
    title_en = models.CharField("название по-английски", max_length=200, blank=True)
    citizen_ru = models.CharField("что видит житель", max_length=200, blank=True)
    citizen_en = models.CharField("то же по-английски", max_length=200, blank=True)
    hint_ru = models.TextField("как исправить", blank=True)
    hint_en = models.TextField("то же по-английски", blank=True)
    extra = models.JSONField("прочее", default=dict, blank=True)
    active = models.BooleanField("действует", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "строка справочника"
        verbose_name_plural = "справочники"
        ordering = ["kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "code"], name="directory_code_once")
        ]

    def __str__(self) -> str:
        return self.title_ru
