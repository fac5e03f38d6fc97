"""The verbs of a vote. UNIQUE and row locks decide who has voted, never a look before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction

from otklik.ground.accounts.rules import Refused
from otklik.ground.territories.queries import territories
from otklik.journal.writing import command, record
from otklik.participation.ballots import blind, chain, counting, events, package, queries, rules
from otklik.participation.ballots.models import (
    Ballot,
    BoardEntry,
    Checkpoint,
    OpenBallot,
    Publication,
    RegisterEntry,
    Vote,
    VoteKey,
    VoteOption,
)
from otklik.participation.projects import commands as projects
from otklik.participation.projects import rules as phases
from otklik.participation.projects.queries import admitted
from otklik.participation.projects.rules import Circle

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Official, Person
    from otklik.participation.projects.models import Audience, Project

FORMAT = 1


@dataclass(frozen=True)
class Option:
    """One thing to choose, as its organiser writes it."""

    label: str
    about: str = ""
    cost: int = 0


@dataclass(frozen=True)
class Draft:
    """What an organiser says of a vote; without a project one is started with the same title."""

    question: str
    method: str
    secrecy: str
    opens_at: datetime
    closes_at: datetime
    options: tuple[Option, ...]
    project: Project | None = None
    about: str = ""
    counting: str = ""
    max_choices: int = 1
    max_score: int = 5
    seats: int = 1
    budget: int = 0
    quorum: int = 0
    threshold: int = 0
    circle: Circle = field(default_factory=Circle)


PLAIN = ("about", "method", "secrecy", "counting", "max_choices", "max_score", "seats", "budget",
         "quorum", "threshold")  # fmt: skip


def locked(vote_id: int) -> Vote:
    """Return a vote with its row locked: whatever changes its ballots stands in one line."""
    found = Vote.objects.select_related("phase__project", "phase__audience")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=vote_id)


def tell(
    vote: Vote, fact: type[events.VoteFact], by: str, now: datetime, **more: Any
) -> None:  # fmt: skip
    """Record a fact about a vote."""
    record(
        fact(
            region=vote.region_id, subject=vote.ref, actor=by, at=now, vote=vote.pk,
            secrecy=vote.secrecy, **more,
        )
    )  # fmt: skip


@command
def draft_vote(draft: Draft, *, by: Official, now: datetime) -> Vote:
    """Write a vote; nobody outside sees it until it is announced."""
    if not draft.question.strip():
        raise Refused("no_question", "Напишите вопрос", "Write the question")
    project = draft.project or projects.start_project(title=draft.question, by=by, now=now)
    phase = projects.plan_phase(
        project, kind="budget" if draft.method == "budget" else "vote", opens_at=draft.opens_at,
        closes_at=draft.closes_at, circle=draft.circle,
    )  # fmt: skip
    vote = projects.under_free_slug(
        draft.question,
        lambda slug: Vote.objects.create(
            region=by.region, phase=phase, slug=slug, question=draft.question.strip()[:300],
            made_by=by, made_at=now, **{name: getattr(draft, name) for name in PLAIN},
        ),
    )  # fmt: skip
    VoteOption.objects.bulk_create(
        VoteOption(
            region=by.region, vote=vote, key=f"v{place}", label=each.label.strip()[:200],
            about=each.about, cost=each.cost, position=place,
        )
        for place, each in enumerate(draft.options, start=1)
    )  # fmt: skip
    tell(vote, events.VoteDrafted, by.ref, now)
    return vote


@command
def drop_draft(vote_id: int, *, by: Official, now: datetime) -> None:
    """Throw a draft away; an announced vote stays for ever."""
    vote = locked(vote_id)
    if vote.status != Vote.Status.DRAFT:
        raise Refused("announced", "Объявленное голосование не удаляют",
                      "An announced vote is never deleted")  # fmt: skip
    phase = vote.phase
    tell(vote, events.VoteDropped, by.ref, now)
    vote.delete()
    phase.delete()


@command
def announce_vote(vote_id: int, *, by: Official, now: datetime) -> Vote:
    """Publish a vote's terms and their hash, with keys made for it alone; nothing changes after."""
    vote = locked(vote_id)
    if vote.status != Vote.Status.DRAFT:
        return vote
    for said, holds in queries.check_list(vote, now):
        if not holds:
            raise Refused("not_ready", f"Не готово: {said}", f"Not ready: {said}")
    receipt = Ed25519PrivateKey.generate()
    token = blind.new_key() if vote.secrecy == Vote.Secrecy.BLIND else None
    VoteKey.objects.create(
        region=vote.region, vote=vote, receipt_secret=receipt.private_bytes_raw().hex(),
        token_secret=blind.private_text(token) if token else "",
    )  # fmt: skip
    vote.manifest = {
        **_terms(vote), "receipt_key": chain.public_of(receipt),
        "token_key": blind.public_text(token.public_key()) if token else "",
        "salt": secrets.token_hex(16),
    }  # fmt: skip
    vote.manifest_hash = chain.digest(vote.manifest)
    vote.status = Vote.Status.ANNOUNCED
    vote.save(update_fields=["manifest", "manifest_hash", "status"])
    projects.seal_phase(vote.phase, by=by, now=now)
    tell(vote, events.VoteAnnounced, by.ref, now, manifest=vote.manifest_hash)
    return vote


def _terms(vote: Vote) -> dict[str, Any]:
    phase, audience = vote.phase, vote.phase.audience
    return {
        "kind": "manifest", "format": FORMAT, "region": vote.region_id, "slug": vote.slug,
        "project": phase.project.title, "question": vote.question, "secrecy": vote.secrecy,
        "opens_at": phase.opens_at.isoformat(), "closes_at": phase.closes_at.isoformat(),
        "rules": {
            "method": vote.method, "counting": vote.counting, "max_choices": vote.max_choices,
            "max_score": vote.max_score, "seats": vote.seats, "budget": vote.budget,
            "quorum": vote.quorum, "threshold": vote.threshold, "lot": "sha256(head:key)",
        },
        "options": [
            {"key": each.key, "label": each.label, "cost": each.cost}
            for each in vote.options.all()
        ],
        "audience": {
            "min_age": audience.min_age, "territories": audience.territories,
            "min_level": audience.min_level, **_bounds(audience),
        },
        "places": {
            code: place.short_ru for code, place in sorted(territories().items())
        },
        "together": rules.TOGETHER, "cell": phases.CELL,
    }  # fmt: skip


def _bounds(audience: Audience) -> dict[str, Any]:
    """Return what else bounds a circle, where it does; a list is not published, its length is."""
    told = {
        "proven": audience.proven, "listed": audience.lines.count() if audience.listed else 0,
        "age_day": audience.age_day and audience.age_day.isoformat(),
        "registered_before": audience.registered_before
        and audience.registered_before.isoformat(),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


@command
def open_vote(vote_id: int, *, now: datetime) -> Vote:
    """Begin to take ballots when the announced time has come."""
    vote = locked(vote_id)
    if vote.status == Vote.Status.ANNOUNCED and vote.phase.opens_at <= now:
        vote.status = Vote.Status.OPEN
        vote.save(update_fields=["status"])
        tell(vote, events.VoteOpened, "system", now)
    return vote


@dataclass(frozen=True)
class Receipt:
    """What a voter keeps: a signed word that this ballot was taken."""

    record: dict[str, Any]
    signature: str
    choices: Any


def _running(vote_id: int, secrecy: str, now: datetime) -> Vote:
    vote = locked(vote_id)
    if vote.secrecy != secrecy:
        raise Refused("secrecy", "Это голосование идёт иначе", "This vote goes another way")
    if vote.status != Vote.Status.OPEN or now >= vote.phase.closes_at:
        raise Refused("not_open", "Голосование сейчас не идёт", "The vote is not open now")
    return vote


def _admit(vote: Vote, voter: Person, now: datetime, **more: str) -> tuple[RegisterEntry, bool]:
    """Write a person into the register, or return their line locked; the constraint decides."""
    known = admitted(vote.phase, voter)
    nonce = secrets.token_hex(32)
    try:
        with transaction.atomic():
            return RegisterEntry.objects.create(
                region=vote.region, vote=vote, voter=voter, stratum=known.territory, nonce=nonce,
                leaf=chain.leaf(vote.manifest_hash, nonce, voter.pk), issued_on=now.date(), **more,
            ), True  # fmt: skip
    except IntegrityError:
        line = RegisterEntry.objects.select_for_update(no_key=True)
        return line.get(vote=vote, voter=voter), False


def _receipt(vote: Vote, ballot: OpenBallot | Ballot) -> Receipt:
    seq, head = queries.last_head(vote)
    said = {
        "kind": "receipt", "vote": vote.manifest_hash, "commit": ballot.commit, "rev": ballot.rev,
        "seq": seq, "head": head,
    }  # fmt: skip
    return Receipt(said, chain.sign(_key(vote), said), ballot.choices)


def _key(vote: Vote) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vote.keys.receipt_secret))


@command
def cast_open(vote_id: int, *, voter: Person, choices: object, now: datetime) -> Receipt:
    """Take a named ballot; another one of the same person replaces it."""
    vote = _running(vote_id, "open", now)
    chosen = rules.checked(queries.contest_of(vote), choices)
    entry, _ = _admit(vote, voter, now)
    last = entry.ballots.order_by("-rev").first()
    if last is None or last.choices != chosen:
        rev, nonce = last.rev + 1 if last else 1, secrets.token_hex(32)
        last = OpenBallot.objects.create(
            region=vote.region, vote=vote, entry=entry, rev=rev, choices=chosen, nonce=nonce,
            commit=chain.digest(chain.core(vote.manifest_hash, entry.leaf, rev, chosen, nonce)),
        )  # fmt: skip
        _post(vote, now)
        tell(vote, events.BallotCast, voter.ref, now)
    return _receipt(vote, last)


@command
def cast_detached(
    vote_id: int, *, voter: Person | None, code: str, choices: object, now: datetime
) -> Receipt:
    """Take a ballot apart from its voter; whoever holds its code replaces it, unnamed.

    One transaction writes the register's line and the ballot. Nothing written joins the two.
    """
    vote = _running(vote_id, "detached", now)
    chosen = rules.checked(queries.contest_of(vote), choices)
    token = chain.detached_token(chain.secret_of(code), vote.manifest_hash)
    last = Ballot.objects.filter(vote=vote, token=token).order_by("-rev").first()
    if last is None:
        if voter is None:
            raise Refused("no_ballot", "Бюллетеня с таким кодом нет", "No ballot has this code")
        _, new = _admit(vote, voter, now)
        if not new:
            raise Refused(
                "voted", "Вы уже проголосовали. Изменить выбор можно по коду бюллетеня",
                "You have voted already. The code of your ballot lets you change your choice",
            )  # fmt: skip
    if last is None or last.choices != chosen:
        rev, nonce = last.rev + 1 if last else 1, secrets.token_hex(32)
        last = Ballot.objects.create(
            region=vote.region, vote=vote, token=token, rev=rev, choices=chosen, nonce=nonce,
            commit=chain.digest(chain.core(vote.manifest_hash, token, rev, chosen, nonce)),
        )  # fmt: skip
        _post(vote, now)
        tell(vote, events.BallotCast, "anonymous", now)
    return _receipt(vote, last)


@command
def issue_token(vote_id: int, *, voter: Person, blinded: bytes, now: datetime) -> bytes:
    """Sign a token unseen, one for each person; the same asked again is answered the same."""
    vote = _running(vote_id, "blind", now)
    asked = sha256(blinded).hexdigest()
    entry, new = _admit(vote, voter, now, blinded_hash=asked)
    if not new:
        if entry.blinded_hash != asked:
            raise Refused("issued", "Бюллетень вам уже выдан в другом браузере",
                          "A ballot was issued to you in another browser")  # fmt: skip
        return bytes.fromhex(entry.blind_signature)
    try:
        signature = blind.blind_sign(blind.private_key(vote.keys.token_secret), blinded)
    except blind.BlindError:
        raise Refused("malformed", "Запрос не читается", "The request cannot be read") from None
    entry.blind_signature = signature.hex()
    entry.save(update_fields=["blind_signature"])
    _stir(vote, RegisterEntry, waiting=True)
    tell(vote, events.BallotIssued, "anonymous", now)
    return signature


@command
def cast_blind(vote_id: int, *, said: dict[str, Any], now: datetime) -> Receipt:
    """Take a ballot from nobody in particular: its token is signed by us, itself by its token."""
    vote = _running(vote_id, "blind", now)
    chosen = rules.checked(queries.contest_of(vote), said.get("choices"))
    ballot = Ballot(
        region=vote.region, vote=vote, token=_hex(said, "token", 64), rev=_rev(said),
        choices=chosen, nonce=_hex(said, "nonce", 64), prefix=_hex(said, "prefix", 64),
        token_signature=_hex(said, "token_signature", blind.BITS // 4),
        signature=str(said.get("signature", "")),
    )  # fmt: skip
    core = chain.core(vote.manifest_hash, ballot.token, ballot.rev, chosen, ballot.nonce)
    ballot.commit = chain.digest(core)
    message = bytes.fromhex(ballot.prefix) + blind.token_message(vote.manifest_hash, ballot.token)
    public = blind.public_key(vote.manifest["token_key"])
    if not blind.verify(public, message, bytes.fromhex(ballot.token_signature)):
        raise Refused("token", "Жетон не подписан этим голосованием", "The token is not ours")
    if not chain.signed_by(ballot.token, core, ballot.signature):
        raise Refused("signature", "Подпись бюллетеня неверна", "The ballot's signature is wrong")
    last = Ballot.objects.filter(vote=vote, token=ballot.token).order_by("-rev").first()
    if last is not None and last.commit == ballot.commit:
        return _receipt(vote, last)
    if ballot.rev != (last.rev if last else 0) + 1:
        raise Refused("rev", "Бюллетень уже изменён: обновите страницу",
                      "The ballot was changed already: reload the page")  # fmt: skip
    ballot.save(force_insert=True)
    _post(vote, now)
    tell(vote, events.BallotCast, "anonymous", now)
    return _receipt(vote, ballot)


def _hex(said: dict[str, Any], name: str, digits: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) != digits or set(value) - set("0123456789abcdef"):
        raise Refused("malformed", "Бюллетень не читается", "The ballot cannot be read")
    return value


def _rev(said: dict[str, Any]) -> int:
    value = said.get("rev")
    if type(value) is not int or not 0 < value < 10_000:  # noqa: PLR2004
        raise Refused("malformed", "Бюллетень не читается", "The ballot cannot be read")
    return value


def _post(vote: Vote, now: datetime, *, last: bool = False) -> None:
    """Put waiting commits on the board when enough are together, in the order of their values."""
    named = vote.secrecy == Vote.Secrecy.OPEN
    box: type[OpenBallot | Ballot] = OpenBallot if named else Ballot
    if not named:
        _stir(vote, box, waiting=True)
        _stir(vote, RegisterEntry, waiting=True)
    waiting = box._default_manager.filter(vote=vote, waiting=True)  # noqa: SLF001
    commits = sorted(waiting.values_list("commit", flat=True))
    if commits and (last or len(commits) >= rules.TOGETHER):
        seq, head = queries.last_head(vote)
        BoardEntry.objects.bulk_create(
            BoardEntry(region=vote.region, vote=vote, seq=seq + place, commit=commit, head=head)
            for place, (commit, head) in enumerate(
                zip(commits, chain.heads(head, commits), strict=True), start=1
            )
        )  # fmt: skip
        waiting.update(waiting=False)
        RegisterEntry.objects.filter(vote=vote, waiting=True).update(waiting=False)
    elif not last:
        return
    if last and not named:
        _stir(vote, box, waiting=False)
        _stir(vote, RegisterEntry, waiting=False)
    seq, head = queries.last_head(vote)
    said = {
        "kind": "checkpoint", "number": vote.checkpoints.count() + 1, "vote": vote.manifest_hash,
        "seq": seq, "head": head, "register": chain.digest(queries.leaves(vote)) if last else "",
        "issued": queries.issued(vote), "made_at": f"{now:%Y-%m-%dT%H:%M}Z",
    }  # fmt: skip
    Checkpoint.objects.create(
        region=vote.region, vote=vote, record=said, signature=chain.sign(_key(vote), said)
    )


def _stir(vote: Vote, table: type[OpenBallot | Ballot | RegisterEntry], *, waiting: bool) -> None:
    """Write rows anew in the order of their random ids, so that their order tells no time.

    Waiting rows each time that one is added, all of them at the end.
    """
    name = connection.ops.quote_name(table._meta.db_table)  # noqa: SLF001  (as documented)
    only = "AND waiting" if waiting else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM {name} WHERE vote_id = %s {only} RETURNING *)"  # noqa: S608
            f" INSERT INTO {name} SELECT * FROM gone ORDER BY id",
            [vote.pk],
        )


@command
def close_vote(vote_id: int, *, now: datetime) -> Vote:
    """End a vote: the board becomes whole, ballots are counted, the key of tokens is destroyed."""
    vote = locked(vote_id)
    if vote.status != Vote.Status.OPEN or now < vote.phase.closes_at:
        return vote
    _post(vote, now, last=True)
    last: dict[str, dict[str, Any]] = {}
    for each in queries.ballots(vote):
        if each["rev"] > last.get(each["token"], {"rev": 0})["rev"]:
            last[each["token"]] = each
    contest = queries.contest_of(vote)
    _, head = queries.last_head(vote)
    counted = counting.tally(
        contest, [each["choices"] for each in last.values()], rules.lot(head, contest.options)
    )
    turnout = phases.merged(queries.turnout(vote))
    issued = sum(turnout.values())
    vote.result = {
        "kind": "result", "vote": vote.manifest_hash, "issued": issued, "turnout": turnout,
        **counted,
    }  # fmt: skip
    vote.status, vote.closed_at = Vote.Status.CLOSED, now
    vote.people = {name: phases.merged(groups) for name, groups in queries.people(vote).items()}
    vote.save(update_fields=["result", "people", "status", "closed_at"])
    keys = vote.keys
    keys.token_secret = ""
    keys.save(update_fields=["token_secret"])
    tell(vote, events.VoteClosed, "system", now, ballots=counted["ballots"], issued=issued,
         holds=counted["holds"])  # fmt: skip
    return vote


@command
def publish_vote(vote_id: int, *, now: datetime) -> Publication:
    """Publish the package of a finished vote, signed by the vote's key, which is then destroyed."""
    vote = locked(vote_id)
    known = queries.publication(vote)
    if known is not None:
        return known
    if vote.status != Vote.Status.CLOSED:
        raise Refused("not_closed", "Голосование не завершено", "The vote is not finished")
    body = package.pack(
        manifest=vote.manifest, board=queries.board(vote), checkpoints=queries.checkpoints(vote),
        ballots=queries.ballots(vote), register=queries.leaves(vote), result=vote.result,
        published_at=f"{now:%Y-%m-%dT%H:%M}Z", key=_key(vote),
    )  # fmt: skip
    digest = sha256(body).hexdigest()
    made = Publication.objects.create(
        region=vote.region, vote=vote, package=body, sha256=digest, published_at=now
    )
    keys = vote.keys
    keys.receipt_secret = ""
    keys.save(update_fields=["receipt_secret"])
    tell(vote, events.VotePublished, "system", now, package=digest)
    return made
