"""The verbs of incoming mail: look into a mailbox, land a reply, invite."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from otklik.flow.cases.commands import clarify_case, locked, tell
from otklik.flow.cases.models import Note
from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.chats.rules import filled, wait
from otklik.flow.channels.email.outbound import Letter, send
from otklik.flow.channels.mailbox import jobs, queries, rules
from otklik.flow.channels.mailbox.events import LetterInvited, LetterLanded
from otklik.flow.channels.mailbox.inbound import IMAPError, opened
from otklik.flow.channels.mailbox.models import Incoming, Mailbox
from otklik.flow.channels.ways import clockwork
from otklik.flow.correspondence.commands import write_back
from otklik.flow.correspondence.queries import may_write_back
from otklik.flow.intake.commands import add_files
from otklik.flow.intake.files import examine_all
from otklik.flow.intake.queries import limits
from otklik.ground.kit.sealing import email_print
from otklik.ground.kit.text import clean
from otklik.ground.territories.queries import region
from otklik.ground.topics.queries import directory
from otklik.journal.writing import command, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from otklik.flow.cases.models import Case
    from otklik.flow.channels.mailbox.rules import Arrived
    from otklik.flow.intake.files import Upload

logger = logging.getLogger(__name__)
SYSTEM, ANONYMOUS = "system", "anonymous"
OLD = timedelta(days=3)


def look(mailbox: Mailbox, *, now: Callable[[], datetime]) -> int:
    """Take all unread letters of a mailbox; a letter is marked as read once it was taken."""
    code, taken = f"mailbox:{mailbox.pk}", 0
    if clockwork.shut_until(code, now()) is not None:
        return 0
    try:
        with opened(mailbox) as box:
            for uid in box.unseen():
                take_letter(mailbox, box.letter(uid), now=now())
                box.done(uid)
                taken += 1
    except IMAPError as error:
        note = f"{type(error).__name__} {error}"[:300]
        clockwork.note(code, Sent(Outcome.RETRY, note=note, shut=True), now())
        logger.warning("the mailbox %s does not answer: %s", mailbox.pk, type(error).__name__)
        return taken
    clockwork.note(code, Sent(Outcome.DELIVERED), now())
    return taken


@command
def take_letter(mailbox: Mailbox, letter: Arrived, *, now: datetime) -> Incoming:
    """Take one letter, once: a reply lands in its case, a machine is not answered, others are.

    Since 30.03.2025 mail is no channel for appeals: its author cannot be identified by it.
    """
    known = Incoming.objects.filter(mailbox=mailbox, key=letter.key).first()
    if known is not None:
        return known
    row = Incoming(region=mailbox.region, mailbox=mailbox, key=letter.key, at=now)
    own = letter.sender.partition("@")[2] == mailbox.address.partition("@")[2].lower() and (
        letter.sender.partition("+")[0] == mailbox.address.lower().partition("@")[0]
        or letter.sender == mailbox.address.lower()
    )
    if letter.automatic or own:
        row.kind = Incoming.Kind.AUTOMATIC
        row.save()
        return row
    case = queries.case_of(letter, mailbox)
    if case is not None and _words(letter, case):
        row.kind, row.case = Incoming.Kind.LANDED, case
        row.save()
        _land(case, letter, row, now)
        return row
    return _invite(row, letter.sender, now)


def _words(letter: Arrived, case: Case) -> str:  # noqa: ARG001
    text = clean(rules.own_words(letter.text))
    return text or ("(без слов, с файлами)" if letter.files else "")


def _land(case: Case, letter: Arrived, row: Incoming, now: datetime) -> None:
    """Put a reply into its case: as the answer to our question, or as a word of the author's."""
    text, uploads = _words(letter, case), _uploads(letter)
    case = locked(case.number)
    if case.status == "clarification":
        clarify_case(case.number, text=text, files=uploads, by=ANONYMOUS, now=now)
    elif may_write_back(case, text):
        write_back(case.number, text=text, files=uploads, by=ANONYMOUS, now=now)
    else:
        Note.objects.create(
            region=case.region, case=case, kind="letter", text=text, to_author=True, by=ANONYMOUS,
            at=now,
        )  # fmt: skip
        if uploads:
            add_files(case.report, uploads, by=ANONYMOUS, now=now)
    tell(locked(case.number), LetterLanded, ANONYMOUS, now, letter=row.pk)


def _uploads(letter: Arrived) -> Sequence[Upload]:
    """Return the files that may be kept; a signature's picture or a program is left out."""
    bound, room = limits(), limits().files
    found: list[Upload] = []
    for name, content in letter.files:
        upload = SimpleUploadedFile(name[-120:], content)
        kept, _ = examine_all([upload], bound)
        if kept and len(found) < room:
            found.append(upload)
    return found


def _invite(row: Incoming, sender: str, now: datetime) -> Incoming:
    since = now - rules.INVITED_ONCE_IN
    asked = Incoming.objects.filter(region=row.region, sender=email_print(sender), at__gt=since)
    row.address = sender
    if asked.filter(kind__in=["inviting", "invited", "refused"]).exists():
        row.kind, row.address = Incoming.Kind.REPEATED, ""
        row.save()
        return row
    row.kind, row.next_at = Incoming.Kind.INVITING, now
    row.save()
    record(
        LetterInvited(
            region=row.region_id, subject=f"letter:{row.pk}", actor=SYSTEM, at=now, letter=row.pk
        )
    )
    jobs.invite.defer(letter_id=row.pk)
    return row


def invite(letter_id: int, *, now: datetime) -> None:
    """Send an invitation once; what fails waits for the sweep, or for the mail to be back."""
    row = _claim(letter_id, now=now)
    if row is None:
        return
    until = clockwork.shut_until("email", now)
    if until is not None:
        Incoming.objects.filter(pk=row.pk).update(next_at=until, tries=F("tries") - 1)
        return
    line = directory("letter_texts").get("invitation")
    sent = Sent(Outcome.REFUSED)
    if line is not None:
        values = {"link": f"{settings.SITE_URL}/send/", "region": region().title_ru}
        sent = send(Letter(line.title_ru, f"{filled(line.hint_ru, values)}\n"), row.address)
        clockwork.note("email", sent, now)
    _note(row.pk, sent, now=now)


@command
def _claim(letter_id: int, *, now: datetime) -> Incoming | None:
    waiting = Incoming.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    row = waiting.filter(pk=letter_id, kind="inviting", next_at__lte=now).first()
    if row is not None:
        row.tries, row.next_at = row.tries + 1, now + timedelta(minutes=2)
        row.save(update_fields=["tries", "next_at"])
    return row


@command
def _note(letter_id: int, sent: Sent, *, now: datetime) -> None:
    row = Incoming.objects.select_for_update(no_key=True, of=("self",)).get(pk=letter_id)
    if sent.outcome == Outcome.RETRY and now - row.at < OLD:
        row.next_at = now + wait(row.tries)
        row.save(update_fields=["next_at"])
        return
    done = sent.outcome == Outcome.DELIVERED
    # the sender's print stays for the day in which they are not invited again
    Incoming.objects.filter(pk=row.pk).update(
        kind=Incoming.Kind.INVITED if done else Incoming.Kind.REFUSED, address="", next_at=None
    )
