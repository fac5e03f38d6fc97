"""What people think of the answers."""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Answer, Case
from otklik.ground.accounts.models import Person
from otklik.ground.territories.models import Region


class Rating(models.Model):
    """One person's stars for one answer: the answer and the result apart."""

    region = models.ForeignKey(Region, models.PROTECT)
    case = models.ForeignKey(Case, models.CASCADE, related_name="ratings")
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="ratings")
    rater = models.CharField("кто: автор или номер присоединения", max_length=40)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True)
    answer_score = models.PositiveSmallIntegerField("ответ, 1–5")
    result_score = models.PositiveSmallIntegerField("результат, 1–5")
    comment = models.TextField("пояснение", blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "оценка"
        verbose_name_plural = "оценки"
        constraints = [
            models.UniqueConstraint(fields=["answer", "rater"], name="rating_once_an_answer"),
            models.CheckConstraint(
                condition=models.Q(
                    answer_score__gte=1, answer_score__lte=5,
                    result_score__gte=1, result_score__lte=5,
                ),
                name="rating_1_5",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case}: {self.answer_score}/{self.result_score}"
