"""What the map is counted from: one narrow row a message, and the marks that stand on places."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from otklik.ground.territories.models import Region
from otklik.readers.heatmap import rules


class HeatRow(models.Model):
    """A message as the map needs it; a projection of the journal, rebuilt from it at will.

    Codes of topics, territories, channels, states and results are small numbers of `HeatWord`; 0 is
    "none". Times are whole seconds. `position` is that of the last fact that changed the row.
    """

    report = models.BigIntegerField(primary_key=True)
    region = models.ForeignKey(
        Region, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.IntegerField("номер", unique=True)
    received_at = models.DateTimeField("получено")
    answered_at = models.DateTimeField("первый ответ", null=True)
    closed_at = models.DateTimeField("закрыто", null=True)
    due = models.DateTimeField("срок", null=True)
    rated_at = models.DateTimeField("оценено", null=True)
    topic = models.SmallIntegerField("тема", default=0)
    territory = models.SmallIntegerField("территория", default=0)
    channel = models.SmallIntegerField("откуда", default=0)
    status = models.SmallIntegerField("состояние", default=0)
    result = models.SmallIntegerField("результат", default=0)
    severity = models.SmallIntegerField("вес, 0 неизвестен", default=0)
    urgent = models.BooleanField("срочный порядок", default=False)
    life_support = models.BooleanField("жизнеобеспечение", default=False)
    public = models.BooleanField("видно всем", default=False)
    supports = models.IntegerField("и у меня", default=0)
    ratings = models.SmallIntegerField("оценок", default=0)
    low = models.SmallIntegerField("из них плохих", default=0)
    stars = models.IntegerField("сумма оценок результата", default=0)
    disputes = models.SmallIntegerField("споров, где прав автор", default=0)
    r6 = models.BigIntegerField(default=0)
    r7 = models.BigIntegerField(default=0)
    r8 = models.BigIntegerField(default=0)
    r9 = models.BigIntegerField(default=0)
    position = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = "строка карты"
        verbose_name_plural = "строки карты"

    def __str__(self) -> str:
        return f"{self.number:08d}"


class HeatWord(models.Model):
    """A code and the small number that stands for it, given in the order of the journal."""

    region = models.ForeignKey(
        Region, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=10)
    number = models.SmallIntegerField()
    code = models.CharField(max_length=80)

    class Meta:
        verbose_name = "слово карты"
        verbose_name_plural = "слова карты"
        ordering = ["kind", "number"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "code"], name="heat_word_once"),
            models.UniqueConstraint(fields=["region", "kind", "number"], name="heat_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.code}"


class HeatGeneration(models.Model):
    """Which building of the projection this is; a saved copy of another one is of no use."""

    region = models.OneToOneField(
        Region, models.PROTECT, primary_key=True, db_constraint=False, related_name="+"
    )
    value = models.BigIntegerField()

    class Meta:
        verbose_name = "поколение карты"
        verbose_name_plural = "поколения карты"

    def __str__(self) -> str:
        return f"{self.value:x}"


class HeatMark(models.Model):
    """Why a place stays red whatever its index: told on click, with who and until when.

    `place` is a territory's code or the name of an H3 cell, `level` its resolution or "territory".
    A life-support mark stands on the middle cell of resolution 9 and on all that hold it.
    """

    class Reason(models.TextChoices):
        MANUAL = rules.MANUAL, rules.REASONS[rules.MANUAL]["ru"]
        LIFE = rules.LIFE, rules.REASONS[rules.LIFE]["ru"]
        HYSTERESIS = rules.HYSTERESIS, rules.REASONS[rules.HYSTERESIS]["ru"]

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    place = models.CharField("место", max_length=60)
    level = models.CharField("чего", max_length=10)
    territory = models.CharField("территория", max_length=60, blank=True)
    reason = models.CharField("почему", max_length=12, choices=Reason.choices)
    topic = models.CharField("тема", max_length=60, blank=True)
    note = models.CharField("пояснение дежурного", max_length=300, blank=True)
    since = models.DateTimeField("с")
    until = models.DateTimeField("до", null=True)
    calm = models.PositiveSmallIntegerField("спокойных оценок подряд", default=0)
    evaluated_at = models.DateTimeField("оценено", default=timezone.now)
    by = models.CharField("кем", max_length=40)

    class Meta:
        verbose_name = "отметка на карте"
        verbose_name_plural = "отметки на карте"
        ordering = ["-since", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "place", "reason", "topic"], name="heat_mark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.get_reason_display()}"
