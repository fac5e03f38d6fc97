"""Reading messages: an author by login, or by number and secret; nobody else by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db.models import Q

from otklik.flow.intake import rules
from otklik.flow.intake.models import Attachment, Report, stems
from otklik.ground.kit import signing
from otklik.ground.kit.sealing import email_print, phone_print, word_prints
from otklik.ground.kit.text import words
from otklik.ground.territories.queries import region, set_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from otklik.ground.accounts.models import Person

WHOLE_PHONE = 10
"""Digits from which words to search for may be a phone."""


def limits() -> rules.Limits:
    """Return what may be sent, as the administrator set it."""
    return set_by("limits", rules.Limits)


def report_for(person: Person, number: str) -> Report:
    """Return a person's own message; Report.DoesNotExist for any other."""
    return Report.objects.select_related("region").get(
        region=region(), author=person, number=rules.spoken_number(number) or ""
    )


def report_by_secret(number: str, secret: str) -> Report:
    """Return a message by number and secret; Report.DoesNotExist if they do not fit."""
    known = rules.spoken_number(number) or ""
    if not signing.derived(known, "tracking", secret):
        raise Report.DoesNotExist
    return Report.objects.select_related("region").get(region=region(), number=known)


def reports_of(person: Person) -> QuerySet[Report]:
    """Return a person's own messages, newest first."""
    found = Report.objects.filter(region=region(), author=person)
    related = (
        "case__topic__category", "case__organisation", "case__territory", "case__merged_into",
    )  # fmt: skip
    light = found.select_related(*related).defer(
        "case__territory__polygon", "case__topic__phrases", "case__topic__synonyms",
        "case__topic__category__phrases", "case__topic__category__synonyms",
    )  # fmt: skip
    return light.order_by("-received_at")


def reports_by_phone(phone: str) -> QuerySet[Report]:
    """Return the messages with this phone, or of a person with it, newest first.

    For those who may see personal data; whom a case is shown is for the caller to ask.
    """
    print_ = phone_print(phone)
    if not print_:
        return Report.objects.none()
    by = Q(phone_print=print_) | Q(author__phone_print=print_)
    return Report.objects.filter(by, region=region()).order_by("-received_at")


def saying(text: str) -> QuerySet[Report]:
    """Return the messages in whose texts all these words stand, in any form, or begin a word."""
    asked = " & ".join(f"{word}:*" for word in words(text))
    if not asked:
        return Report.objects.none()
    query = SearchQuery(asked, config="russian", search_type="raw")
    return Report.objects.filter(SearchVectorExact(stems("text"), query), region=region())


def found_by(text: str) -> Q:
    """Return what finds a message by its author's phone or e-mail, or by words of its address."""
    if "@" in text:
        return Q(report__email_print=email_print(text))
    prints = word_prints(text)  # said to be some, as the index of those that have any asks
    some = Q(report__address_prints__contains=prints) & ~Q(report__address_prints=[])
    by = some if prints else Q(pk=None)
    digits = sum(map(str.isdigit, text))
    return by | Q(report__phone_print=phone_print(text)) if digits >= WHOLE_PHONE else by


def attachment(token: str) -> Attachment:
    """Return a file by its unguessable token; whether it may be seen is for the caller to ask."""
    return Attachment.objects.select_related("report").get(report__region=region(), token=token)


def photo_of(report: Report, token: str) -> Attachment:
    """Return a file of a message; Attachment.DoesNotExist for another's."""
    return Attachment.objects.select_related("report").get(report=report, token=token)


def boxes_of(attachment: Attachment) -> tuple[rules.Box, ...]:
    """Return the parts of a picture that are covered now."""
    last = attachment.coverings.last()
    return tuple(rules.Box(*each) for each in last.boxes) if last else ()


def report_of_session(number: str, proved: list[str]) -> Report:
    """Return a message whose secret this browser proved to know; Report.DoesNotExist otherwise."""
    known = rules.spoken_number(number) or ""
    if known not in proved:
        raise Report.DoesNotExist
    return Report.objects.select_related("region").get(region=region(), number=known)


def unclaimed(numbers: Iterable[str]) -> list[Report]:
    """Return those of these messages that are nobody's yet, newest first."""
    found = Report.objects.filter(region=region(), number__in=list(numbers), author=None)
    return list(found.order_by("-received_at"))


def report_just_received(number: str, channel: str) -> Report:
    """Return a message on a public topic that triage has not reached; else Report.DoesNotExist."""
    found = Report.objects.select_related("topic_hint").filter(
        case=None, channel=channel, withdrawn_at=None, wants_public=True, topic_hint__public=True,
        topic_hint__closed=False,
    )  # fmt: skip
    return found.get(region=region(), number=rules.spoken_number(number) or "")
