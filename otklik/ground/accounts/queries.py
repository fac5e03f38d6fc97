"""People at work and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Max, Q

from otklik.ground.accounts.models import (
    ApiKey,
    Attested,
    Invitation,
    Look,
    Membership,
    Official,
    Person,
    ProvenPhone,
    Role,
)
from otklik.ground.accounts.rules import (
    CONTOUR,
    MANAGE,
    RESERVED,
    Power,
    Powers,
    allowed_from,
    citizen_may,
    may_manage,
)
from otklik.ground.kit.memo import remembered
from otklik.ground.kit.sealing import phone_print
from otklik.ground.kit.signing import unsign
from otklik.ground.organisations.queries import organisations, organisations_by_id, subtree_ids
from otklik.ground.territories.queries import region, set_by
from otklik.ground.topics.queries import label, topics
from otklik.journal.reading import about

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from otklik.ground.organisations.models import Organisation
    from otklik.ground.topics.models import Topic


def official_of(person: Person | AnonymousUser) -> Official | None:
    """Return the working side of a person, or None for a citizen."""
    if not isinstance(person, Person):
        return None
    found = Official.objects.select_related("organisation", "person", "region")
    return found.filter(person=person, person__is_active=True, active=True).first()


def official_at_work(official_id: int) -> Official | None:
    """Return an official who still works, or None."""
    found = Official.objects.select_related("organisation", "person", "region")
    return found.filter(pk=official_id, person__is_active=True, active=True).first()


def people_by_phone(phone: str) -> QuerySet[Person]:
    """Return the people who gave this phone, however it was written."""
    print_ = phone_print(phone)
    return Person.objects.filter(phone_print=print_) if print_ else Person.objects.none()


def person_of_phone(phone: str) -> Person | None:
    """Return the person whose proven phone this is."""
    found = ProvenPhone.objects.filter(region=region(), phone_print=phone_print(phone))
    known = found.select_related("person").first() if phone else None
    return known.person if known else None


def person_of_email(email: str) -> Person | None:
    """Return the citizen who proved this address; officials link their accounts themselves."""
    found = EmailAddress.objects.filter(email__iexact=email, verified=True)
    known = found.select_related("user").first() if email else None
    if known is None or not known.user.is_active or known.user.is_superuser:
        return None
    at_work = Official.objects.filter(person=known.user).exists()
    return None if at_work else known.user


@dataclass(frozen=True)
class Entrances:
    """All ways by which a person comes in, and what is attested of them."""

    accounts: list[SocialAccount]
    phone: str
    email: str
    email_proven: bool
    password: bool
    attested: Attested | None


def entrances(person: Person) -> Entrances:
    """Return the ways by which a person comes in."""
    phone = ProvenPhone.objects.filter(person=person).first()
    proven = EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True)
    return Entrances(
        accounts=list(SocialAccount.objects.filter(user=person).order_by("pk")),
        phone=phone.phone if phone else "",
        email=person.email,
        email_proven=bool(person.email) and proven.exists(),
        password=bool(person.email) and person.has_usable_password(),
        attested=Attested.objects.filter(person=person).first(),
    )


def attested_of(person: Person) -> Attested | None:
    """Return what another system attested of a person."""
    return Attested.objects.filter(person=person).first()


def attested_among(people: Iterable[int]) -> QuerySet[Attested]:
    """Return what other systems attested of these people."""
    return Attested.objects.filter(person__in=list(people))


def ways_in(person: Person) -> int:
    """Return how many ways in a person has: other systems, a phone's code, a letter's code."""
    found = entrances(person)
    return len(found.accounts) + bool(found.phone) + bool(found.email)


def lacking_level(person: Person | AnonymousUser, deed: str) -> str:
    """Return the level that a person lacks for a deed, by the region's `levels`; or nothing."""
    told = region().settings.get("levels", {})
    level = person.level if isinstance(person, Person) else "none"
    return "" if citizen_may(level, deed, told) else allowed_from(told, deed)


def powers_of(official: Official) -> Powers:
    """Return all that an official may do, and where; asked once for each Official in hand."""
    known: Powers | None = official.__dict__.get("_powers")
    if known is None:
        known = official.__dict__["_powers"] = _powers(official)
    return known


def officials_holding(
    permission: str,
    *,
    organisation: Organisation | None,
    territory_id: int | None,
    topic: Topic | None,
    closed: bool = False,
) -> list[Official]:
    """Return those at work who hold a permission over something in this body, place and topic."""
    above, bodies = organisation, set[int]()
    while above is not None and above.pk not in bodies:
        bodies.add(above.pk)
        above = organisations_by_id().get(above.parent_id or 0)
    path = [each.pk for each in topics().path(topic)]
    needed = [permission, CONTOUR] if closed else [permission]
    found = Membership.objects.filter(
        Q(organisation=None) | Q(organisation__in=bodies),
        Q(territory=None) | Q(territory=territory_id),
        Q(topic=None) | Q(topic__in=path),
        region=region(), role__permissions__contains=needed,
    )  # fmt: skip
    working = Official.objects.filter(active=True, person__is_active=True)
    return list(working.filter(memberships__in=found).distinct().order_by("pk"))


def _powers(official: Official) -> Powers:
    memberships = Membership.objects.filter(official=official).select_related("role", "topic")
    return Powers(
        tuple(
            Power(
                role=m.role.code,
                permissions=frozenset(m.role.permissions),
                organisations=subtree_ids(m.organisation_id) if m.organisation_id else None,
                territories=frozenset({m.territory_id}) if m.territory_id else None,
                topics=topics().under(m.topic) if m.topic else None,
            )
            for m in memberships
        )
    )


@dataclass(frozen=True)
class PersonalRules:
    """How long a look lasts and which looks count as one: `personal` in the region's settings."""

    reveal_minutes: int = 60
    look_minutes: int = 30


def personal_rules() -> PersonalRules:
    """Return what the administrator set about personal data."""
    return set_by("personal", PersonalRules)


def opened_until(
    official: Official, subjects: Collection[str], now: datetime
) -> dict[str, datetime]:
    """Return those of the subjects whose data an official's look keeps open, and until when."""
    looks = Look.objects.filter(official=official, subject__in=subjects, until__gt=now)
    until = looks.order_by().values("subject").annotate(last=Max("until"))
    return dict(until.values_list("subject", "last"))


@dataclass(frozen=True)
class Seen:
    """One look as the author is told of it: by body and role, never by name."""

    at: datetime
    organisation: str
    role: str
    what: str
    reason: str


def looks_at(subject: str, language: str = "ru") -> list[Seen]:
    """Return who looked at a subject's personal data, newest first."""
    titles = {r.code: getattr(r, f"title_{language}") or r.title_ru for r in roles().values()}
    looks = Look.objects.filter(region=region(), subject=subject).select_related("organisation")
    return [
        Seen(
            at=look.at,
            organisation=look.organisation.short_ru if look.organisation else "",
            role=titles.get(look.role, ""),
            what=look.get_what_display(),
            reason=label("look_reasons", look.code, language) if look.code else "",
        )
        for look in looks.order_by("-at", "-pk")
    ]


@remembered(10)
def roles() -> dict[str, Role]:
    """Return the region's roles by code."""
    return {role.code: role for role in Role.objects.filter(region=region()).order_by("pk")}


@remembered(5)
def api_key(key: str) -> ApiKey | None:
    """Return a key in force, or None."""
    return ApiKey.objects.filter(region=region(), key=key, active=True).first() if key else None


INVITATION_DAYS = 7


def invitation_by(token: str) -> Invitation:
    """Return the invitation of a link that still works; Invitation.DoesNotExist otherwise."""
    value = unsign(token, "invitation", INVITATION_DAYS * 86_400) or ""
    official, _, nonce = value.partition(":")
    if not nonce or not official.isdigit():
        raise Invitation.DoesNotExist
    found = Invitation.objects.select_related("official__person", "official__organisation")
    return found.get(official_id=official, nonce=nonce, accepted_at=None, region=region())


def managed_by(official: Official) -> QuerySet[Official]:
    """Return the officials whom one manages: of their own bodies, or of the whole region."""
    bodies: set[int] = set()
    for grant in powers_of(official).granting(MANAGE):
        if grant.organisations is None:
            return _staff()
        bodies |= grant.organisations
    return _staff().filter(organisation_id__in=bodies)


def _staff() -> QuerySet[Official]:
    found = Official.objects.filter(region=region()).select_related("person", "organisation")
    return found.select_related("invitation").prefetch_related(
        "memberships__role", "memberships__organisation", "memberships__territory",
        "memberships__topic",
    )  # fmt: skip


def bodies_managed_by(official: Official) -> list[Organisation]:
    """Return the bodies into which one may invite and within which they give roles."""
    powers = powers_of(official)
    known = organisations().values()
    return sorted(
        (each for each in known if may_manage(powers, each.pk)), key=lambda each: each.short_ru
    )


def roles_given_by(official: Official) -> list[Role]:
    """Return the roles that one may give."""
    everywhere = powers_of(official).everywhere(MANAGE)
    return [
        role
        for role in roles().values()
        if (role.scope == "region" and everywhere)
        or (role.scope == "organisation" and (everywhere or not RESERVED & set(role.permissions)))
    ]


@dataclass(frozen=True)
class Told:
    """A line of an official's history: what happened and by whom."""

    at: datetime
    sentence: str
    where: str
    by: str


def history_of(official: Official) -> list[Told]:
    """Return what happened to an official's access, newest first, with names of who did it."""
    entries = sorted(about(official.ref), key=lambda entry: -entry.pk)
    names = names_of(entry.actor for entry in entries)
    titles = {role.code: role.title_ru for role in roles().values()}
    return [
        Told(
            at=entry.at,
            sentence=entry.fact.sentence("ru").replace(
                str(entry.data.get("role", "")) or "\0",
                f"«{titles.get(str(entry.data.get('role', '')), entry.data.get('role', ''))}»",
            ),
            where=", ".join(
                str(entry.data[name])
                for name in ("organisation", "territory", "topic")
                if entry.data.get(name)
            ),
            by=names.get(entry.actor, ""),
        )
        for entry in entries
    ]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of the officials among actors of the journal, in one question."""
    ids = {each.partition(":")[2] for each in actors if each.startswith("official:")}
    found = Official.objects.filter(pk__in=ids).select_related("person")
    return {each.ref: str(each.person) for each in found}
