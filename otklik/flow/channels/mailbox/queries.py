"""Reading mailboxes; where a reply to a letter of ours goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otklik.flow.cases.models import Case
from otklik.flow.channels.mailbox import rules
from otklik.flow.channels.mailbox.models import Incoming, Mailbox
from otklik.flow.intake.rules import spoken_number
from otklik.ground.kit import signing
from otklik.ground.kit.memo import remembered
from otklik.ground.kit.sealing import email_print
from otklik.ground.territories.queries import region

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.flow.channels.mailbox.rules import Arrived

SALT = "mail"


@remembered(10)
def mailboxes() -> list[Mailbox]:
    """Return the mailboxes that are looked into."""
    return list(Mailbox.objects.filter(region=region(), active=True).order_by("pk"))


def reply_address(number: str) -> str:
    """Return the address that a reply about a message comes to; nothing without a mailbox."""
    boxes = mailboxes()
    if not boxes or not number:
        return ""
    return rules.signed_address(boxes[0].address, number, signing.derive(number, SALT))


def case_of(letter: Arrived, mailbox: Mailbox) -> Case | None:
    """Return the case that a letter is a reply about, or None.

    By the signed address it came to; else by the number in its subject, if the sender's address is
    the one that the author left: a number alone proves nothing.
    """
    signed = rules.signed_in(letter.to, mailbox.address)
    if signed and signing.derived(signed[0], SALT, signed[1]):
        return Case.objects.filter(region=region(), number=signed[0]).first()
    number = spoken_number(rules.number_in(letter.subject))
    if not number or not letter.sender:
        return None
    return Case.objects.filter(
        region=region(), number=number, report__email_print=email_print(letter.sender)
    ).first()


def due_invitations(now: datetime, count: int) -> list[int]:
    """Return the ids of invitations that should have been tried by now."""
    found = Incoming.objects.filter(region=region(), kind="inviting", next_at__lte=now)
    return list(found.order_by("next_at").values_list("pk", flat=True)[:count])


def inviting() -> int:
    """Return how many invitations wait."""
    return Incoming.objects.filter(region=region(), kind="inviting").count()
