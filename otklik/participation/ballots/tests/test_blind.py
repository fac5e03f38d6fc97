"""Blind signatures against the vectors of RFC 9474, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from otklik.participation.ballots import blind

VECTORS = json.loads((Path(__file__).parent / "data" / "rfc9474.json").read_text())


def _key(vector: dict[str, Any]) -> rsa.RSAPrivateKey:
    p, q, n, e, d = (int(vector[name], 16) for name in "pqned")
    public = rsa.RSAPublicNumbers(e, n)
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    ).private_key()


@pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
def test_both_sides_reproduce_the_vectors(vector: dict[str, Any]) -> None:
    key, variant = _key(vector), blind.Variant(
        salt=int(vector["sLen"], 16), randomized=vector["is_randomized"] == "0x01"
    )  # fmt: skip
    prepared = blind.prepare(
        bytes.fromhex(vector["msg"]), variant, bytes.fromhex(vector["msg_prefix"])
    )
    assert prepared.hex() == vector["input_msg"]
    factor = pow(int(vector["inv"], 16), -1, int(vector["n"], 16))
    hidden, inverse = blind.blind(
        key.public_key(), prepared, variant, salt=bytes.fromhex(vector["salt"]), factor=factor
    )
    assert hidden.hex() == vector["blinded_msg"]
    assert inverse == int(vector["inv"], 16)
    signature = blind.blind_sign(key, hidden)
    assert signature.hex() == vector["blind_sig"]
    assert (
        blind.finalize(key.public_key(), prepared, signature, inverse, variant).hex()
        == (vector["sig"])
    )


def test_signing_twice_gives_the_same_and_what_is_out_of_range_is_refused() -> None:
    key = _key(VECTORS[0])
    hidden = bytes.fromhex(VECTORS[0]["blinded_msg"])
    assert blind.blind_sign(key, hidden) == blind.blind_sign(key, hidden)
    modulus = int(VECTORS[0]["n"], 16).to_bytes(512)
    for bad in (modulus, bytes(512), hidden[1:], b"\0" + hidden):
        with pytest.raises(blind.BlindError):
            blind.blind_sign(key, bad)


def test_a_token_of_another_ballot_or_key_is_not_good() -> None:
    key, other = _key(VECTORS[0]), blind.new_key()
    prepared = blind.prepare(blind.token_message("ab" * 32, "cd" * 32))
    hidden, inverse = blind.blind(key.public_key(), prepared)
    token = blind.finalize(key.public_key(), prepared, blind.blind_sign(key, hidden), inverse)
    assert blind.verify(key.public_key(), prepared, token)
    assert not blind.verify(key.public_key(), prepared[:-1] + b"\0", token)
    assert not blind.verify(other.public_key(), prepared, token[: blind.BITS // 8])
    with pytest.raises(blind.BlindError, match="invalid signature"):
        blind.finalize(key.public_key(), prepared, bytes(512), inverse)


def test_keys_are_written_and_read() -> None:
    key = blind.new_key()
    assert key.key_size == blind.BITS
    assert blind.private_key(blind.private_text(key)).private_numbers() == key.private_numbers()
    public = blind.public_key(blind.public_text(key.public_key()))
    assert public.public_numbers() == key.public_key().public_numbers()
