"""Verbs about people and their data."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import connection

from otklik.ground.accounts import events, jobs
from otklik.ground.accounts.events import PersonalDataSeen
from otklik.ground.accounts.models import (
    Attested,
    FailedLogin,
    Invitation,
    Look,
    Membership,
    Official,
    Person,
    ProvenPhone,
)
from otklik.ground.accounts.queries import personal_rules, powers_of, ways_in
from otklik.ground.accounts.rules import (
    PHONE,
    Grant,
    Refused,
    check_grant,
    check_link,
    check_unlink,
    level_after,
    may_manage,
)
from otklik.ground.kit.memo import forget
from otklik.ground.kit.phones import phone_of
from otklik.ground.kit.sealing import identity_print, phone_print
from otklik.ground.kit.signing import sign
from otklik.ground.kit.text import mask_email
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import ApiKey, Role
    from otklik.ground.accounts.rules import Identity
    from otklik.ground.organisations.models import Organisation
    from otklik.ground.territories.models import Territory
    from otklik.ground.topics.models import Topic
    from otklik.journal.facts import Fact

INVITATION = "invitation"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


@command
def note_look(
    official: Official,
    *,
    subject: str,
    what: str,
    role: str = "",
    code: str = "",
    reason: str = "",
    until: datetime | None = None,
    now: datetime,
) -> None:
    """Write down that an official looked at somebody's personal data.

    The same official's next look at the same within `look_minutes` is the same look.
    """
    since = now - timedelta(minutes=personal_rules().look_minutes)
    again = Look.objects.filter(official=official, subject=subject, what=what, at__gt=since)
    if until is None and again.exists():
        return
    Look.objects.create(
        region=official.region, official=official, organisation=official.organisation, role=role,
        subject=subject, what=what, code=code, reason=reason.strip()[:300], at=now, until=until,
    )  # fmt: skip
    record(
        PersonalDataSeen(
            region=official.region_id,
            subject=subject,
            actor=official.ref,
            at=now,
            what=what,
            reason=code,
        )
    )


@command
def open_personal_data(
    official: Official,
    *,
    subject: str,
    role: str = "",
    code: str = "",
    reason: str = "",
    needs_reason: bool = True,
    now: datetime,
) -> datetime:
    """Open a subject's name and contact to an official for a while; return until when.

    Raises Refused without a reason of the list, and without words where that reason asks for them.
    """
    known = directory("look_reasons").get(code)
    if needs_reason and known is None:
        raise Refused("no_reason", "Выберите, зачем вам эти данные", "Say why you need these data")
    if known is not None and known.extra.get("needs_note") and not reason.strip():
        raise Refused(
            "no_words", "Напишите, зачем вам эти данные", "Say in words why you need them"
        )
    until = now + timedelta(minutes=personal_rules().reveal_minutes)
    note_look(
        official, subject=subject, what=Look.What.CONTACT, role=role,
        code=known.code if known else "", reason=reason, until=until, now=now,
    )  # fmt: skip
    return until


@command
def note_failed_login(typed: str, *, address: str, now: datetime) -> None:
    """Write down that a sign-in failed; a known person's history tells of it."""
    email = typed.strip().lower()[:254]
    person = Person.objects.filter(email=email).first() if email else None
    FailedLogin.objects.create(
        region=region(), person=person, typed=mask_email(email)[:20], address=address or None,
        at=now,
    )  # fmt: skip
    if person is not None:
        record(
            events.LoginFailed(region=region().pk, subject=person.ref, actor="anonymous", at=now)
        )


def _tell(kind: type[Fact], official: Official, by: str, now: datetime, **more: Any) -> None:
    record(kind(region=official.region_id, subject=official.ref, actor=by, at=now, **more))


def _managed(official_id: int, by: Official) -> Official:
    """Return an official whom another manages, locked; Official.DoesNotExist for any other."""
    found = Official.objects.select_for_update(of=("self",)).select_related("person", "region")
    official = found.get(pk=official_id, region=region())
    if not may_manage(powers_of(by), official.organisation_id):
        raise Official.DoesNotExist
    return official


@command
def invite_official(
    *,
    email: str,
    organisation: Organisation,
    position: str,
    address: str,
    by: Official,
    now: datetime,
) -> Official:
    """Enter a new official and mail them a link; they have no access until they open it.

    `address` is where the site is, for the link. Raises Refused.
    """
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:  # noqa: PLR2004  (the column's width)
        raise Refused("email", "Проверьте адрес почты", "Check the e-mail address")
    if not may_manage(powers_of(by), organisation.pk):
        raise Refused("other_body", "Пригласить можно в свою организацию и подчинённые",
                      "Only into your own bodies")  # fmt: skip
    person = Person.objects.filter(email=email).first()
    if person is not None and Official.objects.filter(person=person).exists():
        raise Refused("known", "Сотрудник с такой почтой уже есть",
                      "There is an official with this address")  # fmt: skip
    person = person or Person.objects.create_user(email, None, region=region())
    official = Official.objects.create(
        region=region(), person=person, organisation=organisation, position=position.strip()[:200],
        active=False,
    )  # fmt: skip
    _send_invitation(official, address, by, now)
    return official


@command
def invite_again(official_id: int, *, address: str, by: Official, now: datetime) -> None:
    """Mail a new link; the one before stops working. Raises Refused if it was accepted."""
    official = _managed(official_id, by)
    known = Invitation.objects.filter(official=official).first()
    if known is None or known.accepted_at is not None:
        raise Refused("accepted", "Приглашение уже принято", "The invitation was accepted")
    _send_invitation(official, address, by, now)


def _send_invitation(official: Official, address: str, by: Official, now: datetime) -> None:
    nonce = secrets.token_urlsafe(16)
    Invitation.objects.update_or_create(
        official=official,
        defaults={"region": official.region, "nonce": nonce, "by": by, "sent_at": now},
    )
    jobs.mail_invitation.defer(
        official_id=official.pk,
        link=f"{address}/join/{sign(f'{official.pk}:{nonce}', INVITATION)}/",
    )
    _tell(events.StaffInvited, official, by.ref, now)


@command
def accept_invitation(
    invitation: Invitation, *, first: str, last: str, patronymic: str, password: str, now: datetime
) -> Official:
    """Let an official in by their link; a person without a password sets one and their names."""
    known = Invitation.objects.select_for_update(of=("self",)).get(
        pk=invitation.pk, nonce=invitation.nonce, accepted_at=None
    )
    official = Official.objects.select_related("person").get(pk=known.official_id)
    person = official.person
    if not person.has_usable_password():
        person.first_name, person.last_name = first.strip()[:150], last.strip()[:150]
        person.patronymic = patronymic.strip()[:150]
        person.set_password(password)
        person.save()
    official.active = True
    official.save(update_fields=["active"])
    known.nonce, known.accepted_at = "", now
    known.save(update_fields=["nonce", "accepted_at"])
    _tell(events.StaffJoined, official, person.ref, now)
    return official


@command
def switch_official(official_id: int, *, on: bool, by: Official, now: datetime) -> None:
    """Close an official's access, at once and everywhere, or open it again. Raises Refused."""
    official = _managed(official_id, by)
    if official.pk == by.pk:
        raise Refused("own", "Свой доступ закрыть нельзя", "Nobody closes their own access")
    if on and Invitation.objects.filter(official=official, accepted_at=None).exists():
        raise Refused("waiting", "Сотрудник ещё не принял приглашение",
                      "The invitation is not accepted yet")  # fmt: skip
    if official.active != on:
        official.active = on
        official.save(update_fields=["active"])
        _tell(events.StaffSwitched, official, by.ref, now, state="on" if on else "off")


@command
def sign_out_official(official_id: int, *, by: Official, now: datetime) -> None:
    """End all of an official's sessions; their access stays."""
    official = _managed(official_id, by)
    for session in UserSession.objects.filter(user=official.person):
        session.end()
    _tell(events.StaffSignedOut, official, by.ref, now)


@command
def give_role(
    official_id: int,
    *,
    role: Role,
    organisation: Organisation | None,
    territory: Territory | None = None,
    topic: Topic | None = None,
    by: Official,
    now: datetime,
) -> Membership:
    """Give an official a role within bounds. Raises Refused."""
    official = _managed(official_id, by)
    known = list(Membership.objects.filter(official=official).select_related("role"))
    check_grant(
        powers_of(by),
        Grant(
            permissions=frozenset(role.permissions), scope=role.scope, role=role.code,
            apart=frozenset(role.apart), organisation=organisation.pk if organisation else None,
        ),
        {each.role.code: frozenset(each.role.apart) for each in known},
        own=official.pk == by.pk,
    )  # fmt: skip
    for each in known:
        if (each.role_id, each.organisation, each.territory, each.topic) == (
            role.pk, organisation, territory, topic,
        ):  # fmt: skip
            return each
    made = Membership.objects.create(
        region=official.region, official=official, role=role, organisation=organisation,
        territory=territory, topic=topic,
    )  # fmt: skip
    _tell(events.RoleGiven, official, by.ref, now, **_bounds(made))
    forget()
    return made


@command
def take_role(official_id: int, *, membership_id: int, by: Official, now: datetime) -> None:
    """Take a role back. Raises Refused for one's own and for a role beyond one's reach."""
    official = _managed(official_id, by)
    found = Membership.objects.select_related("role", "organisation", "territory", "topic")
    membership = found.get(pk=membership_id, official=official)
    role = membership.role
    check_grant(
        powers_of(by),
        Grant(
            permissions=frozenset(role.permissions), scope=role.scope, role=role.code,
            apart=frozenset(), organisation=membership.organisation_id,
        ),
        {},
        own=official.pk == by.pk,
    )  # fmt: skip
    told = _bounds(membership)
    membership.delete()
    _tell(events.RoleTaken, official, by.ref, now, **told)
    forget()


def _bounds(membership: Membership) -> dict[str, str]:
    return {
        "role": membership.role.code,
        "organisation": membership.organisation.code if membership.organisation else "",
        "territory": membership.territory.code if membership.territory else "",
        "topic": membership.topic.code if membership.topic else "",
    }


@command
def sign_up(identity: Identity, *, now: datetime) -> SocialAccount:
    """Make a person of an account in another system, when it leads to nobody yet."""
    person = _new_person(identity.provider, now)
    return _link(person, identity, now)


@command
def link_identity(person: Person, identity: Identity, *, now: datetime) -> SocialAccount:
    """Let an account in another system lead to this person too. Raises Refused for another's."""
    uid = identity_print(identity.issuer, identity.subject)
    known = SocialAccount.objects.filter(provider=identity.provider, uid=uid).first()
    check_link(owner=known.user_id if known else None, person=person.pk)
    if known is not None:
        note_identity(person, identity, now=now)
        return known
    _about(events.IdentityLinked, person, now, provider=identity.provider)
    return _link(person, identity, now)


def _link(person: Person, identity: Identity, now: datetime) -> SocialAccount:
    uid = identity_print(identity.issuer, identity.subject)
    made = SocialAccount.objects.create(user=person, provider=identity.provider, uid=uid)
    note_identity(person, identity, now=now)
    return made


@command
def note_identity(person: Person, identity: Identity, *, now: datetime) -> None:
    """Write down what another system told of a person as they came through it.

    Who attests a level is believed about names too; any other fills in only what is empty.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    for column in ("last_name", "first_name", "patronymic"):
        if getattr(identity, column) and (identity.level or not getattr(person, column)):
            setattr(person, column, getattr(identity, column)[:150])
    if identity.phone and not person.phone:
        person.phone = phone_of(identity.phone) or ""
    if identity.email_proven and not person.email and _free(identity.email):
        person.email = identity.email.lower()
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    if identity.level:
        Attested.objects.update_or_create(
            person=person,
            defaults={
                "region": region(), "provider": identity.provider, "level": identity.level,
                "birth_date": identity.birth_date, "gender": identity.gender,
                "registration": identity.registration, "residence": identity.residence,
                "organisations": {"list": identity.organisations}, "at": now,
            },
        )  # fmt: skip
    person.save()
    _settle_level(person, now)


@command
def unlink_identity(person: Person, account_id: int, *, now: datetime) -> None:
    """Take a way in off a person, with what it attested. Raises Refused for the only one."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    account = SocialAccount.objects.get(pk=account_id, user=person)
    check_unlink(left=ways_in(person) - 1)
    account.delete()
    Attested.objects.filter(person=person, provider=account.provider).delete()
    _about(events.IdentityUnlinked, person, now, provider=account.provider)
    _settle_level(person, now)


@command
def enter_by_phone(phone: str, *, now: datetime) -> Person:
    """Return the person whose proven phone this is; somebody new for a new one."""
    known = ProvenPhone.objects.filter(region=region(), phone_print=phone_print(phone))
    found = known.select_related("person").first()
    if found is not None:
        return found.person
    person = _new_person(PHONE, now)
    prove_phone(person, phone, now=now)
    return person


@command
def prove_phone(person: Person, phone: str, *, now: datetime) -> None:
    """Take a phone as proven by its code. Raises Refused if it leads to another person."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    print_ = phone_print(phone)
    known = ProvenPhone.objects.filter(region=region(), phone_print=print_).first()
    check_link(owner=known.person_id if known else None, person=person.pk)
    ProvenPhone.objects.update_or_create(
        person=person,
        defaults={"region": region(), "phone": phone, "phone_print": print_, "at": now},
    )
    person.phone = phone
    person.save()
    _about(events.IdentityLinked, person, now, provider=PHONE)
    if person.level == Person.Level.NONE:
        _settle_level(person, now)


def _new_person(provider: str, now: datetime) -> Person:
    person = Person.objects.create_user("", None, region=region())
    _about(events.PersonJoined, person, now, provider=provider)
    return person


def _free(email: str) -> bool:
    """Tell whether nobody has this address, proven or not."""
    return bool(_EMAIL.fullmatch(email)) and not (
        Person.objects.filter(email__iexact=email).exists()
        or EmailAddress.objects.filter(email__iexact=email).exists()
    )


def _about(kind: type[Fact], person: Person, now: datetime, **more: Any) -> None:
    record(kind(region=region().pk, subject=person.ref, actor=person.ref, at=now, **more))


def _settle_level(person: Person, now: datetime) -> None:
    attested = Attested.objects.filter(person=person).first()
    level = level_after(
        attested=attested.level if attested else "",
        phone=ProvenPhone.objects.filter(person=person).exists(),
    )
    if level != person.level:
        person.level = level
        person.save(update_fields=["level"])
        _about(events.LevelChanged, person, now, level=level)


@command
def use_key(key: ApiKey, *, now: datetime) -> bool:
    """Count one use of a key; False when it was used as often this minute as it may be.

    A key without a limit is not counted: its uses would wait for each other. Nor does a count wait
    for the disk: a crash may forget the uses of a minute.
    """
    if not key.per_minute:
        return True
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(
            "INSERT INTO accounts_keyuse AS was (region_id, key_id, minute, times)"
            " VALUES (%s, %s, %s, 1) ON CONFLICT (key_id) DO UPDATE SET minute = EXCLUDED.minute,"
            " times = CASE WHEN was.minute = EXCLUDED.minute THEN was.times + 1 ELSE 1 END"
            " RETURNING times",
            [key.region_id, key.pk, minute],
        )
        return bool(cursor.fetchone()[0] <= key.per_minute)
