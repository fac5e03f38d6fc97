"""Records, codes and the chain."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from otklik.ground.accounts.rules import Refused
from otklik.participation.ballots import chain

VOTE = "ab" * 32


def test_a_record_has_one_form_whatever_the_order_of_its_fields() -> None:
    assert chain.canonical({"b": 1, "a": "ё"}) == '{"a":"ё","b":1}'.encode()
    assert chain.digest({"b": 1, "a": 2}) == chain.digest({"a": 2, "b": 1})


def test_each_head_depends_on_all_before_it() -> None:
    commits = [f"{number:064x}" for number in range(4)]
    whole = chain.heads(VOTE, commits)
    assert len(set(whole)) == 4
    assert chain.heads(VOTE, commits[:2]) == whole[:2]
    assert chain.heads(VOTE, [commits[1], commits[0], *commits[2:]])[-1] != whole[-1]


@given(some.binary(min_size=16, max_size=16))
def test_a_code_is_read_as_it_was_written(secret: bytes) -> None:
    code = chain.code_of(secret)
    assert chain.secret_of(chain.spaced(code).lower()) == secret
    assert chain.secret_of(code.replace("0", "О").replace("A", "А")) == secret  # Cyrillic


@pytest.mark.parametrize("typed", ["", "ABC", "Z" * 26, "U" * 26, "0" * 27])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        chain.secret_of(typed)


def test_a_code_opens_another_token_in_another_vote() -> None:
    secret = bytes(range(16))
    tokens = {chain.detached_token(secret, vote) for vote in (VOTE, "cd" * 32)}
    keys = {chain.public_of(chain.ballot_key(secret, vote)) for vote in (VOTE, "cd" * 32)}
    assert len(tokens | keys) == 4


def test_a_signature_holds_for_its_record_alone() -> None:
    key = Ed25519PrivateKey.generate()
    signature = chain.sign(key, {"kind": "receipt", "commit": VOTE})
    assert chain.signed_by(chain.public_of(key), {"kind": "receipt", "commit": VOTE}, signature)
    assert not chain.signed_by(chain.public_of(key), {"kind": "x", "commit": VOTE}, signature)
    assert not chain.signed_by(chain.public_of(key), {"kind": "receipt", "commit": VOTE}, "AA==")
    assert not chain.signed_by("zz", {}, signature)
