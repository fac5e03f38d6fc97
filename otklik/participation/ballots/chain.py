"""The board: one form for every record, a chain of hashes, signatures, codes and receipts.

Records are canonical JSON (RFC 8785) of texts and whole numbers. Everything that is signed says in
`kind` what it is, so that a signature of one thing never passes for that of another.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from otklik.ground.accounts.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans("OILАВЕКМНОРСТХ", "011ABEKMH0PCTX")
CODE_BYTES, CODE_LETTERS = 16, 26
TOKEN, KEY = b"otklik detached token", b"otklik ballot key"


def canonical(value: Any) -> bytes:
    """Return the one form of a record."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """Return the SHA-256 of a record's one form."""
    return sha256(canonical(value)).hexdigest()


def next_head(head: str, commit: str) -> str:
    """Return the head after one more commit."""
    return sha256(bytes.fromhex(head) + bytes.fromhex(commit)).hexdigest()


def heads(first: str, commits: Iterable[str]) -> list[str]:
    """Return the heads after each of the commits; the chain begins with the manifest's hash."""
    found = []
    for commit in commits:
        first = next_head(first, commit)
        found.append(first)
    return found


def core(vote: str, token: str, rev: int, choices: Any, nonce: str) -> dict[str, Any]:
    """Return what a ballot is: its hash is the commit on the board; its voter signs it if blind."""
    return {
        "kind": "ballot", "vote": vote, "token": token, "rev": rev, "choices": choices,
        "nonce": nonce,
    }  # fmt: skip


def leaf(vote: str, nonce: str, voter: int) -> str:
    """Return a voter's line of the register: only who knows the nonce finds whose it is."""
    return digest({"kind": "leaf", "vote": vote, "nonce": nonce, "voter": voter})


def code_of(secret: bytes) -> str:
    """Write sixteen random bytes as a code of the ballot, 26 letters that are not mistaken."""
    number = int.from_bytes(secret)
    letters = [ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(CODE_LETTERS))]
    return "".join(letters)


def spaced(code: str) -> str:
    """Return a code in groups, to be copied by hand."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def secret_of(code: str) -> bytes:
    """Read a code as somebody typed it; Refused when it is none."""
    letters = "".join(each for each in code.upper() if each.isalnum()).translate(ALIKE)
    if len(letters) != CODE_LETTERS or not set(letters) <= set(ALPHABET):
        raise Refused("code", "Это не код бюллетеня: в нём 26 знаков", "This is no ballot's code")
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    if number >> 8 * CODE_BYTES:
        raise Refused("code", "В коде ошибка", "There is a mistake in the code")
    return number.to_bytes(CODE_BYTES)


def derived(secret: bytes, vote: str, info: bytes) -> bytes:
    """Return 32 bytes that belong to a code and a vote."""
    return HKDF(SHA256(), 32, salt=bytes.fromhex(vote), info=info).derive(secret)


def detached_token(secret: bytes, vote: str) -> str:
    """Return by what the holder of a code changes a detached ballot and finds it."""
    return derived(secret, vote, TOKEN).hex()


def ballot_key(secret: bytes, vote: str) -> Ed25519PrivateKey:
    """Return the key with which the holder of a code signs a blind ballot."""
    return Ed25519PrivateKey.from_private_bytes(derived(secret, vote, KEY))


def public_of(key: Ed25519PrivateKey) -> str:
    """Return a key's public half."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, record: Mapping[str, Any]) -> str:
    """Sign a record's one form."""
    return base64.b64encode(key.sign(canonical(record))).decode()


def signed_by(public: str, record: Mapping[str, Any], signature: str) -> bool:
    """Tell whether a signature of a record is good."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            base64.b64decode(signature, validate=True), canonical(record)
        )
    except (InvalidSignature, ValueError):
        return False
    return True
