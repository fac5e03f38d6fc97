"""Other Open311 servers, what was handed over to them, and the news they gave back."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import URLValidator
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.flow.cases.models import Case
from otklik.flow.channels.peers import rules
from otklik.ground.accounts.models import ApiKey
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.territories.models import Region


class Peer(models.Model):
    """Another Open311 server: where it is, what goes there, what of people it is told."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    title = models.CharField("название", max_length=200, help_text="Его увидит автор.")
    url = models.CharField(
        "адрес", max_length=300, validators=[URLValidator(["http", "https"])],
        help_text="Корень GeoReport v2, например https://gorod.ru/open311/v2. Внутренний адрес"
        " разрешает переменная HTTP_INNER_HOSTS.",
    )  # fmt: skip
    key = SealedCharField("ключ api_key", max_length=200, blank=True)
    jurisdiction = models.CharField("jurisdiction_id", max_length=100, blank=True)
    bodies = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, verbose_name="организации"
    )
    topics = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, verbose_name="темы"
    )
    territories = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, verbose_name="территории"
    )
    codes = models.TextField(
        "темы у них", blank=True,
        help_text="По строке: наш код = их service_code. Годится код категории. Чего здесь нет,"
        " уходит под нашим кодом.",
    )  # fmt: skip
    shares = ArrayField(
        models.CharField(max_length=10, choices=[(k, v[0]) for k, v in rules.SHARES.items()]),
        default=list, blank=True, verbose_name="что из персональных данных передавать",
    )  # fmt: skip
    remembers = models.BooleanField(
        "узнаёт повтор", default=True,
        help_text="Помнит Idempotency-Key или client_request_id (Отклик помнит): тогда оборванная"
        " передача повторяется сама. Иначе она ждёт решения человека, чтобы не было двух.",
    )  # fmt: skip
    brings = models.ForeignKey(
        ApiKey, models.PROTECT, null=True, blank=True, verbose_name="их ключ у нас",
        related_name="+", help_text="Что эта система передала нам этим ключом, ей не вернётся.",
    )  # fmt: skip
    every = models.PositiveSmallIntegerField("спрашивать раз в столько минут", default=10)
    active = models.BooleanField("действует", default=True)
    made_at = models.DateTimeField("создана", auto_now_add=True)
    asked_at = models.DateTimeField("спрошено", null=True, editable=False)
    next_at = models.DateTimeField("следующий вопрос", null=True, editable=False)
    history = HistoricalRecords(excluded_fields=["key", "asked_at", "next_at"])

    class Meta:
        verbose_name = "другая система (Open311)"
        verbose_name_plural = "другие системы (Open311)"
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def way(self) -> str:
        """How its door is named among the ways out."""
        return f"peer:{self.pk}"

    @property
    def scope(self) -> rules.Scope:
        """Which cases go there."""
        return rules.Scope(self.bodies, self.topics, self.territories)


class Forward(models.Model):
    """A case on its way to a peer, once; then its number there and how it stands.

    A try moves `next_at` ahead and sets `trying` first: one that died is known by it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "ждёт отправки"
        TAKEN = "taken", "принято"
        UNSURE = "unsure", "неясно, дошло ли"
        REFUSED = "refused", "не принято"

    region = models.ForeignKey(Region, models.PROTECT)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="forwards")
    case = models.ForeignKey(Case, models.CASCADE, related_name="forwards")
    key = models.UUIDField("номер отправки", default=uuid.uuid4, unique=True)
    state = models.CharField(
        "состояние", max_length=10, choices=State.choices, default=State.QUEUED
    )
    shared = ArrayField(models.CharField(max_length=10), default=list, verbose_name="что передано")
    number = models.CharField("номер у них", max_length=80, blank=True)
    token = models.CharField("квитанция", max_length=80, blank=True)
    status = models.CharField("состояние у них", max_length=40, blank=True)
    status_notes = models.TextField("слова о состоянии", blank=True)
    trying = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField("попыток", default=0)
    next_at = models.DateTimeField("следующая попытка")
    note = models.CharField("что ответили", max_length=300, blank=True)
    created_at = models.DateTimeField("создано")
    taken_at = models.DateTimeField("принято", null=True)
    ended_at = models.DateTimeField("закрыто у них", null=True)
    changed_at = models.DateTimeField("изменено")

    class Meta:
        verbose_name = "передача в другую систему"
        verbose_name_plural = "передачи в другие системы"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["peer", "case"], name="forwarded_to_a_peer_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state="queued"), name="forwards_waiting"
            ),
            models.Index(
                fields=["peer", "id"], condition=models.Q(state="taken"), name="forwards_followed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} → {self.peer}"


class Piece(models.Model):
    """One piece of news that a peer told of a case: once by its own number; words are a note's."""

    region = models.ForeignKey(Region, models.PROTECT)
    forward = models.ForeignKey(Forward, models.CASCADE, related_name="pieces")
    number = models.CharField("номер у них", max_length=80)
    status = models.CharField("состояние у них", max_length=40, blank=True)
    at = models.DateTimeField("получено")

    class Meta:
        verbose_name = "новость из другой системы"
        verbose_name_plural = "новости из других систем"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["forward", "number"], name="piece_taken_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.forward}"
