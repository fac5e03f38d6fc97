"""Who wants to hear of what others write and what is switched off: in a place, on a topic, of one.

A place is where somebody lives: it is sealed with the address, as everything personal.
"""

from __future__ import annotations

from django.db import models

from otklik.flow.cases.models import Case
from otklik.ground.accounts.models import Person
from otklik.ground.kit.fields import PrintField, SealedEmailField, SealedJSONField
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class NewsWatch(models.Model):
    """One subscription: a municipality, an area or nothing; a topic or all; or one message.

    `position` is how far in the journal its owner has heard; a guest's begins by their letter.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="watches"
    )
    email = SealedEmailField("почта", blank=True)
    email_print = PrintField(of="email", kind="email")
    token = models.CharField(max_length=32, unique=True)
    language = models.CharField(max_length=2, default="ru")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True)
    area = SealedJSONField("место", default=dict, blank=True)
    position = models.BigIntegerField("услышано до", default=0)
    next_at = models.DateTimeField("следующее письмо")
    tries = models.PositiveSmallIntegerField("неудач подряд", default=0)
    confirmed_at = models.DateTimeField("подтверждена", null=True, blank=True)
    made_at = models.DateTimeField("создана")

    class Meta:
        verbose_name = "подписка"
        verbose_name_plural = "подписки"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(confirmed_at__isnull=False),
                name="watch_waiting",
            ),
            models.Index(fields=["email_print"], name="watch_of_email"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def ref(self) -> str:
        """How the journal names this subscription."""
        return f"watch:{self.pk}"
