"""The people of the demo region, and of the tests: each with a face, a role and a password."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from otklik.ground.accounts.models import ApiKey, Membership, Official, Person, Role
from otklik.ground.kit.memo import forget
from otklik.ground.organisations.models import Organisation
from otklik.ground.territories.models import Region
from otklik.ground.topics.models import Topic

PASSWORD = "demo"  # noqa: S105  (known to all, and only in the demo)
DEMO_KEY = "demo-key"


@dataclass(frozen=True)
class Actor:
    """Somebody of the demo: e-mail, names, what they do, where, with which roles."""

    email: str
    first: str
    last: str
    position: str = ""
    organisation: str = ""
    roles: tuple[str, ...] = ()
    everywhere: bool = False
    topic: str = ""


CITIZEN = Actor("anna@example.ru", "Анна", "Соколова")
NEIGHBOUR = Actor("nina@example.ru", "Нина", "Белова")
OPERATOR = Actor(
    "operator@example.ru", "Галина", "Орлова", "Оператор горячей линии", "hotline-122",
    ("hotline_operator",), everywhere=True,
)  # fmt: skip
MODERATOR = Actor(
    "moderator@example.ru", "Елена", "Морозова", "Модератор ЦУР", "cur",
    ("moderator", "coordinator", "duty_officer"), everywhere=True,
)  # fmt: skip
EXECUTOR = Actor(
    "executor@example.ru", "Борис", "Ветров", "Специалист", "adm-vologda-city",
    ("executor", "coordinator"),
)  # fmt: skip
APPROVER = Actor(
    "approver@example.ru", "Клара", "Зимина", "Заместитель главы", "adm-vologda-city",
    ("approver", "head"),
)  # fmt: skip
SECOND_APPROVER = Actor(
    "curator@example.ru", "Денис", "Громов", "Куратор территории", "cur",
    ("curator", "approver"), everywhere=True,
)  # fmt: skip
LEADER = Actor(
    "leader@example.ru", "Фёдор", "Северов", "Заместитель губернатора", "gov-admin",
    ("region_head",), everywhere=True,
)  # fmt: skip
ADMINISTRATOR = Actor(
    "admin@example.ru", "Ирина", "Ключева", "Администратор региона", "gov-admin",
    ("region_admin",), everywhere=True,
)  # fmt: skip
SECOND_ADMINISTRATOR = Actor(
    "admin2@example.ru", "Юлия", "Засечная", "Второй администратор региона", "gov-admin",
    ("region_admin",), everywhere=True,
)  # fmt: skip
ANALYST = Actor(
    "analyst@example.ru", "Вера", "Ясенева", "Аналитик ЦУР", "cur", ("analyst",), everywhere=True
)
CONTROLLER = Actor(
    "controller@example.ru", "Глеб", "Лугов", "Независимый контролёр", "cur", ("controller",),
    everywhere=True,
)  # fmt: skip
LOCAL_ADMIN = Actor(
    "cityadmin@example.ru", "Жанна", "Рощина", "Администратор организации", "adm-vologda-city",
    ("organisation_admin",),
)  # fmt: skip
CONTOUR = Actor(
    "contour@example.ru", "Захар", "Тихий", "Управление по противодействию коррупции",
    "gov-anticorruption", ("closed_contour",), everywhere=True, topic="government-corruption",
)  # fmt: skip
CONTOUR_HEAD = Actor(
    "contourhead@example.ru", "Роман", "Верный", "Начальник управления", "gov-anticorruption",
    ("closed_contour_head",), everywhere=True, topic="government-corruption",
)  # fmt: skip
AUDITOR = Actor(
    "auditor@example.ru", "Кира", "Строгова", "Аудитор безопасности", "gov-admin",
    ("security_auditor",), everywhere=True,
)  # fmt: skip
REGISTRAR = Actor(
    "registrar@example.ru", "Ольга", "Снегова", "Регистратор обращений", "gov-appeals",
    ("registrar",), everywhere=True,
)  # fmt: skip
RECEPTIONIST = Actor(
    "reception@example.ru", "Тамара", "Светлова", "Сотрудник приёмной губернатора", "gov-admin",
    ("reception_officer",), everywhere=True,
)  # fmt: skip
VOTES = Actor(
    "votes@example.ru", "Лидия", "Озёрова", "Организатор голосований", "cur", ("vote_organiser",)
)
SECOND_VOTES = Actor(
    "votes2@example.ru", "Майя", "Берёзкина", "Второй организатор голосований", "cur",
    ("vote_organiser",),
)  # fmt: skip
ACTORS = (
    CITIZEN, NEIGHBOUR, OPERATOR, MODERATOR, EXECUTOR, APPROVER, SECOND_APPROVER, LEADER,
    ADMINISTRATOR, SECOND_ADMINISTRATOR, ANALYST, CONTROLLER, LOCAL_ADMIN, CONTOUR, CONTOUR_HEAD,
    AUDITOR, REGISTRAR, RECEPTIONIST, VOTES, SECOND_VOTES,
)  # fmt: skip


def settle(region: Region) -> None:
    """Make every demo account and the demo key; nothing twice."""
    for actor in ACTORS:
        _person(region, actor)
    ApiKey.objects.get_or_create(
        key=DEMO_KEY,
        defaults={"region": region, "title": "Показ: любая система", "per_minute": 0},
    )
    forget()


@cache
def _hashed() -> str:
    """Return the known password as it is stored: once, a third of a second is meant to hurt."""
    return make_password(PASSWORD)


def _person(region: Region, actor: Actor) -> Person:
    person = Person.objects.filter(email=actor.email).first()
    if person is None:
        person = Person.objects.create_user(
            actor.email,
            region=region,
            first_name=actor.first,
            last_name=actor.last,
            level=Person.Level.CONFIRMED,
        )
        person.password = _hashed()
        person.save(update_fields=["password"])
    if actor.organisation:
        _official(region, person, actor)
    return person


def _official(region: Region, person: Person, actor: Actor) -> None:
    organisation = Organisation.objects.get(region=region, code=actor.organisation)
    official, _ = Official.objects.get_or_create(
        person=person,
        defaults={"region": region, "organisation": organisation, "position": actor.position},
    )
    for role in Role.objects.filter(region=region, code__in=actor.roles):
        Membership.objects.get_or_create(
            region=region,
            official=official,
            role=role,
            organisation=None if actor.everywhere else organisation,
            topic=Topic.objects.get(region=region, code=actor.topic) if actor.topic else None,
        )


def official(actor: Actor) -> Official:
    """Return a demo official."""
    found = Official.objects.select_related("person", "organisation", "region")
    return found.get(person__email=actor.email)


def person(actor: Actor) -> Person:
    """Return a demo person."""
    return Person.objects.get(email=actor.email)
