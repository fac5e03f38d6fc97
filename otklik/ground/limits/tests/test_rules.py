"""A puzzle opens the form that it was made for, once found; limits are read from the data."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from otklik.ground.limits.rules import LIVES, USUAL, Limit, Puzzle, puzzle, solved, storm_rules

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SECRET = b"secret"


def made() -> Puzzle:
    return puzzle(key="form-1", number=321, most=1000, nonce="abc", secret=SECRET, now=NOW)


def answer(one: Puzzle) -> str:
    """Solve it as a browser does."""
    number = next(
        n for n in range(one.maxnumber)
        if hashlib.sha256(f"{one.salt}{n}".encode()).hexdigest() == one.challenge
    )  # fmt: skip
    return base64.b64encode(json.dumps({**asdict(one), "number": number}).encode()).decode()


def test_a_solved_puzzle_opens_its_own_form_in_time() -> None:
    good = answer(made())

    def opens(
        payload: str, key: str = "form-1", secret: bytes = SECRET, now: datetime = NOW
    ) -> bool:
        return solved(payload, key=key, secret=secret, now=now)

    assert opens(good)
    assert not opens(good, key="form-2")
    assert not opens(good, secret=b"other")
    assert not opens(good, now=NOW + LIVES + timedelta(seconds=1))
    wrong = json.loads(base64.b64decode(good)) | {"number": 1}
    assert not opens(base64.b64encode(json.dumps(wrong).encode()).decode())
    for junk in ("", "x", "ы", base64.b64encode(b"[]").decode(), base64.b64encode(b"{}").decode()):
        assert not opens(junk)
    moved = replace(made(), salt=made().salt.replace("form-1", "form-2"))
    assert not opens(
        base64.b64encode(json.dumps({**asdict(moved), "number": 321}).encode()).decode(), "form-2"
    )


def test_limits_of_the_data_and_junk_in_them() -> None:
    set_ = storm_rules({"limits": {"send": [5, 60], "login": "x", "strange": [1, 1]}})
    assert set_.limits["send"] == Limit(5, 60)
    assert set_.limits["login"] == USUAL["login"]
    assert "strange" not in set_.limits
    assert Limit(5, 60).wait(0.5) == 6
