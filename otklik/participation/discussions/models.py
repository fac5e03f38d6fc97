"""What is discussed, what people wrote, what moderators did with it and who appealed."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from otklik.ground.accounts.models import Official, Person
from otklik.ground.kit.fields import SealedCharField
from otklik.ground.territories.models import Region, Territory
from otklik.participation.discussions import rules
from otklik.participation.projects.models import Phase


class Discussion(models.Model):
    """A document put to people within a phase; announced, its places stand for ever."""

    class Moderation(models.TextChoices):
        POST = "post", _("показываем сразу, проверяем потом")
        PRE = "pre", _("показываем после проверки")

    region = models.ForeignKey(Region, models.PROTECT)
    phase = models.OneToOneField(Phase, models.PROTECT, related_name="discussion")
    slug = models.SlugField("адрес", max_length=80, unique=True)
    title = models.CharField("название", max_length=300)
    about = models.TextField("пояснение", blank=True)
    moderation = models.CharField("проверка", max_length=4, choices=Moderation.choices)
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("составлено")

    class Meta:
        verbose_name = "обсуждение"
        verbose_name_plural = "обсуждения"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the journal names this discussion."""
        return f"discussion:{self.pk}"


class DocumentPart(models.Model):
    """A page, a paragraph or a point of the map of what is discussed."""

    class Kind(models.TextChoices):
        PAGE = "page", _("страница")
        PARAGRAPH = "paragraph", _("абзац")
        POINT = "point", _("точка на карте")

    region = models.ForeignKey(Region, models.PROTECT)
    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="parts")
    key = models.SlugField("ключ", max_length=12)
    kind = models.CharField("вид", max_length=10, choices=Kind.choices)
    page = models.PositiveSmallIntegerField("страница")
    text = models.TextField("текст")
    lat = models.FloatField("широта", null=True)
    lon = models.FloatField("долгота", null=True)

    class Meta:
        verbose_name = "часть документа"
        verbose_name_plural = "части документов"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["discussion", "key"], name="part_key_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.text[:60]}"

    @property
    def told(self) -> rules.Part:
        """The part as the rules see it."""
        return rules.Part(self.key, self.kind, self.page, self.text, self.lat, self.lon)


class Participant(models.Model):
    """One who writes in a discussion: a row to lock, to count by, to send news to."""

    region = models.ForeignKey(Region, models.PROTECT)
    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="participants")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    level = models.CharField("проверка личности", max_length=12, choices=Person.Level.choices)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True)

    class Meta:
        verbose_name = "участник обсуждения"
        verbose_name_plural = "участники обсуждений"
        constraints = [
            models.UniqueConstraint(
                fields=["discussion", "person"], name="one_person_one_participant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.discussion_id}: {self.pk}"


class Comment(models.Model):
    """What one wrote, at a place of the document or about the whole. Hidden, its words stay here.

    The database keeps the words as they were sent; only a person's erasure empties them.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("ждёт проверки")
        SHOWN = "shown", _("показан")
        HIDDEN = "hidden", _("скрыт")
        ERASED = "erased", _("стёрт по просьбе автора")

    class Stance(models.TextChoices):
        FOR = "for", _("за")
        AGAINST = "against", _("против")
        NEUTRAL = "neutral", _("нейтрально")

    region = models.ForeignKey(Region, models.PROTECT)
    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="comments")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="comments")
    part = models.ForeignKey(DocumentPart, models.PROTECT, null=True, related_name="comments")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    depth = models.PositiveSmallIntegerField(default=0)
    stance = models.CharField("мнение", max_length=8, choices=Stance.choices, blank=True)
    text = models.TextField("текст")
    signature = models.CharField("подпись", max_length=160, blank=True)
    state = models.CharField("состояние", max_length=8, choices=State.choices)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField("написан")

    class Meta:
        verbose_name = "комментарий"
        verbose_name_plural = "комментарии"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["discussion", "state", "depth"], name="comment_shown"),
            models.Index(fields=["participant", "made_at"], name="comment_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["participant", "key"], name="comment_pressed_once"),
            models.CheckConstraint(
                condition=models.Q(depth=0, parent=None) | models.Q(depth=1, parent__isnull=False),
                name="comment_two_levels",
            ),
            models.CheckConstraint(
                condition=models.Q(depth=1) | ~models.Q(stance=""), name="comment_takes_a_stance"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.discussion_id}: {self.pk}"


class ModerationAct(models.Model):
    """What a moderator did, for everybody to read; only added."""

    class Act(models.TextChoices):
        SHOW = "show", _("показан после проверки")
        HIDE = "hide", _("скрыт")
        RESTORE = "restore", _("возвращён")
        UPHOLD = "uphold", _("оставлен скрытым после жалобы")

    region = models.ForeignKey(Region, models.PROTECT)
    comment = models.ForeignKey(Comment, models.PROTECT, related_name="acts")
    act = models.CharField("что", max_length=8, choices=Act.choices)
    reason = models.CharField("причина", max_length=60, blank=True)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "действие модератора"
        verbose_name_plural = "действия модераторов"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.act}"


class CommentAppeal(models.Model):
    """An author's word against hiding; decided once, by another moderator."""

    region = models.ForeignKey(Region, models.PROTECT)
    against = models.OneToOneField(ModerationAct, models.PROTECT, related_name="appeal")
    hidden_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    text = models.TextField("почему зря скрыли")
    made_at = models.DateTimeField("подана")
    outcome = models.OneToOneField(
        ModerationAct, models.PROTECT, null=True, related_name="decides", verbose_name="решение"
    )
    decided_by = models.ForeignKey(Official, models.PROTECT, null=True, related_name="+")
    reply = models.TextField("ответ", blank=True)

    class Meta:
        verbose_name = "жалоба на скрытие"
        verbose_name_plural = "жалобы на скрытие"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("hidden_by")),
                name="appeal_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None, outcome=None)
                | models.Q(decided_by__isnull=False, outcome__isnull=False),
                name="appeal_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.against_id}: {self.pk}"


class Hearing(models.Model):
    """What makes a discussion a public hearing: by what it was called, where the project lies."""

    class Form(models.TextChoices):
        HEARING = "hearing", _("публичные слушания")
        TOWN = "town", _("общественные обсуждения градостроительного проекта")

    region = models.ForeignKey(Region, models.PROTECT)
    discussion = models.OneToOneField(Discussion, models.CASCADE, related_name="hearing")
    form = models.CharField("вид", max_length=10, choices=Form.choices)
    basis = models.CharField("чем назначено", max_length=300)
    exposition = models.CharField("где и когда экспозиция", max_length=500)
    chair = models.CharField("кто ведёт", max_length=200)

    class Meta:
        verbose_name = "публичные слушания"
        verbose_name_plural = "публичные слушания"

    def __str__(self) -> str:
        return f"{self.get_form_display()}: {self.discussion}"


class Conclusion(models.Model):
    """What the organiser concludes from a hearing; written once, it stands."""

    region = models.ForeignKey(Region, models.PROTECT)
    hearing = models.OneToOneField(Hearing, models.PROTECT, related_name="conclusion")
    number = models.CharField("номер", max_length=60)
    text = models.TextField("выводы")
    signer = models.CharField("кто подписал", max_length=200)
    signed_on = models.DateField("когда подписано")
    made_by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("записано")

    class Meta:
        verbose_name = "заключение о слушаниях"
        verbose_name_plural = "заключения о слушаниях"

    def __str__(self) -> str:
        return f"{self.hearing_id}: {self.number}"


class HallPerson(models.Model):
    """One who came to the hall of a hearing, as its register has them; entered by an official.

    The print of name and day of birth lets nobody be registered twice, and tells who wrote on the
    site as well.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="hall")
    participant = models.OneToOneField(Participant, models.PROTECT, related_name="in_hall")
    number = models.PositiveIntegerField("номер в перечне")
    name = SealedCharField("фамилия, имя, отчество", max_length=200)
    residence = SealedCharField("адрес регистрации", max_length=300)
    born_on = SealedCharField("дата рождения", max_length=10)
    came = SealedCharField("как участвует", max_length=10)
    print = models.CharField("отпечаток", max_length=16)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("внесён")

    class Meta:
        verbose_name = "участник слушаний в зале"
        verbose_name_plural = "участники слушаний в зале"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["hearing", "print"], name="one_person_in_hall_once"),
            models.UniqueConstraint(fields=["hearing", "number"], name="hall_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hearing_id}: {self.number}"


class HallRemark(models.Model):
    """Where a remark of a hearing comes from, when an official entered it; only added."""

    class Source(models.TextChoices):
        SPEECH = "speech", _("выступление в зале")
        PAPER = "paper", _("письменно в зале")
        BOOK = "book", _("запись в книге экспозиции")
        POST = "post", _("письмом организатору")

    region = models.ForeignKey(Region, models.PROTECT)
    comment = models.OneToOneField(Comment, models.PROTECT, related_name="hall")
    source = models.CharField("откуда", max_length=6, choices=Source.choices)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("внесено")

    class Meta:
        verbose_name = "замечание из зала"
        verbose_name_plural = "замечания из зала"

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.source}"


class HearingPaper(models.Model):
    """A paper of a hearing as it was signed: the very bytes and the signature; only added."""

    FILES = ("path",)

    region = models.ForeignKey(Region, models.PROTECT)
    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="papers")
    form = models.CharField("что это", max_length=10)
    name = models.CharField("имя файла", max_length=200)
    mime = models.CharField("вид файла", max_length=100)
    path = models.CharField("путь к файлу", max_length=200)
    sha256 = models.CharField(max_length=64)
    cms = models.BinaryField("отсоединённая подпись")
    subject = models.CharField("владелец сертификата", max_length=300, blank=True)
    test = models.BooleanField("тестовая", default=False)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    at = models.DateTimeField("подписан")

    class Meta:
        verbose_name = "подписанная бумага слушаний"
        verbose_name_plural = "подписанные бумаги слушаний"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["hearing", "form"], name="hearing_paper_signed_once")
        ]

    def __str__(self) -> str:
        return f"{self.hearing_id}: {self.form}"
