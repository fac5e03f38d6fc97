"""Votes: what is asked, who got a ballot, the ballots, the board.

Secret ballots have no time, no person, no number in order; their rows and those of the register are
written anew in the order of random ids, so that a copy of the database says nothing by its order.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import SealedTextField
from otklik.ground.territories.models import Region
from otklik.participation.projects.models import Phase

HASH = 64


class Vote(models.Model):
    """A question put to people; announced, its options, method and secrecy stand for ever."""

    class Method(models.TextChoices):
        SINGLE = "single", _("один вариант")
        APPROVAL = "approval", _("несколько вариантов")
        SCORE = "score", _("оценка каждого варианта")
        RANKED = "ranked", _("варианты по порядку")
        BUDGET = "budget", _("бюджет")

    class Counting(models.TextChoices):
        IRV = "irv", _("передача голосов слабейшего, один победитель")
        STV = "stv", _("шотландский передаваемый голос, несколько победителей")
        GREEDY = "greedy", _("по числу голосов, пока хватает денег")
        SHARES = "shares", _("метод равных долей")

    class Secrecy(models.TextChoices):
        OPEN = "open", _("открытое")
        DETACHED = "detached", _("тайное, бюллетень отделён от имени")
        BLIND = "blind", _("тайное, слепая подпись")

    class Status(models.TextChoices):
        DRAFT = "draft", _("черновик")
        ANNOUNCED = "announced", _("объявлено")
        OPEN = "open", _("идёт")
        CLOSED = "closed", _("завершено")

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.PROTECT, related_name="vote")
    slug = models.SlugField("адрес", max_length=80, unique=True)
    question = models.CharField("вопрос", max_length=300)
    about = models.TextField("пояснение", blank=True)
    method = models.CharField("способ", max_length=10, choices=Method.choices)
    counting = models.CharField("подсчёт", max_length=10, choices=Counting.choices, blank=True)
    secrecy = models.CharField("тайна", max_length=10, choices=Secrecy.choices)
    max_choices = models.PositiveSmallIntegerField("отметок не больше", default=1)
    max_score = models.PositiveSmallIntegerField("высшая оценка", default=5)
    seats = models.PositiveSmallIntegerField("сколько побеждает", default=1)
    budget = models.PositiveBigIntegerField("бюджет, руб.", default=0)
    quorum = models.PositiveIntegerField("кворум, человек", default=0)
    threshold = models.PositiveSmallIntegerField("порог, % (больше чем)", default=0)
    paper = models.BooleanField("принимаются бюллетени на бумаге", default=False)
    status = models.CharField(
        "состояние", max_length=10, choices=Status.choices, default=Status.DRAFT, db_index=True
    )
    manifest = models.JSONField("условия", default=dict, blank=True)
    manifest_hash = models.CharField(max_length=HASH, blank=True)
    result = models.JSONField("итог", default=dict, blank=True)
    people = models.JSONField("явка по возрасту и полу", default=dict, blank=True)
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("составлено")
    closed_at = models.DateTimeField("подсчитано", null=True)

    class Meta:
        verbose_name = "голосование"
        verbose_name_plural = "голосования"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(threshold__lte=100), name="vote_threshold_is_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(result={}) | models.Q(status="closed"),
                name="vote_has_no_result_before_its_end",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def ref(self) -> str:
        """How the journal names this vote."""
        return f"vote:{self.pk}"


class VoteOption(models.Model):
    """One thing to choose."""

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.CASCADE, related_name="options")
    key = models.SlugField("ключ", max_length=20)
    label = models.CharField("вариант", max_length=200)
    about = models.TextField("пояснение", blank=True)
    cost = models.PositiveBigIntegerField("цена, руб.", default=0)
    position = models.PositiveSmallIntegerField("место", default=0)

    class Meta:
        verbose_name = "вариант"
        verbose_name_plural = "варианты"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["vote", "key"], name="option_key_once")]

    def __str__(self) -> str:
        return self.label


class VoteKey(models.Model):
    """The keys of one vote and of nothing else; their secret halves are gone after the end."""

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.OneToOneField(Vote, models.CASCADE, related_name="keys")
    receipt_secret = SealedTextField(blank=True)
    token_secret = SealedTextField(blank=True)

    class Meta:
        verbose_name = "ключи голосования"
        verbose_name_plural = "ключи голосований"

    def __str__(self) -> str:
        return str(self.vote_id)


class RegisterEntry(models.Model):
    """A person got a ballot. Nothing here leads to a secret one; the day has no hour."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="register")
    voter = models.ForeignKey(Person, models.PROTECT, related_name="+")
    stratum = models.SlugField(max_length=60)
    nonce = models.CharField(max_length=HASH)
    leaf = models.CharField(max_length=HASH)
    issued_on = models.DateField()
    blinded_hash = models.CharField(max_length=HASH, blank=True)
    blind_signature = models.TextField(blank=True)
    waiting = models.BooleanField(default=True)

    class Meta:
        verbose_name = "запись в списке получивших бюллетень"
        verbose_name_plural = "список получивших бюллетень"
        constraints = [
            models.UniqueConstraint(fields=["vote", "voter"], name="one_person_one_ballot")
        ]

    def __str__(self) -> str:
        return self.leaf[:8]


class OpenBallot(models.Model):
    """A named ballot: open votes only. The last revision counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="open_ballots")
    entry = models.ForeignKey(RegisterEntry, models.PROTECT, related_name="ballots")
    rev = models.PositiveIntegerField()
    choices = models.JSONField()
    nonce = models.CharField(max_length=HASH)
    commit = models.CharField(max_length=HASH)
    waiting = models.BooleanField(default=True)

    class Meta:
        verbose_name = "открытый бюллетень"
        verbose_name_plural = "открытые бюллетени"
        constraints = [
            models.UniqueConstraint(fields=["entry", "rev"], name="open_ballot_revision_once"),
            models.UniqueConstraint(fields=["vote", "commit"], name="open_ballot_commit_once"),
        ]

    def __str__(self) -> str:
        return self.commit[:8]


class Ballot(models.Model):
    """A secret ballot: no person, no time, no address. The last revision of a token counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="ballots")
    token = models.CharField(max_length=HASH)
    rev = models.PositiveIntegerField()
    choices = models.JSONField()
    nonce = models.CharField(max_length=HASH)
    commit = models.CharField(max_length=HASH)
    prefix = models.CharField(max_length=HASH, blank=True)
    token_signature = models.TextField(blank=True)
    signature = models.TextField(blank=True)
    waiting = models.BooleanField(default=True)

    class Meta:
        verbose_name = "тайный бюллетень"
        verbose_name_plural = "тайные бюллетени"
        constraints = [
            models.UniqueConstraint(fields=["vote", "token", "rev"], name="ballot_revision_once"),
            models.UniqueConstraint(fields=["vote", "commit"], name="ballot_commit_once"),
        ]

    def __str__(self) -> str:
        return self.commit[:8]


class BoardEntry(models.Model):
    """One commit on the public board; only added."""

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="board")
    seq = models.PositiveIntegerField()
    commit = models.CharField(max_length=HASH)
    head = models.CharField(max_length=HASH)

    class Meta:
        verbose_name = "запись доски"
        verbose_name_plural = "доска"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["vote", "seq"], name="board_place_once")]

    def __str__(self) -> str:
        return f"{self.seq}: {self.head[:8]}"


class Checkpoint(models.Model):
    """A signed head of the board; only added."""

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="checkpoints")
    record = models.JSONField()
    signature = models.TextField()

    class Meta:
        verbose_name = "подписанная голова доски"
        verbose_name_plural = "подписанные головы доски"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.record)


class Publication(models.Model):
    """The package of a finished vote; only added."""

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.OneToOneField(Vote, models.PROTECT, related_name="publication")
    package = models.BinaryField()
    sha256 = models.CharField(max_length=HASH)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = "публикация"
        verbose_name_plural = "публикации"

    def __str__(self) -> str:
        return self.sha256[:8]


class PaperSheet(models.Model):
    """A ballot on paper, known by the number stamped on it; who filled it in stands nowhere."""

    FILES = ("scan",)

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="sheets")
    number = models.PositiveIntegerField("номер листа")
    scan = models.CharField("путь к скану", max_length=200)
    scan_name = models.CharField("имя файла", max_length=200)
    scan_mime = models.CharField("вид файла", max_length=100)
    scan_hash = models.CharField("SHA-256 скана", max_length=HASH)

    class Meta:
        verbose_name = "бюллетень на бумаге"
        verbose_name_plural = "бюллетени на бумаге"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["vote", "number"], name="sheet_number_once"),
            models.UniqueConstraint(fields=["vote", "scan_hash"], name="sheet_scan_once"),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"


class PaperEntry(models.Model):
    """What one operator read on a sheet: the second not seeing the first, a third to settle.

    Only added. No choices mean a spoiled sheet.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    sheet = models.ForeignKey(PaperSheet, models.PROTECT, related_name="entries")
    place = models.PositiveSmallIntegerField("который раз")
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("внесено")
    choices = models.JSONField("отметки", null=True)
    reason = models.CharField("почему так", max_length=300, blank=True)

    class Meta:
        verbose_name = "чтение листа"
        verbose_name_plural = "чтения листов"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "place"], name="sheet_read_in_turn"),
            models.UniqueConstraint(fields=["sheet", "by"], name="sheet_read_by_different_people"),
            models.CheckConstraint(
                condition=models.Q(place__in=(1, 2)) | (models.Q(place=3) & ~models.Q(reason="")),
                name="who_settles_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.place}"


class RightsRuling(models.Model):
    """An organiser's public word on rights that were set aside; only added."""

    class Verdict(models.TextChoices):
        ADMITTED = "admitted", _("допущены")
        REFUSED = "refused", _("не допущены")

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="rulings")
    verdict = models.CharField("что решено", max_length=8, choices=Verdict.choices)
    rights = models.PositiveIntegerField("сколько человек")
    reason = models.CharField("почему", max_length=500)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "решение об отложенных"
        verbose_name_plural = "решения об отложенных"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.rights}"


class HeldRight(models.Model):
    """A right to a ballot set aside until somebody looks; never deleted, always counted in public.

    It is set aside before there is any ballot, so that secrecy loses nothing. `batch` tells which
    rights came together from one part of the network; it is gone once they are judged.
    """

    class State(models.TextChoices):
        HELD = "held", _("ждёт проверки")
        ADMITTED = "admitted", _("допущен")
        REFUSED = "refused", _("не допущен")

    region = models.ForeignKey(Region, models.PROTECT)
    vote = models.ForeignKey(Vote, models.PROTECT, related_name="held_rights")
    voter = models.ForeignKey(Person, models.PROTECT, related_name="+")
    batch = models.CharField("пришли вместе", max_length=HASH, blank=True)
    asked_on = models.DateField("день")
    state = models.CharField(
        "состояние", max_length=8, choices=State.choices, default=State.HELD, db_index=True
    )
    ruling = models.ForeignKey(RightsRuling, models.PROTECT, null=True, related_name="held")

    class Meta:
        verbose_name = "отложенное право на бюллетень"
        verbose_name_plural = "отложенные права на бюллетень"
        constraints = [models.UniqueConstraint(fields=["vote", "voter"], name="right_held_once")]

    def __str__(self) -> str:
        return f"{self.vote_id}: {self.state}"
