"""RSA blind signatures, RFC 9474: a server signs a token that it does not see.

The issuer's side is `blind_sign`; `prepare`, `blind` and `finalize` are the voter's, done in the
browser by a library of another's and here for ballots of the demo and for the vectors. A token is
an ordinary RSA-PSS signature, checked by `cryptography`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha384
from math import gcd

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

BITS, EXPONENT = 3072, 65537
PREFIX_BYTES, SALT_BYTES, HASH_BYTES = 32, 48, 48
MARK = b"votetoken1"


class BlindError(ValueError):
    """What came is not what RFC 9474 asks for."""


@dataclass(frozen=True)
class Variant:
    """One of the four of RFC 9474, section 5."""

    salt: int = SALT_BYTES
    randomized: bool = True


VOTES = Variant()
"""RSABSSA-SHA384-PSS-Randomized, that of our votes."""


def token_message(vote: str, public_key: str) -> bytes:
    """Return what a vote's token signs: the vote and the public key of one ballot."""
    return MARK + bytes.fromhex(vote) + bytes.fromhex(public_key)


def prepare(message: bytes, variant: Variant = VOTES, prefix: bytes | None = None) -> bytes:
    """Put random bytes before a message, if the variant wants them."""
    if not variant.randomized:
        return message
    return (secrets.token_bytes(PREFIX_BYTES) if prefix is None else prefix) + message


def blind(
    key: rsa.RSAPublicKey, prepared: bytes, variant: Variant = VOTES,
    *, salt: bytes | None = None, factor: int | None = None,
) -> tuple[bytes, int]:  # fmt: skip
    """Hide a message from its signer; the second part is what `finalize` needs to unhide it."""
    numbers, size = key.public_numbers(), (key.key_size + 7) // 8
    encoded = _encode(prepared, key.key_size - 1, salt or secrets.token_bytes(variant.salt))
    message = int.from_bytes(encoded)
    if gcd(message, numbers.n) != 1:
        raise BlindError("invalid input")
    while factor is None or gcd(factor, numbers.n) != 1:
        factor = secrets.randbelow(numbers.n - 1) + 1
    hidden = message * pow(factor, numbers.e, numbers.n) % numbers.n
    return hidden.to_bytes(size), pow(factor, -1, numbers.n)


def blind_sign(key: rsa.RSAPrivateKey, blinded: bytes) -> bytes:
    """Sign what is hidden.

    The number is multiplied by a random one before the secret exponent, so that timing tells
    nothing, and the result is checked before it leaves.
    """
    private = key.private_numbers()
    n, e = private.public_numbers.n, private.public_numbers.e
    message = int.from_bytes(blinded)
    if len(blinded) != (key.key_size + 7) // 8 or not 0 < message < n:
        raise BlindError("message representative out of range")
    shade = secrets.randbelow(n - 1) + 1
    shaded = message * pow(shade, e, n) % n
    by_p = pow(shaded % private.p, private.dmp1, private.p)
    by_q = pow(shaded % private.q, private.dmq1, private.q)
    whole = by_q + private.q * (private.iqmp * (by_p - by_q) % private.p)
    signature = whole * pow(shade, -1, n) % n
    if pow(signature, e, n) != message:
        raise BlindError("signing failure")
    return signature.to_bytes(len(blinded))


def finalize(
    key: rsa.RSAPublicKey, prepared: bytes, signature: bytes, inverse: int,
    variant: Variant = VOTES,
) -> bytes:  # fmt: skip
    """Unhide a signature and check it."""
    n, size = key.public_numbers().n, (key.key_size + 7) // 8
    if len(signature) != size:
        raise BlindError("unexpected input size")
    found = (int.from_bytes(signature) * inverse % n).to_bytes(size)
    if not verify(key, prepared, found, variant):
        raise BlindError("invalid signature")
    return found


def verify(
    key: rsa.RSAPublicKey, prepared: bytes, signature: bytes, variant: Variant = VOTES
) -> bool:
    """Tell whether a signature of a prepared message is good: plain RSA-PSS."""
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=variant.salt)
    try:
        key.verify(signature, prepared, pss, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def _encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017 with SHA-384 and MGF1."""
    size = (bits + 7) // 8
    if size < HASH_BYTES + len(salt) + 2:
        raise BlindError("encoding error")
    hashed = sha384(bytes(8) + sha384(message).digest() + salt).digest()
    block = bytes(size - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    mask = _mask(hashed, len(block))
    masked = bytearray(each ^ other for each, other in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + hashed + b"\xbc"


def _mask(seed: bytes, size: int) -> bytes:
    parts = (sha384(seed + number.to_bytes(4)).digest() for number in range(size // HASH_BYTES + 1))
    return b"".join(parts)[:size]


def new_key() -> rsa.RSAPrivateKey:
    """Return a key for one vote and nothing else."""
    return rsa.generate_private_key(EXPONENT, BITS)


def public_text(key: rsa.RSAPublicKey) -> str:
    """Write a public key as hexadecimal SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()


def public_key(text: str) -> rsa.RSAPublicKey:
    """Read a public key."""
    found = load_der_public_key(bytes.fromhex(text))
    assert isinstance(found, rsa.RSAPublicKey)
    return found


def private_text(key: rsa.RSAPrivateKey) -> str:
    """Write a private key, to be sealed."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex()


def private_key(text: str) -> rsa.RSAPrivateKey:
    """Read a private key."""
    found = load_der_private_key(
        bytes.fromhex(text), None, unsafe_skip_rsa_key_validation=True
    )  # our own, sealed since it was made; `blind_sign` checks each result
    assert isinstance(found, rsa.RSAPrivateKey)
    return found
