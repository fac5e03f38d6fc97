"""The verbs of handing over: try once, send again, write a number down, take news back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otklik.flow.cases.commands import keep_note, locked, tell
from otklik.flow.cases.rules import Refused
from otklik.flow.channels.base import Outcome, Sent
from otklik.flow.channels.peers import events, jobs, outbound, queries, rules
from otklik.flow.channels.peers.models import Forward, Peer, Piece
from otklik.flow.channels.ways import clockwork as ways
from otklik.ground.kit import http
from otklik.journal.writing import command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from otklik.flow.channels.peers.outbound import Answer
    from otklik.ground.accounts.models import Official

SYSTEM = "system"
State = Forward.State
OPEN = (State.REFUSED, State.UNSURE)


def deliver(forward_id: int, *, now: datetime) -> Forward | None:
    """Try a waiting case once; None if it is not its time, its door is shut or another tries."""
    forward = _claim(forward_id, now=now)
    if forward is None:
        return None
    body, _shared = queries.body_of(forward.peer, forward.case)
    answer = outbound.hand_over(forward.peer, body, str(forward.key))
    return _note(forward.pk, answer, now=now)


@command
def _claim(forward_id: int, *, now: datetime) -> Forward | None:
    waiting = Forward.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = waiting.select_related("peer", *(f"case__{each}" for each in queries.RELATED))
    forward = found.filter(pk=forward_id, state=State.QUEUED, next_at__lte=now).first()
    if forward is None or not forward.peer.active:
        return None
    later = ways.shut_until(forward.peer.way, now)
    if later is not None:
        forward.next_at = later
        forward.save(update_fields=["next_at"])
        return None
    if forward.trying and not forward.peer.remembers:  # the last try died: who knows what came
        _stop(forward, State.UNSURE, "попытка оборвалась", now)
        return None
    if why := queries.refusal(forward.peer, forward.case):
        _stop(forward, State.REFUSED, why, now)
        return None
    forward.tries, forward.trying, forward.next_at = forward.tries + 1, True, now + rules.CLAIM
    forward.shared = queries.body_of(forward.peer, forward.case)[1]
    forward.save(update_fields=["tries", "trying", "next_at", "shared"])
    return forward


def _stop(forward: Forward, state: State, note: str, now: datetime) -> None:
    """Let a person decide what is next."""
    forward.state, forward.trying = state, False
    forward.note, forward.changed_at = note[:300], now
    forward.save()
    tell(locked(forward.case.number), events.ForwardRefused, SYSTEM, now, forward=forward.pk)


@command
def _note(forward_id: int, answer: Answer, *, now: datetime) -> Forward:
    """Write down what became of a try."""
    forward = _held(forward_id)
    ended = _ended(forward, answer, now)
    if answer.outcome == Outcome.DELIVERED:
        _taken(forward, answer, now)
    elif ended is not None:
        _stop(forward, ended, answer.note, now)
    else:
        forward.next_at, forward.trying = now + rules.wait(forward.tries), False
        forward.note, forward.changed_at = answer.note[:300], now
        forward.save()
    ways.note(forward.peer.way, Sent(answer.outcome, note=answer.note[:300], shut=answer.shut), now)
    return forward


def _ended(forward: Forward, answer: Answer, now: datetime) -> State | None:
    """Return how a try that took nothing ended the matter for machines; None to try again."""
    if answer.outcome == Outcome.REFUSED or now - forward.created_at > rules.GIVEN_UP:
        return State.REFUSED
    return None if answer.sure or forward.peer.remembers else State.UNSURE


def _taken(forward: Forward, answer: Answer, now: datetime, by: str = "") -> None:
    forward.state, forward.trying, forward.note = State.TAKEN, False, ""
    forward.number, forward.token = answer.number, answer.token
    forward.taken_at = forward.changed_at = now
    forward.save()
    case, by = locked(forward.case.number), by or f"peer:{forward.peer_id}"
    keep_note(case, "forwarded", _receipt(forward, case.report.language), by, now, to_author=True)
    tell(case, events.CaseForwarded, by, now, forward=forward.pk)


def _receipt(forward: Forward, language: str) -> str:
    """Return where a case went, its number there and what was told of its author."""
    told = rules.shared_in_words(forward.shared, language)
    number = f", № {forward.number}" if forward.number else ""
    passed = "Passed on" if language == "en" else "Передано"
    return f"{forward.peer.title}{number}. {passed}: {told}."


def _held(forward_id: int) -> Forward:
    found = Forward.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("peer", "case__report").get(pk=forward_id)


@command
def send_again(forward_id: int, *, by: Official, now: datetime) -> Forward:
    """Queue anew what was refused or is not known to have come."""
    forward = _held(forward_id)
    _still_open(forward)
    forward.state, forward.tries, forward.trying = State.QUEUED, 0, False
    forward.next_at = forward.created_at = forward.changed_at = now
    forward.save()
    jobs.deliver.defer(forward_id=forward.pk)
    tell(locked(forward.case.number), events.ForwardRequeued, by.ref, now, forward=forward.pk)
    return forward


@command
def write_number(forward_id: int, number: str, *, by: Official, now: datetime) -> Forward:
    """Write down the number under which a peer did take a case: somebody asked there."""
    forward, said = _held(forward_id), number.strip()
    _still_open(forward)
    if not 0 < len(said) <= 80:  # noqa: PLR2004  (the column's own bound)
        raise Refused("no_number", "Напишите номер, под которым сообщение приняли",
                      "Write the number under which it was taken")  # fmt: skip
    _taken(forward, outbound.Answer(Outcome.DELIVERED, number=said), now, by.ref)
    return forward


def _still_open(forward: Forward) -> None:
    if forward.state not in OPEN:
        raise Refused("not_refused", "Это сообщение уже передано или передаётся",
                      "It was handed over or is on its way")  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What one look at a peer brought: how requests stand, and the news of them."""

    states: Mapping[str, rules.State]
    updates: Mapping[str, list[rules.Update]]


def ask(peer_id: int, *, now: datetime) -> int:
    """Ask a peer what became of all it took; return of how many cases there is something new."""
    peer = _claim_peer(peer_id, now=now)
    if peer is None:
        return 0
    brought = 0
    try:
        _redeem(peer, now)
        for batch, after in _batches(peer, now):
            looked = _look(peer, batch, after, now)
            brought += sum(take_news(each.pk, looked, now=now) for each in batch)
    except http.HTTPError as error:
        note = str(error) if isinstance(error, outbound.DeafError) else http.told(error)
        ways.note(peer.way, Sent(Outcome.RETRY, note=note, shut=True), now)
        return brought
    ways.note(peer.way, Sent(Outcome.DELIVERED), now)
    _asked(peer_id, now=now)
    return brought


@command
def _claim_peer(peer_id: int, *, now: datetime) -> Peer | None:
    """Take a peer to ask; None if it is not its time or its door is shut."""
    ready = Peer.objects.select_for_update(skip_locked=True, no_key=True)
    peer = ready.filter(pk=peer_id, active=True).exclude(next_at__gt=now).first()
    if peer is None or ways.shut_until(peer.way, now) is not None:
        return None
    peer.next_at = now + max(rules.CLAIM, peer.every * rules.MINUTE)
    Peer.objects.filter(pk=peer.pk).update(next_at=peer.next_at)
    return peer


@command
def _asked(peer_id: int, *, now: datetime) -> None:
    Peer.objects.filter(pk=peer_id).update(asked_at=now)


def _redeem(peer: Peer, now: datetime) -> None:
    """Ask for the numbers of what was taken for a receipt."""
    for forward in queries.followed(peer, now).filter(number="").exclude(token=""):
        number = outbound.number_by(peer, forward.token)
        if number:
            _number(forward.pk, number, now=now)


@command
def _number(forward_id: int, number: str, *, now: datetime) -> None:
    Forward.objects.filter(pk=forward_id, number="").update(number=number, changed_at=now)


def _batches(peer: Peer, now: datetime) -> list[tuple[list[Forward], datetime | None]]:
    """Return what to ask about: of what was never seen all, of the rest what changed."""
    found = [*queries.followed(peer, now).exclude(number="").order_by("pk")]
    unseen = [each for each in found if not each.status]
    seen = [each for each in found if each.status]
    after = peer.asked_at - rules.OVERLAP if peer.asked_at else None
    return [
        (group[start : start + rules.AT_ONCE], when)
        for group, when in ((unseen, None), (seen, after))
        for start in range(0, len(group), rules.AT_ONCE)
    ]


def _look(peer: Peer, batch: Sequence[Forward], after: datetime | None, now: datetime) -> Look:
    numbers = [each.number for each in batch]
    first = min((each.taken_at or now for each in batch), default=now)
    since = rules.since(peer.asked_at if after else None, first, now)
    return Look(outbound.states(peer, numbers, after), outbound.updates(peer, numbers, since, now))


@command
def take_news(forward_id: int, looked: Look, *, now: datetime) -> bool:
    """Write what is new of one case into its history, once; False if nothing is."""
    forward = _held(forward_id)
    known = set(forward.pieces.values_list("number", flat=True))
    kept = rules.State(forward.status, forward.status_notes)
    fresh = rules.news(
        known, kept, looked.states.get(forward.number), looked.updates.get(forward.number, [])
    )
    if not fresh.told and fresh.state == kept:
        return False
    forward.status, forward.status_notes = fresh.state.status, fresh.state.notes
    closed = fresh.state.status.lower() in rules.CLOSED
    forward.ended_at = (forward.ended_at or now) if closed else None
    forward.changed_at = now
    forward.save()
    if fresh.told:
        _tell_news(forward, fresh, now)
    return fresh.told


def _tell_news(forward: Forward, fresh: rules.News, now: datetime) -> None:
    case, by = locked(forward.case.number), f"peer:{forward.peer_id}"
    language = case.report.language
    lines = [(each.status, each.text) for each in fresh.updates] or [
        (fresh.state.status, fresh.state.notes)
    ]
    said = [
        ". ".join(filter(None, [rules.in_words(status, language), text])) for status, text in lines
    ]
    text = "\n\n".join([f"{forward.peer.title}: {said[0]}", *said[1:]])
    keep_note(case, "peer_news", text, by, now, to_author=True)
    Piece.objects.bulk_create(
        Piece(
            region=forward.region, forward=forward, number=each.number, status=each.status, at=now
        )
        for each in fresh.updates
    )
    tell(case, events.CaseNewsBrought, by, now, forward=forward.pk, said=lines[-1][0])
