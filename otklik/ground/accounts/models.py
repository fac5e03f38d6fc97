"""Who people are here: citizens, officials, roles, keys of other systems."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from otklik.ground.kit.fields import PrintField, SealedCharField, SealedJSONField
from otklik.ground.kit.text import mask_phone
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region, Territory
from otklik.ground.topics.models import Topic


class People(BaseUserManager["Person"]):
    """Makes people the way Django's own commands ask for."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> Person:
        """Make one who may sign in."""
        person = self.model(email=self.normalize_email(email).lower(), **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> Person:
        """Make one who may do everything in the administration."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class Person(AbstractUser):
    """Everybody who can sign in; a citizen first, whatever else they are.

    Names and phone are sealed; `email` is the name by which people sign in and stays in clear.
    Who comes by phone or through another system may have none.
    """

    class Level(models.TextChoices):
        NONE = "none", "без проверки"
        PHONE = "phone", "по телефону"
        SIMPLE = "simple", "упрощённая"
        STANDARD = "standard", "стандартная"
        CONFIRMED = "confirmed", "подтверждённая"

    username = None  # type: ignore[assignment]  # people sign in by e-mail
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="регион")
    email = models.EmailField("почта", blank=True)
    first_name = SealedCharField("имя", max_length=150, blank=True)
    last_name = SealedCharField("фамилия", max_length=150, blank=True)
    patronymic = SealedCharField("отчество", max_length=150, blank=True)
    phone = SealedCharField("телефон", max_length=20, blank=True)
    phone_print = PrintField(of="phone", kind="phone")
    level = models.CharField(
        "уровень учётной записи", max_length=12, choices=Level.choices, default=Level.NONE
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()  # type: ignore[assignment, misc]

    class Meta:
        verbose_name = "человек"
        verbose_name_plural = "люди"
        constraints = [
            models.UniqueConstraint(
                fields=["email"], name="person_email_once", condition=~models.Q(email="")
            )
        ]
        indexes = [
            models.Index(
                fields=["phone_print"], name="person_by_phone", condition=~models.Q(phone_print="")
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or mask_phone(self.phone) or f"№ {self.pk}"

    @property
    def ref(self) -> str:
        """How the journal names this person."""
        return f"person:{self.pk}"


class Attested(models.Model):
    """What a state's or another trusted system said of a person when they last came through it.

    The account's number over there is not here: only its keyed hash, beside the identity itself.
    """

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.OneToOneField(Person, models.CASCADE, related_name="attested")
    provider = models.CharField("кем", max_length=40)
    level = models.CharField("уровень", max_length=12, choices=Person.Level.choices)
    birth_date = SealedCharField("дата рождения", max_length=10, blank=True)
    gender = SealedCharField("пол", max_length=1, blank=True)
    registration = SealedCharField("адрес регистрации", max_length=300, blank=True)
    residence = SealedCharField("адрес проживания", max_length=300, blank=True)
    organisations = SealedJSONField("организации", default=dict, blank=True)
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "подтверждённые сведения"
        verbose_name_plural = "подтверждённые сведения"

    def __str__(self) -> str:
        return f"{self.person_id}: {self.provider}, {self.level}"


class ProvenPhone(models.Model):
    """A phone whose holder typed a code sent to it: the door by phone leads to this person."""

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.OneToOneField(Person, models.CASCADE, related_name="proven_phone")
    phone = SealedCharField("телефон", max_length=20)
    phone_print = PrintField(of="phone", kind="phone")
    at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "подтверждённый телефон"
        verbose_name_plural = "подтверждённые телефоны"
        constraints = [
            models.UniqueConstraint(fields=["region", "phone_print"], name="proven_phone_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {mask_phone(self.phone)}"


class Role(models.Model):
    """A named set of permissions; code asks for permissions, never for roles.

    `scope` says how wide it may be given; `apart` names roles that nobody holds beside it.
    """

    class Scope(models.TextChoices):
        NONE = "none", "не выдаётся"
        OWN = "own", "свои сообщения"
        ORGANISATION = "organisation", "организация и подчинённые"
        REGION = "region", "вся область"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    code = models.SlugField("код", max_length=40)
    title_ru = models.CharField("название", max_length=200)
    title_en = models.CharField("название по-английски", max_length=200, blank=True)
    permissions = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    scope = models.CharField(
        "где выдаётся", max_length=12, choices=Scope.choices, default=Scope.ORGANISATION
    )
    apart = ArrayField(
        models.SlugField(max_length=40), default=list, blank=True,
        verbose_name="несовместима с ролями",
    )  # fmt: skip
    history = HistoricalRecords()

    class Meta:
        verbose_name = "роль"
        verbose_name_plural = "роли"
        constraints = [models.UniqueConstraint(fields=["region", "code"], name="role_code_once")]

    def __str__(self) -> str:
        return self.title_ru


class Official(models.Model):
    """A person at work: one organisation, one position."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    person = models.OneToOneField(Person, models.PROTECT, related_name="official")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="организация")
    position = models.CharField("должность", max_length=200, blank=True)
    active = models.BooleanField("работает", default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "сотрудник"
        verbose_name_plural = "сотрудники"

    def __str__(self) -> str:
        return f"{self.person}, {self.position}" if self.position else str(self.person)

    @property
    def ref(self) -> str:
        """How the journal names this official."""
        return f"official:{self.pk}"


class Membership(models.Model):
    """A role given to an official within a scope; an empty scope is the whole region."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    official = models.ForeignKey(Official, models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, models.PROTECT, verbose_name="роль")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True,
        verbose_name="организация и подчинённые (пусто: все)",
    )  # fmt: skip
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="территория (пусто: все)"
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, verbose_name="тема (пусто: все)"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "полномочие"
        verbose_name_plural = "полномочия"

    def __str__(self) -> str:
        return f"{self.role} · {self.organisation or 'весь регион'}"


def new_key() -> str:
    """Return a key that cannot be guessed."""
    return secrets.token_urlsafe(24)


def all_scopes() -> list[str]:
    """Return what a new key allows unless somebody narrows it."""
    return list(ApiKey.Scope.values)


class ApiKey(models.Model):
    """Lets another system write through the machine interface, as much as its scopes allow."""

    class Scope(models.TextChoices):
        REQUESTS = "requests", "передавать сообщения"
        UPDATES = "updates", "добавлять сведения"

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="регион")
    key = models.CharField("ключ", max_length=64, unique=True, default=new_key)
    title = models.CharField("кому выдан", max_length=200)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), default=all_scopes,
        verbose_name="что можно",
        help_text="Через запятую: requests — передавать сообщения; updates — добавлять к ним"
        " сведения.",
    )  # fmt: skip
    per_minute = models.PositiveIntegerField(
        "передач в минуту, не больше", default=60, help_text="0 — сколько угодно"
    )
    active = models.BooleanField("действует", default=True)
    created_at = models.DateTimeField("выдан", auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "ключ другой системы"
        verbose_name_plural = "ключи других систем"

    def __str__(self) -> str:
        return self.title


class KeyUse(models.Model):
    """How often a key was used in its present minute: counted here, whichever process answers."""

    region = models.ForeignKey(Region, models.PROTECT)
    key = models.OneToOneField(ApiKey, models.CASCADE, related_name="use")
    minute = models.DateTimeField()
    times = models.PositiveIntegerField()

    class Meta:
        verbose_name = "счёт передач по ключу"
        verbose_name_plural = "счёт передач по ключам"

    def __str__(self) -> str:
        return f"{self.key}: {self.times}"


class Look(models.Model):
    """An official looked at somebody's personal data: who, at what, when, why.

    Body and role are those of that moment: the author is told of them, never of the name.
    A look with `until` opened the data to this official until then.
    """

    class What(models.TextChoices):
        TEXT = "text", "текст сообщения"
        CONTACT = "contact", "имя и контакт"
        FILE = "file", "файл без обработки"
        EXPORT = "export", "выгрузка"
        NOTICES = "notices", "что отправлено автору"

    region = models.ForeignKey(Region, models.PROTECT)
    official = models.ForeignKey(Official, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    role = models.CharField("роль", max_length=40, blank=True)
    subject = models.CharField(max_length=60, db_index=True)
    what = models.CharField(max_length=40, choices=What.choices)
    code = models.CharField("причина из справочника", max_length=40, blank=True)
    reason = models.CharField("своими словами", max_length=300, blank=True)
    at = models.DateTimeField(db_index=True)
    until = models.DateTimeField("открыто до", null=True)

    class Meta:
        verbose_name = "просмотр личных данных"
        verbose_name_plural = "просмотры личных данных"
        indexes = [models.Index(fields=["official", "subject", "-at"], name="look_of_official")]

    def __str__(self) -> str:
        return f"{self.official}: {self.subject}"


class Invitation(models.Model):
    """A link by mail that lets an official in; the last one sent is the one that works."""

    region = models.ForeignKey(Region, models.PROTECT)
    official = models.OneToOneField(Official, models.CASCADE, related_name="invitation")
    nonce = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(Official, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "приглашение сотрудника"
        verbose_name_plural = "приглашения сотрудников"

    def __str__(self) -> str:
        return f"{self.official}: {self.sent_at}"


class FailedLogin(models.Model):
    """Somebody tried to sign in and could not; the name they typed is kept masked."""

    region = models.ForeignKey(Region, models.PROTECT)
    person = models.ForeignKey(Person, models.CASCADE, null=True)
    typed = models.CharField("что набрали", max_length=20)
    address = models.GenericIPAddressField("откуда", null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "неудачный вход"
        verbose_name_plural = "неудачные входы"

    def __str__(self) -> str:
        return f"{self.typed}: {self.at}"
