"""A ballot is taken, at each level of secrecy in its own way."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import command
from otklik.participation.ballots import blind, chain, events, queries, rules
from otklik.participation.ballots.commands.steps import (
    Receipt,
    admit,
    post,
    receipt_of,
    running,
    stir,
    tell,
)
from otklik.participation.ballots.models import Ballot, OpenBallot, RegisterEntry

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Person


@command
def cast_open(vote_id: int, *, voter: Person, choices: object, now: datetime) -> Receipt:
    """Take a named ballot; another one of the same person replaces it."""
    vote = running(vote_id, "open", now)
    chosen = rules.checked(queries.contest_of(vote), choices)
    entry, _ = admit(vote, voter, now)
    last = entry.ballots.order_by("-rev").first()
    if last is None or last.choices != chosen:
        rev, nonce = last.rev + 1 if last else 1, secrets.token_hex(32)
        last = OpenBallot.objects.create(
            region=vote.region, vote=vote, entry=entry, rev=rev, choices=chosen, nonce=nonce,
            commit=chain.digest(chain.core(vote.manifest_hash, entry.leaf, rev, chosen, nonce)),
        )  # fmt: skip
        post(vote, now)
        tell(vote, events.BallotCast, voter.ref, now)
    return receipt_of(vote, last)


@command
def cast_detached(
    vote_id: int, *, voter: Person | None, code: str, choices: object, now: datetime
) -> Receipt:
    """Take a ballot apart from its voter; whoever holds its code replaces it, unnamed.

    One transaction writes the register's line and the ballot. Nothing written joins the two.
    """
    vote = running(vote_id, "detached", now)
    chosen = rules.checked(queries.contest_of(vote), choices)
    token = chain.detached_token(chain.secret_of(code), vote.manifest_hash)
    last = Ballot.objects.filter(vote=vote, token=token).order_by("-rev").first()
    if last is None:
        if voter is None:
            raise Refused("no_ballot", "Бюллетеня с таким кодом нет", "No ballot has this code")
        _, new = admit(vote, voter, now)
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
        post(vote, now)
        tell(vote, events.BallotCast, "anonymous", now)
    return receipt_of(vote, last)


@command
def issue_token(vote_id: int, *, voter: Person, blinded: bytes, now: datetime) -> bytes:
    """Sign a token unseen, one for each person; the same asked again is answered the same."""
    vote = running(vote_id, "blind", now)
    asked = sha256(blinded).hexdigest()
    entry, new = admit(vote, voter, now, blinded_hash=asked)
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
    stir(vote, RegisterEntry, waiting=True)
    tell(vote, events.BallotIssued, "anonymous", now)
    return signature


@command
def cast_blind(vote_id: int, *, said: dict[str, Any], now: datetime) -> Receipt:
    """Take a ballot from nobody in particular: its token is signed by us, itself by its token."""
    vote = running(vote_id, "blind", now)
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
        return receipt_of(vote, last)
    if ballot.rev != (last.rev if last else 0) + 1:
        raise Refused("rev", "Бюллетень уже изменён: обновите страницу",
                      "The ballot was changed already: reload the page")  # fmt: skip
    ballot.save(force_insert=True)
    post(vote, now)
    tell(vote, events.BallotCast, "anonymous", now)
    return receipt_of(vote, ballot)


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
