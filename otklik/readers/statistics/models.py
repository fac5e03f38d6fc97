"""What is counted: one narrow row a message, with the moments and marks that measures need."""

from __future__ import annotations

from django.db import models

from otklik.ground.territories.models import Region


class StatRow(models.Model):
    """A message as statistics need it; a projection of the journal, rebuilt from it at will.

    Codes as the facts told them. `answered_by` and `returned_by` are the bodies that answered and
    gave back, which need not be the body that holds the case now. `first_due` is the term before
    any extension, `due` the term until the first final answer, `due_now` the present one.
    `moderation_due` and the like are the term of a stage when it first ended, at `moderation_at`;
    while it lasts, its present term.
    """

    report = models.BigIntegerField(primary_key=True)
    region = models.ForeignKey(
        Region, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    number = models.CharField("номер", max_length=8)
    channel = models.CharField("откуда", max_length=30, blank=True)
    topic = models.CharField("тема", max_length=80, blank=True)
    territory = models.CharField("территория", max_length=80, blank=True)
    organisation = models.CharField("у кого", max_length=80, blank=True)
    answered_by = models.CharField("кто ответил", max_length=80, blank=True)
    returned_by = models.CharField("кто вернул", max_length=80, blank=True)
    status = models.CharField("состояние", max_length=20)
    result = models.CharField("результат", max_length=20, blank=True)
    urgent = models.BooleanField("срочный порядок", default=False)
    received_at = models.DateTimeField("получено")
    registered_at = models.DateTimeField("зарегистрировано", null=True)
    acted_at = models.DateTimeField("первое действие человека", null=True)
    first_answer_at = models.DateTimeField("первый ответ", null=True)
    final_at = models.DateTimeField("первый окончательный ответ", null=True)
    answered_at = models.DateTimeField("действующий ответ", null=True)
    confirmed_at = models.DateTimeField("решение подтверждено", null=True)
    rejected_at = models.DateTimeField("отклонено", null=True)
    disputed_at = models.DateTimeField("оспорено", null=True)
    reopened_at = models.DateTimeField("возобновлено", null=True)
    rated_at = models.DateTimeField("оценено автором", null=True)
    overturned_at = models.DateTimeField("отказ отменён", null=True)
    fell_back_at = models.DateTimeField("ускоренный срок не выдержан", null=True)
    moderation_due = models.DateTimeField("срок разбора", null=True)
    moderation_at = models.DateTimeField("разобрано", null=True)
    coordination_due = models.DateTimeField("срок назначения", null=True)
    coordination_at = models.DateTimeField("назначено", null=True)
    execution_due = models.DateTimeField("срок исполнения", null=True)
    execution_at = models.DateTimeField("исполнено", null=True)
    approval_due = models.DateTimeField("срок согласования", null=True)
    approval_at = models.DateTimeField("согласовано", null=True)
    verification_due = models.DateTimeField("срок проверки спора", null=True)
    verification_at = models.DateTimeField("спор проверен", null=True)
    closed_at = models.DateTimeField("закрыто", null=True)
    first_due = models.DateTimeField("первый срок", null=True)
    due = models.DateTimeField("срок до ответа", null=True)
    due_now = models.DateTimeField("срок сейчас", null=True)
    interim = models.BooleanField("был промежуточный ответ", default=False)
    by_author = models.BooleanField("подтвердил автор", default=False)
    low = models.BooleanField("оценено на 1–2", default=False)
    answer_score = models.PositiveSmallIntegerField("оценка ответа", null=True)
    result_score = models.PositiveSmallIntegerField("оценка результата", null=True)
    extensions = models.PositiveSmallIntegerField("продлений", default=0)
    returns = models.PositiveSmallIntegerField("возвратов", default=0)
    hops = models.PositiveSmallIntegerField("передач", default=0)
    disputes = models.PositiveSmallIntegerField("споров", default=0)
    reopenings = models.PositiveSmallIntegerField("возобновлений", default=0)
    proofs = models.PositiveSmallIntegerField("снимков сделанного", default=0)
    supports = models.PositiveIntegerField("и у меня", default=0)
    repeats = models.PositiveSmallIntegerField("прежних о том же", null=True)
    stage = models.CharField("этап", max_length=20, blank=True)
    position = models.BigIntegerField("запись журнала")

    class Meta:
        verbose_name = "строка статистики"
        verbose_name_plural = "строки статистики"
        indexes = [
            models.Index(fields=["region", "received_at"], name="stat_received"),
            models.Index(fields=["region", "final_at"], name="stat_final"),
            models.Index(fields=["region", "due"], name="stat_due"),
            models.Index(fields=["region", "status", "due_now"], name="stat_open"),
            models.Index(fields=["region", "topic", "territory"], name="stat_place"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def spoken(self) -> str:
        """The number as people say it: 4821-3097."""
        return f"{self.number[:4]}-{self.number[4:]}"
