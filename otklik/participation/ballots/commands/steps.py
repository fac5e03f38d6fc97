"""What the verbs of a vote share: its lock, the register, the receipt, the board."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction

from otklik.ground.accounts.rules import Refused
from otklik.journal.writing import record
from otklik.participation.ballots import chain, queries, rules
from otklik.participation.ballots.models import (
    Ballot,
    BoardEntry,
    Checkpoint,
    HeldRight,
    OpenBallot,
    RegisterEntry,
    Vote,
)
from otklik.participation.projects.queries import admitted

if TYPE_CHECKING:
    from datetime import datetime

    from otklik.ground.accounts.models import Person
    from otklik.participation.ballots import events
    from otklik.participation.projects.rules import Who


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


@dataclass(frozen=True)
class Receipt:
    """What a voter keeps: a signed word that this ballot was taken."""

    record: dict[str, Any]
    signature: str
    choices: Any


def running(vote_id: int, secrecy: str, now: datetime) -> Vote:
    """Return a vote of this level that takes ballots now, locked."""
    vote = locked(vote_id)
    if vote.secrecy != secrecy:
        raise Refused("secrecy", "Это голосование идёт иначе", "This vote goes another way")
    check_open(vote, now)
    return vote


def check_open(vote: Vote, now: datetime) -> None:
    """Refuse before the beginning and after the end."""
    if vote.status != Vote.Status.OPEN or now >= vote.phase.closes_at:
        raise Refused("not_open", "Голосование сейчас не идёт", "The vote is not open now")


def known_of(vote: Vote, voter: Person) -> Who:
    """Return what is known of a person; Refused for one outside the circle."""
    return admitted(vote.phase, voter)


def admit(vote: Vote, voter: Person, now: datetime, **more: str) -> tuple[RegisterEntry, bool]:
    """Write a person into the register, or return their line locked; the constraint decides."""
    known = known_of(vote, voter)
    _check_not_held(vote, voter)
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


def _check_not_held(vote: Vote, voter: Person) -> None:
    state = queries.held_state(vote, voter)
    if state == HeldRight.State.HELD:
        raise Refused(
            "held",
            "С вашей части сети пришло необычно много желающих, и ваше право отложено до проверки."
            " Ничего не потеряно: зайдите позже, о решении скажем на этой странице",
            "Unusually many came from your part of the network, and your right waits for a look."
            " Nothing is lost: come again later, the decision will stand on this page",
        )
    if state == HeldRight.State.REFUSED:
        raise Refused("held", "После проверки вам не дали бюллетень: причина названа ниже",
                      "After a look you were given no ballot: the reason stands below")  # fmt: skip


def receipt_of(vote: Vote, ballot: OpenBallot | Ballot) -> Receipt:
    """Sign that a ballot was taken."""
    seq, head = queries.last_head(vote)
    said = {
        "kind": "receipt", "vote": vote.manifest_hash, "commit": ballot.commit, "rev": ballot.rev,
        "seq": seq, "head": head,
    }  # fmt: skip
    return Receipt(said, chain.sign(key_of(vote), said), ballot.choices)


def key_of(vote: Vote) -> Ed25519PrivateKey:
    """Return the key with which a vote signs receipts, heads and its package."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vote.keys.receipt_secret))


def post(vote: Vote, now: datetime, *, last: bool = False) -> None:
    """Put waiting commits on the board when enough are together, in the order of their values."""
    named = vote.secrecy == Vote.Secrecy.OPEN
    box: type[OpenBallot | Ballot] = OpenBallot if named else Ballot
    if not named:
        stir(vote, box, waiting=True)
        stir(vote, RegisterEntry, waiting=True)
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
        stir(vote, box, waiting=False)
        stir(vote, RegisterEntry, waiting=False)
    seq, head = queries.last_head(vote)
    said = {
        "kind": "checkpoint", "number": vote.checkpoints.count() + 1, "vote": vote.manifest_hash,
        "seq": seq, "head": head, "register": chain.digest(queries.leaves(vote)) if last else "",
        "issued": queries.issued(vote), "made_at": f"{now:%Y-%m-%dT%H:%M}Z",
    }  # fmt: skip
    if last and vote.paper:
        said["paper"] = chain.digest(queries.papers(vote))
    Checkpoint.objects.create(
        region=vote.region, vote=vote, record=said, signature=chain.sign(key_of(vote), said)
    )


def stir(vote: Vote, table: type[OpenBallot | Ballot | RegisterEntry], *, waiting: bool) -> None:
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
