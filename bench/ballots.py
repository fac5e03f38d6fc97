"""How many ballots a second are taken for good, and how long a hundred thousand take to verify.

    python bench/ballots.py [--ballots 200] [--verified 100000] [--blind 10000]

Taken means: checked, in the register, in the box, signed for, committed with fsync, one after
another on one connection, through the product's own commands. The bare side, in the same run and
database, is one signature of the same kind and one insert of a ballot's row, committed. Of a blind
ballot the server's part is timed alone: the token that it signs unseen, and the ballot; what the
browser does was made before.

Verified is the published package of a finished vote by tools/verify_vote.py, from the archive to
the recount, on all processors. Ballots of the package are made up and signed here; blind ones need
a signature of the vote's RSA key each, two milliseconds, so there are fewer of them unless asked.
One JSON line each.
"""

# ruff: noqa: PLC0415  (the settings come first)
from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
if TYPE_CHECKING:
    from collections.abc import Callable


def told(**more: Any) -> None:
    """Print one measure."""
    print(json.dumps(more), flush=True)


def timed(do: Callable[[Any], Any], items: list[Any]) -> float:
    """Return how many a second are done."""
    begun = time.perf_counter()
    for each in items:
        do(each)
    return round(len(items) / (time.perf_counter() - begun), 1)


def taken(number: int) -> None:
    """Take ballots at every level, the bare side beside each."""
    from otklik.participation.ballots import blind, chain, commands
    from otklik.participation.ballots.models import Ballot
    from otklik.participation.ballots.tests.helpers import Voter, citizen, running
    from tests.cast import NOW

    at = NOW + timedelta(days=2)
    for level in ("open", "detached", "blind"):
        vote, spare = running(level), running("detached")
        voters = [Voter(citizen()) for _ in range(number)]
        asked: list[tuple[Voter, bytes, Any]] = []
        if level == "blind":
            key = blind.public_key(vote.manifest["token_key"])
            for each in voters:
                token = chain.public_of(chain.ballot_key(each.secret, vote.manifest_hash))
                prepared = blind.prepare(blind.token_message(vote.manifest_hash, token))
                hidden, inverse = blind.blind(key, prepared)
                asked.append((each, hidden, (prepared, inverse)))

        def take(one: Any, vote: Any = vote, level: str = level) -> None:
            if level != "blind":
                one.cast(vote, ["v1"])
                return
            voter, hidden, (prepared, inverse) = one
            signed = commands.issue_token(vote.pk, voter=voter.person, blinded=hidden, now=at)
            public = blind.public_key(vote.manifest["token_key"])
            voter.token_signature = blind.finalize(public, prepared, signed, inverse).hex()
            voter.prefix = prepared[: blind.PREFIX_BYTES].hex()
            commands.cast_blind(vote.pk, said=voter.blind_ballot(vote, ["v1"]), now=at)

        def bare(one: Any, vote: Any = vote, level: str = level, spare: Any = spare) -> None:
            if level == "blind":
                blind.blind_sign(blind.private_key(vote.keys.token_secret), one[1])
            token = secrets.token_hex(32)
            chain.sign(chain.ballot_key(secrets.token_bytes(16), token), {"vote": token})
            Ballot.objects.create(
                region=spare.region, vote=spare, token=token, rev=1, choices=["v1"], nonce=token,
                commit=sha256(token.encode()).hexdigest(),
            )  # fmt: skip

        items = asked or voters
        least, own = timed(bare, items), timed(take, items)
        told(bench="ballots", what="taken", level=level, ballots=number, a_second=own,
             bare_a_second=least, ratio=round(own / least, 3))  # fmt: skip


def verified(number: int, level: str) -> None:
    """Verify a package of so many ballots, made up here."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from otklik.participation.ballots import blind, chain, counting, package, rules

    key, token_key = Ed25519PrivateKey.generate(), blind.new_key() if level == "blind" else None
    manifest = {
        "kind": "manifest", "format": 1, "region": "vologda", "slug": "bench", "project": "Проба",
        "question": "Где поставить площадку?", "secrecy": level,
        "opens_at": "2026-11-01T09:00:00+03:00", "closes_at": "2026-11-09T09:00:00+03:00",
        "rules": {"method": "single", "counting": "", "max_choices": 1, "max_score": 5, "seats": 1,
                  "budget": 0, "quorum": 0, "threshold": 0, "lot": "sha256(head:key)"},
        "options": [{"key": f"v{n}", "label": f"Место {n}", "cost": 0} for n in (1, 2, 3)],
        "audience": {"min_age": 14, "territories": [], "min_level": "none"},
        "places": {"vologda-city": "Вологда"}, "together": rules.TOGETHER, "cell": 50,
        "receipt_key": chain.public_of(key),
        "token_key": blind.public_text(token_key.public_key()) if token_key else "",
        "salt": secrets.token_hex(16),
    }  # fmt: skip
    vote = chain.digest(manifest)
    ballots = [_ballot(vote, n, token_key) for n in range(number)]
    ballots.sort(key=lambda each: each["commit"])
    heads = list(chain.heads(vote, [each["commit"] for each in ballots]))
    register = sorted(secrets.token_hex(32) for _ in ballots)
    said = {"kind": "checkpoint", "number": 1, "vote": vote, "seq": number, "head": heads[-1],
            "register": chain.digest(register), "issued": number,
            "made_at": "2026-11-09T06:00Z"}  # fmt: skip
    contest = rules.contest_of(manifest)
    counted = counting.tally(
        contest, [each["choices"] for each in ballots], rules.lot(heads[-1], contest.options)
    )
    result = {"kind": "result", "vote": vote, "issued": number,
              "turnout": {"vologda-city": number}, **counted}  # fmt: skip
    body = package.pack(
        manifest=manifest, ballots=ballots, register=register, result=result, key=key,
        board=[{"seq": n, "commit": each["commit"], "head": head}
               for n, (each, head) in enumerate(zip(ballots, heads, strict=True), 1)],
        checkpoints=[{"record": said, "signature": chain.sign(key, said)}],
        published_at="2026-11-09T06:01Z",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "package.zip"
        path.write_bytes(body)
        begun = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, str(ROOT / "tools" / "verify_vote.py"), str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - begun
    if ended.returncode:
        raise SystemExit(ended.stdout + ended.stderr)
    told(bench="ballots", what="verified", level=level, ballots=number, seconds=round(seconds, 2),
         package_mb=round(len(body) / 2**20, 1))  # fmt: skip


def _ballot(vote: str, number: int, token_key: Any) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA384

    from otklik.participation.ballots import blind, chain

    own = chain.ballot_key(secrets.token_bytes(16), vote)
    token, nonce, choices = chain.public_of(own), secrets.token_hex(32), [f"v{number % 3 + 1}"]
    core = chain.core(vote, token, 1, choices, nonce)
    made = {"token": token, "rev": 1, "choices": choices, "nonce": nonce,
            "commit": chain.digest(core)}  # fmt: skip
    if token_key:
        # What blinding ends in is an ordinary RSA-PSS signature: made here without the detour.
        prepared = blind.prepare(blind.token_message(vote, token))
        signed = token_key.sign(prepared, padding.PSS(padding.MGF1(SHA384()), 48), SHA384())
        made |= {"prefix": prepared[: blind.PREFIX_BYTES].hex(), "token_signature": signed.hex(),
                 "signature": chain.sign(own, core)}  # fmt: skip
    return made


def prepare(folder: Path) -> None:
    """Make a database of our own with the region's places, bodies and roles."""
    from config import embedded

    os.environ |= {
        "OTKLIK_DATA": str(folder), "OTKLIK_DEMO": "1", "SECRET_KEY": "bench",
        "DJANGO_SETTINGS_MODULE": "config.settings", "OTKLIK_OWNER": "1", "LOG_LEVEL": "ERROR",
        "FIELD_KEYS": "bench:" + "A" * 43 + "=", "TRIAGE_EMBEDDINGS": "none",
    }  # fmt: skip
    os.environ["DATABASE_URL"] = embedded.start(folder / "postgres")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with Path(os.devnull).open("w") as nowhere:
        call_command("ground", "load", stdout=nowhere)


def main() -> None:
    """Verify what is made up here, then take ballots in a database of our own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ballots", type=int, default=200)
    parser.add_argument("--verified", type=int, default=100_000)
    parser.add_argument("--blind", type=int, default=10_000)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    verified(asked.verified, "detached")
    verified(asked.blind, "blind")
    if asked.ballots:
        with tempfile.TemporaryDirectory(prefix="ballots-bench-") as folder:
            prepare(Path(folder))
            taken(asked.ballots)


if __name__ == "__main__":
    main()
