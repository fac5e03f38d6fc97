"""Votes and voters of the tests."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from otklik.ground.accounts.models import Person
from otklik.ground.territories.queries import region, territories
from otklik.participation.ballots import blind, chain, commands
from otklik.participation.ballots.models import Vote
from otklik.participation.projects.commands import declare_resident
from otklik.participation.projects.rules import Circle
from tests.cast import NOW, bound

if TYPE_CHECKING:
    from otklik.ground.accounts.models import Official
    from otklik.participation.ballots.commands import Receipt

DAY = timedelta(days=1)
END = NOW + 8 * DAY
CHOICES: dict[str, list[Any]] = {
    "single": [["v1"], ["v2"]],
    "approval": [["v1"], ["v1", "v3"]],
    "score": [{"v1": 5, "v2": 0, "v3": 1}, {"v1": 0, "v2": 4, "v3": 4}],
    "ranked": [["v2", "v1"], ["v3"]],
    "budget": [["v1"], ["v2", "v3"]],
}


def drafted(secrecy: str = "open", method: str = "single", **more: Any) -> Vote:
    values: dict[str, Any] = {
        "question": "Где поставить новую площадку?", "method": method, "secrecy": secrecy,
        "counting": {"ranked": "stv", "budget": "shares"}.get(method, ""),
        "max_choices": {"single": 1, "score": 1}.get(method, 3),
        "budget": 1_000_000 if method == "budget" else 0,
        "options": tuple(
            commands.Option(label, cost=cost if method == "budget" else 0)
            for label, cost in (("Парк Мира", 700_000), ("Сквер", 400_000), ("Набережная", 300_000))
        ),
        "opens_at": NOW + DAY, "closes_at": END, "circle": Circle(min_age=14),
    }  # fmt: skip
    return commands.draft_vote(
        commands.Draft(**(values | more)), by=bound("vote_organiser", organisation="cur"), now=NOW
    )


def running(secrecy: str = "open", method: str = "single", **more: Any) -> Vote:
    vote = drafted(secrecy, method, **more)
    commands.announce_vote(vote.pk, by=vote.made_by, now=NOW)
    return commands.open_vote(vote.pk, now=NOW + DAY)


def citizen(territory: str = "vologda-city", born: date = date(1980, 5, 1)) -> Person:
    person = Person.objects.create_user(f"{uuid.uuid4().hex[:12]}@example.ru", region=region())
    declare_resident(person, territory=territories()[territory], born_on=born, now=NOW)
    return person


@dataclass
class Voter:
    """One who votes at any level the way a browser would."""

    person: Person
    secret: bytes = b""
    token_signature: str = ""
    prefix: str = ""
    rev: int = 0

    def __post_init__(self) -> None:
        self.secret = self.secret or secrets.token_bytes(16)

    @property
    def code(self) -> str:
        return chain.code_of(self.secret)

    def fetch_token(self, vote: Vote, now: datetime = NOW + 2 * DAY) -> None:
        key = blind.public_key(vote.manifest["token_key"])
        token = chain.public_of(chain.ballot_key(self.secret, vote.manifest_hash))
        prepared = blind.prepare(blind.token_message(vote.manifest_hash, token))
        hidden, inverse = blind.blind(key, prepared)
        signed = commands.issue_token(vote.pk, voter=self.person, blinded=hidden, now=now)
        self.token_signature = blind.finalize(key, prepared, signed, inverse).hex()
        self.prefix = prepared[: blind.PREFIX_BYTES].hex()

    def blind_ballot(self, vote: Vote, choices: Any) -> dict[str, Any]:
        key = chain.ballot_key(self.secret, vote.manifest_hash)
        token, nonce = chain.public_of(key), secrets.token_hex(32)
        core = chain.core(vote.manifest_hash, token, self.rev + 1, choices, nonce)
        return {
            "token": token, "rev": self.rev + 1, "choices": choices, "nonce": nonce,
            "prefix": self.prefix, "token_signature": self.token_signature,
            "signature": chain.sign(key, core),
        }  # fmt: skip

    def cast(self, vote: Vote, choices: Any, now: datetime = NOW + 2 * DAY) -> Receipt:
        if vote.secrecy == "open":
            return commands.cast_open(vote.pk, voter=self.person, choices=choices, now=now)
        if vote.secrecy == "detached":
            return commands.cast_detached(
                vote.pk, voter=self.person, code=self.code, choices=choices, now=now
            )
        if not self.token_signature:
            self.fetch_token(vote, now)
        receipt = commands.cast_blind(vote.pk, said=self.blind_ballot(vote, choices), now=now)
        self.rev += 1
        return receipt


def sheet_scan(number: int) -> SimpleUploadedFile:
    """Return a scan of a sheet of paper; each number another file."""
    body = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF " + str(number).encode()
    return SimpleUploadedFile(f"sheet-{number}.pdf", body)


def operators(count: int = 3) -> list[Official]:
    return [bound("vote_organiser", organisation="cur") for _ in range(count)]


def on_paper(vote: Vote, number: int, *said: Any, by: list[Official], why: str = "видно") -> None:
    """Let a sheet be read: by one, by two, or settled by a third."""
    at = NOW + 2 * DAY
    sheet = commands.enter_sheet(
        vote.pk, number, said[0], scan=[sheet_scan(number)], by=by[0], now=at
    )
    if len(said) > 1:
        commands.read_sheet(sheet.pk, said[1], by=by[1], now=at)
    if len(said) > 2:
        commands.settle_sheet(sheet.pk, said[2], reason=why, by=by[2], now=at)


def finished(vote: Vote) -> Vote:
    commands.close_vote(vote.pk, now=END)
    commands.publish_vote(vote.pk, now=END)
    return Vote.objects.get(pk=vote.pk)
