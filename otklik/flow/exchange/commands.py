"""The verbs of the exchange: try a letter, send it again, take what another system says."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.utils.timezone import make_aware

from otklik.flow.appeals import paper
from otklik.flow.appeals.models import Paper
from otklik.flow.cases.commands import locked, tell
from otklik.flow.cases.rules import Refused
from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.exchange import events, jobs, rules
from otklik.flow.exchange.models import Arrival, Letter
from otklik.flow.exchange.outbound import send
from otklik.flow.exchange.queries import appeal_for, body_of, hears_of, line_of
from otklik.journal.writing import command

if TYPE_CHECKING:
    from otklik.flow.cases.models import Case
    from otklik.flow.exchange.models import System
    from otklik.flow.exchange.rules import Said
    from otklik.ground.accounts.models import Official

SYSTEM = "system"


def deliver(letter_id: int, *, now: datetime) -> Letter | None:
    """Try a waiting letter once; None if it is not its time or another is trying."""
    letter = _claim(letter_id, now=now)
    if letter is None:
        return None
    if hears_of(letter.system, letter.case):
        sent = send(letter.system, body_of(letter), now)
    else:  # switched off, or the appeal was closed to it since
        sent = Sent(Outcome.REFUSED, note="обращение закрыто для этой системы")
    return _note(letter.pk, sent, now=now)


@command
def _claim(letter_id: int, *, now: datetime) -> Letter | None:
    waiting = Letter.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    related = (
        "system__organisation",
        "case__report",
        "case__region",
        "case__topic",
        "case__organisation",
    )
    letter = waiting.select_related(*related).filter(
        pk=letter_id, state="queued", next_at__lte=now
    ).first()  # fmt: skip
    if letter is None or _behind(letter):
        return None
    letter.tries += 1
    letter.next_at = now + rules.CLAIM
    letter.save(update_fields=["tries", "next_at"])
    return letter


def _behind(letter: Letter) -> bool:
    """Tell whether an earlier letter of the same appeal still waits: news come in order."""
    before = Letter.objects.filter(system=letter.system_id, case=letter.case_id, state="queued")
    return before.filter(pk__lt=letter.pk).exists()


@command
def _note(letter_id: int, sent: Sent, *, now: datetime) -> Letter:
    letter = Letter.objects.select_for_update(no_key=True, of=("self",)).get(pk=letter_id)
    letter.note, letter.changed_at = sent.note[:300], now
    outcome = sent.outcome
    if outcome == Outcome.RETRY and now - letter.created_at > rules.GIVEN_UP:
        outcome = Outcome.REFUSED
    if outcome == Outcome.RETRY:
        letter.next_at = now + rules.wait(letter.tries)
        jobs.deliver.configure(schedule_at=letter.next_at).defer(letter_id=letter.pk)
    else:
        done = outcome == Outcome.DELIVERED
        letter.state = Letter.State.DELIVERED if done else Letter.State.REFUSED
        fact = events.LetterDelivered if done else events.LetterRefused
        case = locked(letter.case.number)
        tell(case, fact, SYSTEM, now, letter=letter.pk, about=letter.event, tries=letter.tries)
    letter.save()
    return letter


@command
def send_again(letter_id: int, *, by: Official, now: datetime) -> Letter:
    """Queue a refused letter anew."""
    letter = Letter.objects.select_for_update(no_key=True, of=("self",)).get(pk=letter_id)
    if letter.state != Letter.State.REFUSED:
        raise Refused("not_refused", "Это письмо и так отправляется", "It is being sent anyway")
    letter.state, letter.next_at, letter.tries = Letter.State.QUEUED, now, 0
    letter.created_at = letter.changed_at = now
    letter.save()
    jobs.deliver.defer(letter_id=letter.pk)
    tell(locked(letter.case.number), events.LetterRequeued, by.ref, now, letter=letter.pk)
    return letter


@command
def take(said: Said, *, system: System | None, now: datetime) -> tuple[Arrival, bool]:
    """Take what a system says of an appeal; said again, it changes nothing."""
    case = locked(appeal_for(system, said.appeal).number)
    known = Arrival.objects.filter(region=case.region, system=system, key=said.key).first()
    if known is not None:
        return known, False
    if said.external_number:
        _number(case, said)
    kept = _keep(case, said, now)
    made = Arrival.objects.create(
        region=case.region, system=system, key=said.key, case=case, paper=kept, at=now,
        external_number=said.external_number,
    )  # fmt: skip
    tell(
        case, events.AnsweredBySystem, SYSTEM, now,
        arrival=made.pk, external=said.external_number, paper=kept.pk if kept else None,
    )  # fmt: skip
    return made, True


def _number(case: Case, said: Said) -> None:
    line = line_of(case)
    if line is None:
        raise Refused(
            "not_registered", "Обращение ещё не зарегистрировано", "The appeal is not registered"
        )
    line.external_number = said.external_number
    if said.external_day:
        line.external_at = make_aware(datetime.combine(said.external_day, time(12)))
    line.save(update_fields=["external_number", "external_at"])


def _keep(case: Case, said: Said, now: datetime) -> Paper | None:
    if said.document is None:
        return None
    path, digest = paper.keep(said.document.content, said.document.name.rsplit(".", 1)[1].lower())
    return Paper.objects.create(
        region=case.region, case=case, kind=Paper.Kind.INCOMING, name=said.document.name,
        mime=said.document.mime, path=path, sha256=digest, at=now,
    )  # fmt: skip
